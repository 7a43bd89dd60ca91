namespace Hone.Models.Weights;

/// <summary>Writes safetensors files in the layout of the reference library: wider types first, then by name.</summary>
public static class SafetensorsWriter
{
    /// <summary>
    /// Writes a file aside, syncs it and renames it over <paramref name="path"/>. Elements are converted in small pieces while writing.
    /// </summary>
    /// <param name="path">The file to create or replace.</param>
    /// <param name="tensors">In any order.</param>
    /// <param name="metadata">Content of <c>__metadata__</c>; <c>{"format": "pt"}</c> when null, which other tools want to see.</param>
    /// <exception cref="HoneException">The disk is full or refuses; a file that was there before is unharmed.</exception>
    public static void Write(string path, IEnumerable<TensorToWrite> tensors, IReadOnlyDictionary<string, string>? metadata = null) =>
        throw new NotImplementedException();
}
