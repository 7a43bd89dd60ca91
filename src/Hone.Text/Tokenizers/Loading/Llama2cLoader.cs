using System.Buffers.Binary;
using System.Text;

namespace Hone.Text.Tokenizers.Loading;

/// <summary>
/// Loads llama2.c's <c>tok*.bin</c>: the longest length, then of each token score, length and UTF-8 bytes, in little-endian.
/// Tokens 0 to 2 are unknown, beginning and end; the next 256 are bytes; spaces stand as spaces.
/// </summary>
internal static class Llama2cLoader
{
    private const int FirstByte = 3, FirstPiece = 259;

    public static Tokenizer Load(string path, TokenizerConfig config, bool plain) =>
        ModelFile.Guard(path, () => SentencePieceLoader.Build(Parse(ModelFile.Read(path)), config, plain));

    private static SentencePieceModel Parse(ReadOnlySpan<byte> file)
    {
        var model = new SentencePieceModel { IsBpe = true, ByteFallback = true, AddDummyPrefix = true, RemoveExtraWhitespaces = false };
        for (var rest = file[Math.Min(4, file.Length)..]; !rest.IsEmpty;)
        {
            if (rest.Length < 8) throw new InvalidDataException("The last token is cut off.");
            var score = BinaryPrimitives.ReadSingleLittleEndian(rest);
            var length = BinaryPrimitives.ReadInt32LittleEndian(rest[4..]);
            if ((uint)length > (uint)(rest.Length - 8)) throw new InvalidDataException("A token is longer than the file.");
            model.Pieces.Add(ToPiece(model.Pieces.Count, Encoding.UTF8.GetString(rest.Slice(8, length)), score));
            rest = rest[(8 + length)..];
        }

        if (model.Pieces.Count < FirstPiece) throw new InvalidDataException("It has too few tokens.");
        return model;
    }

    private static SentencePieceModel.Piece ToPiece(int id, string text, float score) => id switch
    {
        0 => new("<unk>", score, SentencePieceModel.PieceKind.Unknown),
        1 => new("<s>", score, SentencePieceModel.PieceKind.Control),
        2 => new("</s>", score, SentencePieceModel.PieceKind.Control),
        < FirstPiece => new($"<0x{id - FirstByte:X2}>", score, SentencePieceModel.PieceKind.Byte),
        _ => new(text.Replace(' ', '\u2581'), score, SentencePieceModel.PieceKind.Normal),
    };
}
