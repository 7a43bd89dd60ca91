using System.Text.Json;

namespace Hone.Text.Tokenizers.Loading;

/// <summary>Reads which special tokens go in front of and behind a text.</summary>
internal sealed class PostProcessorReader
{
    private readonly List<int> _before = [];
    private readonly List<int> _after = [];

    public static (int[] Before, int[] After) Read(JsonElement section)
    {
        var reader = new PostProcessorReader();
        reader.ReadStep(section);
        return ([.. reader._before], [.. reader._after]);
    }

    private void ReadStep(JsonElement section)
    {
        var type = section.RequiredText("type");
        switch (type)
        {
            case "Sequence":
                foreach (var step in section.Items("processors")) ReadStep(step);
                break;
            case "ByteLevel":
                // It only moves offsets.
                break;
            case "TemplateProcessing":
                ReadTemplate(section);
                break;
            case "BertProcessing" or "RobertaProcessing":
                Surround([PairId(section, "cls")], [PairId(section, "sep")]);
                break;
            default:
                throw Unsupported.Part("post-processor", type);
        }
    }

    private void ReadTemplate(JsonElement section)
    {
        List<int> before = [], after = [];
        var current = before;
        foreach (var piece in section.Items("single"))
        {
            if (piece.Member("Sequence") is not null)
            {
                if (current == after) throw Unsupported.Part("template", "with the text twice");
                current = after;
                continue;
            }

            var name = (piece.Member("SpecialToken") ?? throw new InvalidDataException("A template piece is neither text nor token.")).RequiredText("id");
            var token = section.Member("special_tokens")?.Member(name) ?? throw new InvalidDataException($"The template token \"{name}\" is not defined.");
            current.AddRange(token.Items("ids").Select(id => Checked(id.GetInt32())));
        }

        if (current == before) throw new InvalidDataException("The template leaves the text out.");
        Surround(before, after);
    }

    private void Surround(List<int> before, List<int> after)
    {
        _before.InsertRange(0, before);
        _after.AddRange(after);
    }

    private static int PairId(JsonElement section, string name) =>
        Checked((section.Items(name).ElementAtOrDefault(1) is { ValueKind: JsonValueKind.Number } id ? id : throw new InvalidDataException($"\"{name}\" is not [token, id].")).GetInt32());

    private static int Checked(int id) => (uint)id < Models.Vocabulary.MostIds ? id : throw new InvalidDataException($"Token id {id} is out of range.");
}
