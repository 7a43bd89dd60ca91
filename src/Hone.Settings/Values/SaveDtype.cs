namespace Hone.Settings;

/// <summary>Number format of written weights.</summary>
public enum SaveDtype
{
    /// <summary>16 bits with the exponent of float32.</summary>
    [SettingValue("bfloat16", "bf16", "torch.bfloat16")]
    BFloat16,

    /// <summary>IEEE half precision.</summary>
    [SettingValue("float16", "fp16", "f16", "half", "torch.float16")]
    Float16,

    /// <summary>IEEE single precision.</summary>
    [SettingValue("float32", "fp32", "f32", "float", "torch.float32")]
    Float32,
}
