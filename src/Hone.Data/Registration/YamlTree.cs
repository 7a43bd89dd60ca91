using System.Globalization;
using System.Text.Json.Nodes;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Hone.Data.Registration;

/// <summary>Reads YAML as JSON, event by event: no tags, no aliases, bounded depth, so that a file can neither run code nor grow.</summary>
internal static class YamlTree
{
    private const int MaxBytes = 4 << 20;
    private const int MaxDepth = 32;

    /// <summary>The document of a file; an empty object when it has none.</summary>
    /// <exception cref="HoneException">The file can't be read or is no such YAML (exit code 2).</exception>
    public static JsonObject Read(string path)
    {
        try
        {
            if (new FileInfo(path).Length > MaxBytes) throw new HoneException(ExitCode.Usage, $"The file is longer than {MaxBytes >> 20} MiB.", path);
            using var text = new StreamReader(path);
            var parser = new Parser(text);
            parser.Consume<StreamStart>();
            if (!parser.TryConsume<DocumentStart>(out _)) return [];
            var root = Node(parser, path, 0);
            parser.Consume<DocumentEnd>();
            if (!parser.TryConsume<StreamEnd>(out _)) throw Refuse(path, parser.Current!, "the file holds more than one document");
            return root switch
            {
                JsonObject fields => fields,
                null => [],
                _ => throw new HoneException(ExitCode.Usage, "The file holds no 'name: value' lines.", path),
            };
        }
        catch (YamlException e)
        {
            throw new HoneException(ExitCode.Usage, $"This is not valid YAML: {e.Message.Split('\n')[0].TrimEnd('\r', '.')}.", $"{path}:{e.Start.Line}", "Indent with spaces, and quote texts that contain ': ' or '#'.", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or InvalidOperationException)
        {
            throw new HoneException(ExitCode.Usage, $"The file can't be read: {e.Message}", path, inner: e);
        }
    }

    private static JsonNode? Node(Parser parser, string path, int depth)
    {
        var at = parser.Current!;
        if (depth > MaxDepth) throw Refuse(path, at, $"YAML nested deeper than {MaxDepth}");
        if (at is NodeEvent { Tag.IsEmpty: false }) throw Refuse(path, at, "YAML tags are not read");
        if (parser.TryConsume<Scalar>(out var scalar)) return Value(scalar);
        if (parser.TryConsume<SequenceStart>(out _))
        {
            var list = new JsonArray();
            while (!parser.TryConsume<SequenceEnd>(out _)) list.Add(Node(parser, path, depth + 1));
            return list;
        }

        if (!parser.TryConsume<MappingStart>(out _)) throw Refuse(path, at, "YAML aliases are not read");
        var fields = new JsonObject();
        while (!parser.TryConsume<MappingEnd>(out _))
        {
            if (!parser.TryConsume<Scalar>(out var key)) throw Refuse(path, parser.Current!, "a name must be a plain word");
            if (fields.ContainsKey(key.Value)) throw Refuse(path, key, $"'{key.Value}' stands twice");
            fields[key.Value] = Node(parser, path, depth + 1);
        }

        return fields;
    }

    private static JsonNode? Value(Scalar scalar)
    {
        if (scalar.Style != ScalarStyle.Plain) return scalar.Value;
        return scalar.Value switch
        {
            "" or "~" or "null" or "Null" or "NULL" => null,
            "true" or "True" or "TRUE" => true,
            "false" or "False" or "FALSE" => false,
            var text when long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) => number,
            var text => text,
        };
    }

    private static HoneException Refuse(string path, ParsingEvent at, string what) =>
        new(ExitCode.Usage, what + ".", $"{path}:{at.Start.Line}", "docs/registration.md has an example.");
}
