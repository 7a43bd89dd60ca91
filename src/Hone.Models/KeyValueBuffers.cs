using Hone.Kernels;
using Hone.Tensors;

namespace Hone.Models;

/// <summary>Keys and values of each layer of a <see cref="DecoderCache"/>, [rows, G·D], in memory that grows with the text.</summary>
internal sealed class KeyValueBuffers : IDisposable
{
    /// <summary>Rows of the smallest buffers: most prompts and answers stay below it.</summary>
    private const int FewestRows = 256;

    /// <summary>
    /// Rows that it grows by at least, where the capacity allows: each growth copies everything, and must not come with each token when
    /// memory is short.
    /// </summary>
    private const int FewestNewRows = 64;

    private readonly IKernels kernels;
    private readonly int width;
    private readonly int capacity;
    private readonly Func<long> freeBytes;
    private readonly Arena?[] arenas;
    private readonly Tensor[] keys;
    private readonly Tensor[] values;
    private int rows;

    /// <param name="decoder">The model.</param>
    /// <param name="capacity">Most rows.</param>
    /// <param name="freeBytes">What may be taken, asked each time before more is.</param>
    public KeyValueBuffers(Decoder decoder, int capacity, Func<long> freeBytes)
    {
        (kernels, this.capacity, this.freeBytes, width) = (decoder.Kernels, capacity, freeBytes, decoder.Blocks[0].Key.Outputs);
        arenas = new Arena?[decoder.Blocks.Count];
        keys = new Tensor[arenas.Length];
        values = new Tensor[arenas.Length];
    }

    /// <summary>Native bytes taken.</summary>
    public long Bytes => arenas.Sum(a => a?.ReservedBytes ?? 0);

    /// <summary>Keys of a layer [rows, G·D].</summary>
    public Tensor Keys(int layer) => keys[layer];

    /// <summary>Values of a layer [rows, G·D].</summary>
    public Tensor Values(int layer) => values[layer];

    /// <summary>
    /// Makes room for so many rows, twice what there is where memory allows, else half of that surplus, a quarter, and so on; the first
    /// <paramref name="used"/> stay.
    /// </summary>
    /// <exception cref="HoneException">There is not enough memory (exit code 5); nothing has changed.</exception>
    public void Reserve(int needed, int used)
    {
        if (needed <= rows) return;
        var free = freeBytes();
        var wanted = (int)Math.Min(capacity, Math.Max(Math.Max(needed, 2L * rows), FewestRows));
        var least = (int)Math.Min(capacity, Math.Max(needed, (long)rows + FewestNewRows));
        while (NewBytes(wanted) > free && wanted > least) wanted = least + (wanted - least) / 2;
        if (NewBytes(wanted) > free)
        {
            throw new HoneException(ExitCode.Memory, $"Room for {wanted:N0} tokens needs {ByteCount.Text(NewBytes(wanted))} more and {ByteCount.Text(free)} are free.", null,
                "Shorten the messages, start over (/clear in a chat), or make memory free.");
        }

        for (var layer = 0; layer < arenas.Length; layer++) Move(layer, wanted, used);
        rows = wanted;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var arena in arenas) arena?.Dispose();
    }

    /// <summary>What growing takes at its peak: layer by layer, so that only one layer is held twice.</summary>
    private long NewBytes(int newRows) =>
        2 * ((Arena.SizeOf(DType.F32, newRows, width) - Arena.SizeOf(DType.F32, rows, width)) * arenas.Length + Arena.SizeOf(DType.F32, rows, width));

    private void Move(int layer, int newRows, int used)
    {
        var arena = kernels.CreateArena("key-value cache");
        try
        {
            var (key, value) = (arena.Allocate(newRows, width), arena.Allocate(newRows, width));
            if (used > 0)
            {
                kernels.Copy(keys[layer].SliceRows(0, used), key.SliceRows(0, used));
                kernels.Copy(values[layer].SliceRows(0, used), value.SliceRows(0, used));
            }

            (keys[layer], values[layer]) = (key, value);
        }
        catch
        {
            arena.Dispose();
            throw;
        }

        arenas[layer]?.Dispose();
        arenas[layer] = arena;
    }
}
