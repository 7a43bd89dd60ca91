namespace Hone.TinyModel.Generation;

/// <summary>Some turns under a system message or none.</summary>
/// <param name="System">The system message, or null.</param>
/// <param name="Turns">The turns, at least one.</param>
/// <param name="Questions">The questions as they are written, some with a friendly word before them.</param>
internal sealed record Conversation(string? System, IReadOnlyList<Turn> Turns, IReadOnlyList<string> Questions);
