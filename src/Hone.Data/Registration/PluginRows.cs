using System.Text.Json;
using System.Text.Json.Nodes;
using Hone.Data.Readers;

namespace Hone.Data.Registration;

/// <summary>Rows that code of others makes or converts: what it throws is an error of the data set, or of the row.</summary>
internal static class PluginRows
{
    /// <summary>The rows, counted from 1 under the data set's name.</summary>
    /// <exception cref="HoneException">The code fails (exit code 3).</exception>
    public static IEnumerable<JsonRow> Made(string name, Func<IEnumerable<JsonObject>> make)
    {
        using var rows = Guarded(name, 1, () => make().GetEnumerator());
        for (var number = 1; Guarded(name, number, rows.MoveNext); number++)
            yield return Row(new RowLocation(name, number), Guarded(name, number, () => rows.Current));
    }

    /// <summary>The row that the code makes of a row, or why it makes none.</summary>
    public static JsonRow Converted(JsonRow row, Func<JsonObject, JsonObject> convert)
    {
        if (row.Error is not null || row.Json.ValueKind != JsonValueKind.Object) return row;
        try
        {
            return row with { Json = JsonSerializer.SerializeToElement(convert(JsonObject.Create(row.Json)!)) };
        }
        catch (Exception e) // whatever the code of others throws costs one row, with its reason
        {
            return row with { Json = default, Error = $"the plug-in can't convert it: {e.Message.TrimEnd('.')}" };
        }
    }

    /// <summary>A row that is no JSON, as one with NaN in it, costs itself.</summary>
    private static JsonRow Row(RowLocation location, JsonObject row)
    {
        try
        {
            return new JsonRow(location, JsonSerializer.SerializeToElement(row), null);
        }
        catch (Exception e) when (e is JsonException or ArgumentException or InvalidOperationException or NotSupportedException)
        {
            return new JsonRow(location, default, $"the plug-in's row is no JSON: {e.Message.TrimEnd('.')}");
        }
    }

    private static T Guarded<T>(string name, int number, Func<T> action)
    {
        try
        {
            return action();
        }
        catch (Exception e) when (e is not HoneException)
        {
            throw new HoneException(ExitCode.Data, $"The plug-in's rows end with an error: {e.GetType().Name}: {e.Message.TrimEnd('.')}.", $"{name}:{number}", "Mend the plug-in that registers the data set.", e);
        }
    }
}
