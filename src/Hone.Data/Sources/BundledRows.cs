namespace Hone.Data.Sources;

/// <summary>The rows that come with Hone, under the names that guides use for such rows.</summary>
internal static class BundledRows
{
    private static readonly string[] SelfCognition = ["swift/self-cognition", "modelscope/self-cognition", "self-cognition"];

    /// <summary>The rows of a name; null when none come with Hone.</summary>
    public static RowSource? Find(string name)
    {
        if (!SelfCognition.Contains(name)) return null;
        var file = Path.Combine(AppContext.BaseDirectory, "datasets", "self_cognition.jsonl");
        return new RowSource(name, [file])
        {
            Note = "the self-cognition rows that come with Hone",
        };
    }
}
