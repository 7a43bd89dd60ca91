using System.Text.Json.Nodes;
using Hone.Data.Schemas;

namespace Hone.Data.Registration;

/// <summary>A data set with a name: files, or rows that code makes; either may be turned into rows of a known form.</summary>
/// <param name="Name">For <c>--dataset</c>.</param>
public sealed record RegisteredDataset(string Name)
{
    /// <summary>Files and folders, in this order; empty when <see cref="Rows"/> makes the rows.</summary>
    public IReadOnlyList<string> Files { get; init; } = [];

    /// <summary>
    /// Makes the rows, each time anew and in the same order: a run that goes on reads them again. They are read one by one, so they
    /// need not fit in memory.
    /// </summary>
    public Func<IEnumerable<JsonObject>>? Rows { get; init; }

    /// <summary>Turns a row into one of a form that is known (docs/data-rows.md); null uses rows as they are. It is called on several threads.</summary>
    public Func<JsonObject, JsonObject>? Convert { get; init; }

    /// <summary>The rows' own names of columns and roles.</summary>
    public RowMapping Mapping { get; init; } = RowMapping.None;

    /// <summary>Rows to take where the user gives no number; null takes all.</summary>
    public int? Sample { get; init; }
}
