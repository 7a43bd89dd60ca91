using System.Globalization;
using System.Text.Json.Nodes;

namespace Hone.Bench.Rows;

/// <summary>Any number of rows, made of those of a real file.</summary>
internal static class RowsFile
{
    /// <summary>Writes the rows over and over, each question with a number, until there are enough; a file that is there already is taken.</summary>
    public static string Make(string folder, string data, int rows)
    {
        var path = Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"rows-{rows}.jsonl"));
        if (File.Exists(path)) return path;
        var source = JsonNode.Parse(File.ReadAllBytes(data))!.AsArray().Select(r => r!.AsObject()).ToList();
        var aside = path + ".partial";
        using (var file = new StreamWriter(aside))
        {
            for (var i = 0; i < rows; i++)
            {
                var row = source[i % source.Count];
                file.WriteLine(new JsonObject
                {
                    ["instruction"] = string.Create(CultureInfo.InvariantCulture, $"{(string?)row["instruction"]} ({i})"),
                    ["input"] = (string?)row["input"],
                    ["output"] = (string?)row["output"],
                }.ToJsonString());
            }
        }

        File.Move(aside, path);
        return path;
    }
}
