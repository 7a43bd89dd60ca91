namespace Hone.Data.Readers;

/// <summary>A data file that is open, with what tells its format.</summary>
/// <param name="Path">The file as the user named it.</param>
/// <param name="Extension">How the name ends once <c>.gz</c> or <c>.zst</c> is taken off: lower case, with the dot.</param>
/// <param name="Content">The content from its beginning, decompressed.</param>
/// <param name="File">The file itself, for formats that are read from the end; null where that can't be done.</param>
internal sealed record DataSource(string Path, string Extension, PeekedStream Content, FileStream? File);
