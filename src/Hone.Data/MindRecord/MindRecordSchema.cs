using System.Text.Json;
using System.Text.RegularExpressions;

namespace Hone.Data.MindRecord;

/// <summary>A column.</summary>
/// <param name="Name">Letters, digits and underscores.</param>
/// <param name="Type">What it holds.</param>
/// <param name="Shape">
/// Extents of an array, at most one of them −1 for what the data gives; null for a single value.
/// </param>
public sealed record MindRecordField(string Name, MindRecordType Type, IReadOnlyList<int>? Shape = null)
{
    /// <summary>Whether the writer puts the field into blob pages: arrays and bytes.</summary>
    internal bool IsBlob => Type == MindRecordType.Bytes || Shape is not null;
}

/// <summary>The columns of a MindRecord file.</summary>
public sealed partial class MindRecordSchema
{
    private const int MaxDimensions = 32;

    /// <summary>Describes a file to be written; arrays and bytes go to blob pages.</summary>
    /// <param name="description">A few words of the writer's own.</param>
    /// <param name="fields">At least one field.</param>
    /// <exception cref="ArgumentException">
    /// A name is empty, has other characters, or comes twice; a shape does not fit; or a type can't be written.
    /// </exception>
    public MindRecordSchema(string description, IEnumerable<MindRecordField> fields)
    {
        Description = description;
        Fields = [.. fields];
        if (Fields.Count == 0) throw new ArgumentException("a schema needs a field", nameof(fields));
        foreach (var field in Fields)
        {
            if (!ValidName().IsMatch(field.Name)) throw new ArgumentException($"'{field.Name}' is no field name: letters, digits and _ only", nameof(fields));
            if (field.Type == MindRecordType.Untyped) throw new ArgumentException($"'{field.Name}' needs a type", nameof(fields));
            if (field.Shape is not { } shape) continue;
            if (!field.Type.IsNumber()) throw new ArgumentException($"'{field.Name}': only numbers have a shape", nameof(fields));
            if (WhyShapeIsBad(shape) is { } reason) throw new ArgumentException($"'{field.Name}': {reason}", nameof(fields));
        }

        if (Fields.Select(f => f.Name).Distinct(StringComparer.Ordinal).Count() < Fields.Count) throw new ArgumentException("a field name comes twice", nameof(fields));
        BlobFields = [.. Fields.Where(f => f.IsBlob).OrderBy(f => f.Name, StringComparer.Ordinal)];
    }

    private MindRecordSchema(string description, IReadOnlyList<MindRecordField> fields, IReadOnlyList<MindRecordField> blobFields)
    {
        Description = description;
        Fields = fields;
        BlobFields = blobFields;
    }

    /// <summary>The writer's own words.</summary>
    public string Description { get; }

    /// <summary>All columns, in the order of the header.</summary>
    public IReadOnlyList<MindRecordField> Fields { get; }

    /// <summary>Those whose values lie in blob pages, in the order in which they lie there.</summary>
    public IReadOnlyList<MindRecordField> BlobFields { get; }

    /// <summary>Those whose values lie in raw pages.</summary>
    internal IEnumerable<MindRecordField> RawFields => Fields.Except(BlobFields);

    /// <summary>Whether format 3.0 narrows the integers of blobs: one integer array in the schema is enough for all of them.</summary>
    internal bool NarrowsIntegers => Fields.Any(f => f.Type.IsInteger() && f.Shape is not null);

    /// <exception cref="InvalidDataException">It describes no rows that can be read.</exception>
    internal static MindRecordSchema Parse(JsonElement list)
    {
        if (list.ValueKind != JsonValueKind.Array || list.GetArrayLength() != 1) throw new InvalidDataException("'schema' must be a list with one schema");
        var outer = list[0];
        if (outer.ValueKind != JsonValueKind.Object || !outer.TryGetProperty("schema", out var body) || body.ValueKind != JsonValueKind.Object)
            throw new InvalidDataException("the schema has no fields");
        var fields = body.EnumerateObject().Select(ParseField).ToList();
        if (fields.Count == 0) throw new InvalidDataException("the schema has no fields");
        var description = outer.TryGetProperty("desc", out var desc) && desc.ValueKind == JsonValueKind.String ? desc.GetString()! : "";
        return new MindRecordSchema(description, fields, ParseBlobFields(outer, fields));
    }

    /// <summary>Writes what <see cref="Parse"/> reads, with keys in the order of MindSpore's own files.</summary>
    internal void WriteTo(Utf8JsonWriter json)
    {
        json.WriteStartArray();
        json.WriteStartObject();
        json.WriteStartArray("blob_fields");
        foreach (var field in BlobFields) json.WriteStringValue(field.Name);
        json.WriteEndArray();
        json.WriteString("desc", Description);
        json.WriteStartObject("schema");
        foreach (var field in Fields.OrderBy(f => f.Name, StringComparer.Ordinal))
        {
            json.WriteStartObject(field.Name);
            if (field.Shape is not null)
            {
                json.WriteStartArray("shape");
                foreach (var extent in field.Shape) json.WriteNumberValue(extent);
                json.WriteEndArray();
            }

            json.WriteString("type", field.Type.Word());
            json.WriteEndObject();
        }

        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndArray();
    }

    private static MindRecordField ParseField(JsonProperty property)
    {
        var (name, body) = (property.Name, property.Value);
        if (body.ValueKind != JsonValueKind.Object || !body.TryGetProperty("type", out var type) || type.ValueKind != JsonValueKind.String)
            throw new InvalidDataException($"the field '{name}' has no type");
        var field = new MindRecordField(name, MindRecordTypes.Of(type.GetString()!));
        if (!body.TryGetProperty("shape", out var shape) || shape.ValueKind == JsonValueKind.Null) return field;
        if (!field.Type.IsNumber()) throw new InvalidDataException($"the field '{name}' has a shape, and its type '{type.GetString()}' is no number");
        if (shape.ValueKind != JsonValueKind.Array || shape.EnumerateArray().Any(e => e.ValueKind != JsonValueKind.Number || !e.TryGetInt32(out _)))
            throw new InvalidDataException($"the shape of '{name}' is no list of integers");
        var extents = shape.EnumerateArray().Select(e => e.GetInt32()).ToArray();
        return WhyShapeIsBad(extents) is { } reason ? throw new InvalidDataException($"the field '{name}': {reason}") : field with { Shape = extents };
    }

    private static List<MindRecordField> ParseBlobFields(JsonElement schema, List<MindRecordField> fields)
    {
        var result = new List<MindRecordField>();
        if (!schema.TryGetProperty("blob_fields", out var names) || names.ValueKind == JsonValueKind.Null) return result;
        if (names.ValueKind != JsonValueKind.Array) throw new InvalidDataException("'blob_fields' must be a list of names");
        var known = fields.ToDictionary(f => f.Name, StringComparer.Ordinal);
        foreach (var name in names.EnumerateArray())
        {
            if (name.ValueKind != JsonValueKind.String || !known.Remove(name.GetString()!, out var field))
                throw new InvalidDataException($"'blob_fields' names {name.GetRawText()}, which is no field or stands there twice");
            if (field.Type == MindRecordType.String) throw new InvalidDataException($"'{field.Name}' is a text and can't be a blob field");
            result.Add(field);
        }

        return result;
    }

    private static string? WhyShapeIsBad(IReadOnlyList<int> shape)
    {
        if (shape.Count is 0 or > MaxDimensions) return $"a shape has 1 to {MaxDimensions} extents";
        if (shape.Any(e => e is 0 or < -1)) return "an extent must be positive, or -1";
        if (shape.Count(e => e == -1) > 1) return "only one extent may be -1";
        return shape.Where(e => e > 0).Aggregate(1.0, (a, e) => a * e) > int.MaxValue ? "the shape has too many elements" : null;
    }

    [GeneratedRegex("^[0-9a-zA-Z_]+\\z")]
    private static partial Regex ValidName();
}
