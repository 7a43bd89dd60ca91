namespace Hone.Settings;

/// <summary>What <c>hone data convert</c> writes.</summary>
public enum ConvertTarget
{
    /// <summary>A JSON file of conversations with <c>from</c> and <c>value</c>.</summary>
    [SettingValue("conversations")]
    Conversations,

    /// <summary>MindRecord files of tokens, every row of one length.</summary>
    [SettingValue("mindrecord")]
    MindRecord,
}
