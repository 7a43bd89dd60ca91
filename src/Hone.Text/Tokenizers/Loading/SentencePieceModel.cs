namespace Hone.Text.Tokenizers.Loading;

/// <summary>What a SentencePiece model file says (<c>sentencepiece_model.proto</c>), with its defaults.</summary>
internal sealed class SentencePieceModel
{
    /// <summary>What a piece is for; the numbers are the file's.</summary>
    public enum PieceKind
    {
        Normal = 1,
        Unknown = 2,
        Control = 3,
        UserDefined = 4,
        Unused = 5,
        Byte = 6,
    }

    /// <summary>One entry of the vocabulary.</summary>
    public readonly record struct Piece(string Text, double Score, PieceKind Kind);

    public List<Piece> Pieces { get; } = [];

    public bool IsBpe { get; set; }

    public bool ByteFallback { get; set; }

    public bool SpaceIsSuffix { get; private set; }

    public int BeginId { get; private set; } = 1;

    public int EndId { get; private set; } = 2;

    public int PadId { get; private set; } = -1;

    public byte[] CharacterMap { get; private set; } = [];

    public bool AddDummyPrefix { get; set; } = true;

    public bool RemoveExtraWhitespaces { get; set; } = true;

    public bool EscapeWhitespaces { get; private set; } = true;

    /// <summary>Reads a model file.</summary>
    public static SentencePieceModel Parse(ReadOnlySpan<byte> file)
    {
        var model = new SentencePieceModel();
        var reader = new ProtobufReader(file);
        while (reader.Read())
        {
            if (reader.Field == 1) model.Pieces.Add(ReadPiece(reader.Bytes));
            else if (reader.Field == 2) model.ReadTrainer(reader.Bytes);
            else if (reader.Field == 3) model.ReadNormalizer(reader.Bytes);
            if (model.Pieces.Count > Models.Vocabulary.MostIds) throw new InvalidDataException("The vocabulary is too large.");
        }

        if (model.Pieces.Count == 0) throw new InvalidDataException("The model has no pieces.");
        return model;
    }

    private static Piece ReadPiece(ReadOnlySpan<byte> message)
    {
        var text = "";
        var score = 0f;
        var kind = PieceKind.Normal;
        var reader = new ProtobufReader(message);
        while (reader.Read())
        {
            if (reader.Field == 1) text = reader.Text;
            else if (reader.Field == 2) score = reader.Float;
            else if (reader.Field == 3) kind = (PieceKind)Math.Min(reader.Number, 99);
        }

        if (!Enum.IsDefined(kind)) throw new InvalidDataException("A piece is of an unknown kind.");
        return new Piece(text, score, kind);
    }

    private void ReadTrainer(ReadOnlySpan<byte> message)
    {
        var reader = new ProtobufReader(message);
        while (reader.Read())
        {
            switch (reader.Field)
            {
                case 3 when reader.Number is 1 or 2:
                    IsBpe = reader.Number == 2;
                    break;
                case 3:
                    throw Unsupported.Part("SentencePiece model type", reader.Number == 3 ? "word" : reader.Number == 4 ? "char" : "unknown");
                case 24:
                    SpaceIsSuffix = reader.Number != 0;
                    break;
                case 35:
                    ByteFallback = reader.Number != 0;
                    break;
                case 41:
                    BeginId = (int)reader.Number;
                    break;
                case 42:
                    EndId = (int)reader.Number;
                    break;
                case 43:
                    PadId = (int)reader.Number;
                    break;
            }
        }
    }

    private void ReadNormalizer(ReadOnlySpan<byte> message)
    {
        var reader = new ProtobufReader(message);
        while (reader.Read())
        {
            if (reader.Field == 2) CharacterMap = reader.Bytes.ToArray();
            else if (reader.Field == 3) AddDummyPrefix = reader.Number != 0;
            else if (reader.Field == 4) RemoveExtraWhitespaces = reader.Number != 0;
            else if (reader.Field == 5) EscapeWhitespaces = reader.Number != 0;
        }
    }
}
