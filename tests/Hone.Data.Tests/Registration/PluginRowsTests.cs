using System.Text.Json.Nodes;
using Hone.Data.Sources;

namespace Hone.Data.Tests.Registration;

/// <summary>What code of others hands over costs the row, or says whose fault it is.</summary>
public sealed class PluginRowsTests
{
    [Fact]
    public void A_row_that_is_no_json_costs_itself()
    {
        var rows = new RowSource("made", []) { Made = Rows }.Read(new DatasetOptions()).ToList();
        Assert.Equal([1, 2, 3], rows.Select(r => r.Location.Row));
        Assert.Equal([true, false, true], rows.Select(r => r.Error is null));
        Assert.Contains("the plug-in's row is no JSON", rows[1].Error, StringComparison.Ordinal);

        static IEnumerable<JsonObject> Rows() =>
            [new JsonObject { ["text"] = "a" }, new JsonObject { ["text"] = double.NaN }, new JsonObject { ["text"] = "b" }];
    }

    [Fact]
    public void Rows_that_end_with_an_error_are_the_plugins_error()
    {
        var error = Assert.Throws<HoneException>(() => new RowSource("made", []) { Made = Rows }.Read(new DatasetOptions()).ToList());
        Assert.Equal((ExitCode.Data, "made:2"), (error.ExitCode, error.Where));

        static IEnumerable<JsonObject> Rows()
        {
            yield return [];
            throw new InvalidTimeZoneException("no");
        }
    }
}
