namespace Hone.Data;

/// <summary>Samples ready to be packed, and an account of every row that was read.</summary>
/// <param name="Samples">In the order of the files; <see cref="TokenizedSample.Row"/> indexes <paramref name="Locations"/>.</param>
/// <param name="Locations">Where each row that was read stands.</param>
/// <param name="Report">What became of the rows.</param>
public sealed record LoadedDataset(IReadOnlyList<TokenizedSample> Samples, IReadOnlyList<RowLocation> Locations, DatasetReport Report);
