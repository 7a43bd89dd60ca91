namespace Hone.Data.Readers.Arrow;

/// <summary>How values of a field lie and what they mean (arrow/format/Schema.fbs, <c>Type</c>).</summary>
internal enum ArrowKind
{
    Null = 1,
    Int = 2,
    Float = 3,
    Binary = 4,
    Text = 5,
    Boolean = 6,
    Decimal = 7,
    Date = 8,
    Time = 9,
    Timestamp = 10,
    List = 12,
    Struct = 13,
    FixedBinary = 15,
    FixedList = 16,
    Map = 17,
    Duration = 18,
    LargeBinary = 19,
    LargeText = 20,
    LargeList = 21,
}

/// <summary>A field of the schema.</summary>
internal sealed record ArrowField
{
    private const int MaxDepth = 48;

    /// <summary>Tables of a message may stand for any number of fields; no data set has so many.</summary>
    private const int MaxFields = 100_000;

    public required string Name { get; init; }

    public required ArrowKind Kind { get; init; }

    /// <summary>Bytes of a value of fixed size; elements of a list of fixed length; 0 for others.</summary>
    public int Width { get; init; }

    /// <summary>Whether integers can't be negative.</summary>
    public bool IsUnsigned { get; init; }

    /// <summary>Digits behind the point of a decimal; units a second of a time; −1 for a date in days.</summary>
    public long Scale { get; init; }

    public IReadOnlyList<ArrowField> Children { get; init; } = [];

    /// <summary>The dictionary that holds the values, and how its indices lie; null when the values stand where they belong.</summary>
    public (long Id, ArrowField Index)? Dictionary { get; init; }

    /// <summary>Reads the fields of a schema.</summary>
    /// <exception cref="InvalidDataException">The message is damaged.</exception>
    /// <exception cref="NotSupportedException">A type is not known here.</exception>
    public static IReadOnlyList<ArrowField> Schema(FlatTable schema)
    {
        if (schema.Int16(0) != 0) throw new NotSupportedException("its numbers are big-endian");
        var count = 0;
        return List(schema, 1, 0, ref count);
    }

    private static List<ArrowField> List(FlatTable table, int listField, int depth, ref int count)
    {
        var (start, length) = table.Vector(listField, 4);
        if (depth > MaxDepth || count + length > MaxFields) throw new NotSupportedException("it has too many columns, or they are nested too deep");
        count += length;
        var fields = new List<ArrowField>();
        for (var i = 0; i < length; i++) fields.Add(Field(table.TableAt(start, i), depth + 1, ref count));
        var twice = fields.GroupBy(f => f.Name).FirstOrDefault(g => g.Count() > 1);
        return twice is null ? fields : throw new InvalidDataException($"two of its columns are called '{twice.Key}'");
    }

    private static ArrowField Field(FlatTable table, int depth, ref int count)
    {
        var name = table.Text(0);
        var type = table.Byte(2);
        if (!Enum.IsDefined((ArrowKind)type)) throw new NotSupportedException($"the column '{name}' has Arrow type {type}, which is not known here");
        var field = Typed(name, (ArrowKind)type, table.Has(3) ? table.Table(3) : null);
        field = field with { Children = List(table, 5, depth, ref count) };
        var children = field.Kind switch
        {
            ArrowKind.List or ArrowKind.LargeList or ArrowKind.FixedList or ArrowKind.Map => 1,
            ArrowKind.Struct => field.Children.Count,
            _ => 0,
        };
        var isPair = field.Kind != ArrowKind.Map || (children == field.Children.Count && field.Children[0] is { Kind: ArrowKind.Struct, Children.Count: 2, Dictionary: null });
        if (field.Children.Count != children || !isPair) throw new InvalidDataException($"the column '{name}' has the wrong number of inner columns");
        return table.Has(4) ? field with { Dictionary = Encoding(table.Table(4)) } : field;
    }

    private static (long Id, ArrowField Index) Encoding(FlatTable encoding) =>
        (encoding.Int64(0), encoding.Has(1) ? Typed("", ArrowKind.Int, encoding.Table(1)) : new ArrowField { Name = "", Kind = ArrowKind.Int, Width = 4 });

    private static ArrowField Typed(string name, ArrowKind kind, FlatTable? table)
    {
        var field = new ArrowField { Name = name, Kind = kind };
        if (kind is ArrowKind.Null or ArrowKind.Binary or ArrowKind.Text or ArrowKind.Boolean or ArrowKind.List or ArrowKind.Struct or ArrowKind.Map
            or ArrowKind.LargeBinary or ArrowKind.LargeText or ArrowKind.LargeList) return field;
        if (table is not { } type) throw Wrong();
        return kind switch
        {
            ArrowKind.Int => field with { Width = Bytes(type.Int32(0), 8, 16, 32, 64), IsUnsigned = type.Byte(1) == 0 },
            ArrowKind.Float => field with { Width = type.Int16(0) switch { 0 => 2, 1 => 4, 2 => 8, _ => throw Wrong() } },
            ArrowKind.Decimal => field with { Width = Bytes(type.Int32(2, 128), 32, 64, 128, 256), Scale = type.Int32(1) },
            ArrowKind.Date => type.Int16(0, 1) == 0 ? field with { Width = 4, Scale = -1 } : field with { Width = 8, Scale = 1000 },
            ArrowKind.Time => field with { Width = Bytes(type.Int32(1, 32), 32, 64, 32, 64), Scale = Units(type.Int16(0, 1)) },
            ArrowKind.Timestamp => field with { Width = 8, Scale = Units(type.Int16(0)) },
            ArrowKind.Duration => field with { Width = 8 },
            _ => field with { Width = type.Int32(0) is >= 0 and var width ? width : throw Wrong() },
        };
    }

    private static int Bytes(int bits, params ReadOnlySpan<int> allowed) => allowed.Contains(bits) ? bits / 8 : throw Wrong();

    private static long Units(short unit) => unit switch { 0 => 1, 1 => 1_000, 2 => 1_000_000, 3 => 1_000_000_000, _ => throw Wrong() };

    private static InvalidDataException Wrong() => new("a type in the Arrow file has an impossible size");
}
