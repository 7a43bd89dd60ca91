using Hone.Settings;

namespace Hone.Cli;

/// <summary>Which settings of a run have a say in its rows: what verbs that only look at them list in their help.</summary>
internal static class RowSettings
{
    private static readonly string[] s_groups = ["Model", "Data", "Rows", "Registration", "Machine"];
    private static readonly string[] s_others = ["for", "seed"];

    /// <summary>What belongs to these groups and concerns weights, or how rows are read while a run goes on.</summary>
    private static readonly string[] s_without = ["torch_dtype", "init", "accept_unproven_template", "strict", "group_by_length", "loss_normalization", "streaming", "shuffle_buffer_size", "token_cache"];

    /// <summary>Whether it has.</summary>
    public static bool Include(SettingInfo setting) => (s_groups.Contains(setting.Group) || s_others.Contains(setting.Name)) && !s_without.Contains(setting.Name);
}
