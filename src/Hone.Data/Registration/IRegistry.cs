using Hone.Text.Templates;

namespace Hone.Data.Registration;

/// <summary>Takes what can then be given by name. A name that is taken already is refused.</summary>
public interface IRegistry
{
    /// <summary>A chat template, for <c>--template</c>.</summary>
    /// <exception cref="HoneException">The name is taken, or the text is no template (exit code 2 or 4).</exception>
    void Add(NamedTemplate template);

    /// <summary>A data set, for <c>--dataset</c> and <c>--val_dataset</c>.</summary>
    /// <exception cref="HoneException">The name is taken, or the data set has neither files nor rows (exit code 2).</exception>
    void Add(RegisteredDataset dataset);

    /// <summary>A model, for <c>--model</c>.</summary>
    /// <exception cref="HoneException">The name is taken (exit code 2).</exception>
    void Add(RegisteredModel model);
}
