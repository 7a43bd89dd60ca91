using System.Text;
using System.Text.Json;

namespace Hone.TinyModel.Scoring;

/// <summary>Counts right replies by category and language.</summary>
internal sealed class Scoreboard
{
    private readonly SortedDictionary<(string Category, string Language), (int Right, int All)> cells = [];

    /// <summary>Right and all replies together.</summary>
    public (int Right, int All) Total => (cells.Values.Sum(cell => cell.Right), cells.Values.Sum(cell => cell.All));

    /// <summary>Reads a file of replies: <c>category</c>, <c>language</c>, <c>answer_key</c> and <c>response</c> in each row.</summary>
    public static Scoreboard Read(string path)
    {
        var board = new Scoreboard();
        var row = 0;
        foreach (var line in File.ReadLines(path))
        {
            row++;
            if (string.IsNullOrWhiteSpace(line)) continue;
            board.AddRow(line, $"{path}:{row}");
        }

        if (board.cells.Count == 0) throw new HoneException(ExitCode.Data, "There are no replies to score.", path);
        return board;
    }

    /// <summary>Counts one reply.</summary>
    public void Add(string category, string language, bool right)
    {
        var cell = cells.GetValueOrDefault((category, language));
        cells[(category, language)] = (cell.Right + (right ? 1 : 0), cell.All + 1);
    }

    /// <summary>The table for people.</summary>
    public string ToTable()
    {
        var table = new StringBuilder($"{"category",-20} {"language",-8} {"right",6} {"of",6} {"%",6}\n");
        foreach (var ((category, language), (right, all)) in cells) table.Append(Line(category, language, right, all));
        foreach (var language in cells.GroupBy(cell => cell.Key.Language))
            table.Append(Line("all", language.Key, language.Sum(cell => cell.Value.Right), language.Sum(cell => cell.Value.All)));
        table.Append(Line("total", "", Total.Right, Total.All));
        return table.ToString();
    }

    /// <summary>The same figures for programs.</summary>
    public string ToJson()
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            json.WriteStartArray("categories");
            foreach (var ((category, language), (right, all)) in cells)
            {
                json.WriteStartObject();
                json.WriteString("category", category);
                json.WriteString("language", language);
                WriteCounts(json, right, all);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteStartObject("total");
            WriteCounts(json, Total.Right, Total.All);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(stream.ToArray());
    }

    private void AddRow(string line, string where)
    {
        try
        {
            using var document = JsonDocument.Parse(line);
            var row = document.RootElement;
            Add(Text(row, "category"), Text(row, "language"), AnswerKey.IsIn(Text(row, "response"), Text(row, "answer_key")));
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            throw new HoneException(ExitCode.Data, "A reply can't be read.", where,
                "Each row needs the texts category, language, answer_key and response.", error);
        }
    }

    private static string Text(JsonElement row, string name) =>
        row.GetProperty(name).GetString() ?? throw new InvalidOperationException($"{name} is null.");

    private static void WriteCounts(Utf8JsonWriter json, int right, int all)
    {
        json.WriteNumber("right", right);
        json.WriteNumber("all", all);
        json.WriteNumber("share", Math.Round((double)right / all, 4));
    }

    private static string Line(string category, string language, int right, int all) =>
        $"{category,-20} {language,-8} {right,6} {all,6} {100.0 * right / all,6:0.0}\n";
}
