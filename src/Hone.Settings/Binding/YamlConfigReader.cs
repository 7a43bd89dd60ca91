using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Hone.Settings;

/// <summary>
/// Reads a flat YAML mapping event by event. No tags, no aliases, one level of lists: what a settings file needs, and
/// nothing by which a file could run code or grow without bound.
/// </summary>
internal static class YamlConfigReader
{
    public static List<RawSetting> Read(byte[] utf8, string path)
    {
        using var text = new StreamReader(new MemoryStream(utf8));
        var parser = new Parser(text);
        try
        {
            return ReadDocument(parser, path);
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException) // what the parser throws for some broken tags and streams
        {
            throw new HoneException(ExitCode.Usage, $"this is not valid YAML: {FirstLine(e.Message)}", $"{path}:{parser.Current?.End.Line ?? 1}",
                "write one 'name: value' a line, and put values with '!' in quotes", e);
        }
        catch (YamlException e)
        {
            throw new HoneException(ExitCode.Usage, $"this is not valid YAML: {FirstLine(e.Message)}", $"{path}:{e.Start.Line}",
                "write one 'name: value' a line; indent with spaces, and quote values that contain ': ' or '#'", e);
        }
    }

    private static List<RawSetting> ReadDocument(Parser parser, string path)
    {
        var settings = new List<RawSetting>();
        parser.Consume<StreamStart>();
        if (parser.Accept<StreamEnd>(out _)) return settings;
        parser.Consume<DocumentStart>();
        if (parser.Accept<Scalar>(out var only) && IsNull(only)) parser.MoveNext();
        else ReadMapping(parser, path, settings);
        parser.Consume<DocumentEnd>();
        if (!parser.Accept<StreamEnd>(out _))
            throw Refuse(path, parser.Current!, "a second YAML document begins here", "keep one document a file");
        return settings;
    }

    private static void ReadMapping(Parser parser, string path, List<RawSetting> settings)
    {
        if (!parser.TryConsume<MappingStart>(out var start))
            throw Refuse(path, parser.Current!, "settings must be written as 'name: value'", "see examples/*.yaml");
        CheckTag(start, path);
        while (!parser.TryConsume<MappingEnd>(out _))
        {
            ConfigFileReader.CheckCount(settings, path);
            if (!parser.TryConsume<Scalar>(out var key)) throw Refuse(path, parser.Current!, "a setting's name must be a plain word", "write 'name: value'");
            settings.Add(new RawSetting(key.Value, ReadValues(parser, path, key.Value), $"{path}:{key.Start.Line}"));
        }
    }

    private static List<string>? ReadValues(Parser parser, string path, string key)
    {
        if (parser.TryConsume<Scalar>(out var scalar))
        {
            CheckTag(scalar, path);
            return IsNull(scalar) ? null : [scalar.Value];
        }

        if (!parser.TryConsume<SequenceStart>(out var sequence)) throw NotFlat(path, parser.Current!, key);
        CheckTag(sequence, path);
        var values = new List<string>();
        while (!parser.TryConsume<SequenceEnd>(out _))
        {
            if (!parser.TryConsume<Scalar>(out var item)) throw NotFlat(path, parser.Current!, key);
            CheckTag(item, path);
            values.Add(item.Value);
        }

        return values;
    }

    private static bool IsNull(Scalar scalar) => scalar.Style == ScalarStyle.Plain && scalar.Value is "" or "~" or "null" or "Null" or "NULL";

    private static void CheckTag(NodeEvent node, string path)
    {
        if (!node.Tag.IsEmpty) throw Refuse(path, node, $"YAML tags such as {node.Tag} are not read", "remove the tag");
    }

    private static HoneException NotFlat(string path, ParsingEvent at, string key) => at is AnchorAlias
        ? Refuse(path, at, $"the value of {key} is a YAML alias, which is not read", "write the value out")
        : Refuse(path, at, $"{key} holds further keys, but settings files are flat", "write 'name: value', 'name: [a, b]' for several values, or 'name: [a=b, c=d]' for pairs");

    private static HoneException Refuse(string path, ParsingEvent at, string what, string fix) =>
        new(ExitCode.Usage, what, $"{path}:{at.Start.Line}", fix);

    private static string FirstLine(string message) => message.Split('\n')[0].TrimEnd('\r', '.');
}
