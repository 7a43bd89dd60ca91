namespace Hone.Settings;

/// <summary>The optimizer, under the names that other trainers use for it.</summary>
public enum OptimizerType
{
    /// <summary>Adam with decoupled weight decay.</summary>
    [SettingValue("adamw", "adamw_torch", "adamw_torch_fused", "adamw_hf")]
    AdamW,
}
