namespace Hone.Hub;

/// <summary>What a repository on a hub holds.</summary>
public enum RepositoryKind
{
    /// <summary>A model, or an adapter of one.</summary>
    Model,

    /// <summary>A data set.</summary>
    Dataset,
}

/// <summary>Words and codes for kinds of repositories.</summary>
internal static class RepositoryKinds
{
    /// <summary>The word in addresses and folders of both hubs.</summary>
    public static string Plural(this RepositoryKind kind) => kind == RepositoryKind.Model ? "models" : "datasets";

    /// <summary>The word in messages.</summary>
    public static string Word(this RepositoryKind kind) => kind == RepositoryKind.Model ? "model" : "data set";

    /// <summary>The exit code when something is wrong with one.</summary>
    public static ExitCode ExitCode(this RepositoryKind kind) => kind == RepositoryKind.Model ? Hone.ExitCode.Model : Hone.ExitCode.Data;
}
