using Hone.Hub;
using Hone.Inference;
using Hone.Settings;

namespace Hone.Cli;

/// <summary>Which model and adapter the settings mean.</summary>
internal static class AskedModel
{
    /// <summary>The folder of the adapter; null without one.</summary>
    public static string? Adapter(ModelSettings settings, HubAccess hub, CancellationToken cancellation) =>
        settings.Adapters is { } adapter ? ModelFolders.Find(adapter, ModelParts.Adapter, null, hub, cancellation) : null;

    /// <summary>Finds the model that is given, or else the one that the adapter names, which nobody typed: it is told where that one comes from.</summary>
    /// <param name="settings">What is given.</param>
    /// <param name="adapter">Folder of the adapter, or null.</param>
    /// <param name="hub">The way to hubs.</param>
    /// <param name="find">Finds a model by its name, and by the revision of one that names none.</param>
    /// <exception cref="HoneException">There is no such model.</exception>
    public static T Find<T>(ModelSettings settings, string? adapter, HubAccess hub, Func<string, string?, T> find)
    {
        if (settings.Model is { } model) return find(model, settings.ModelRevision);
        var named = ChatModel.BaseModelOf(adapter, settings.ModelRevision);
        if (Path.Exists(named)) return find(named, null);
        hub.Notice?.Invoke($"The adapter's base model is {named} of {hub.HostOf(named)}, since no folder here has that name. (--model names another.)");
        try
        {
            return find(named, null);
        }
        catch (HoneException e) when (e.ExitCode == ExitCode.Model)
        {
            throw new HoneException(ExitCode.Model, $"The adapter's base model is '{named}'. {e.Message}", adapter, $"Give the folder or id of the model with --model. {e.Fix}", e);
        }
    }
}
