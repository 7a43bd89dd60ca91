namespace Hone.Hub;

/// <summary>A model whose description is on this machine: configuration, tokenizer and chat template. Its weights may still be on a hub.</summary>
public sealed class DescribedModel
{
    private readonly Action<CancellationToken>? fetchWeights;

    internal DescribedModel(string folder, Action<CancellationToken>? fetchWeights = null) => (Folder, this.fetchWeights) = (folder, fetchWeights);

    /// <summary>Its folder.</summary>
    public string Folder { get; }

    /// <summary>Whether it is on a hub, from which weights that are not in the cache take long to come.</summary>
    public bool IsOnHub => fetchWeights is not null;

    /// <summary>Fetches the weights that are not there yet, of the commit that the description is of.</summary>
    /// <param name="cancellation">Stops; what has come in is kept.</param>
    /// <exception cref="HoneException">They can't be had (exit code 4), or can't be written.</exception>
    public void FetchWeights(CancellationToken cancellation = default) => fetchWeights?.Invoke(cancellation);
}
