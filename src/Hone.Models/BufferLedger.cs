using Hone.Tensors;

namespace Hone.Models;

/// <summary>
/// Takes buffers from an arena and writes down what each is for. Without an arena it only counts, so the plan and the
/// allocation are one piece of code and can't disagree.
/// </summary>
internal sealed class BufferLedger
{
    private readonly List<(string Purpose, long Bytes)> entries = [];
    private readonly Func<DType, int, int, long, Tensor>? take;
    private readonly BufferLedger? other;
    private readonly List<(Tensor Room, long Used)> rooms = [];

    /// <summary>A ledger of an arena; null only counts.</summary>
    public BufferLedger(Arena? arena) => take = arena is null
        ? (type, rows, columns, _) => Tensor.WithoutMemory(type, rows, columns)
        : (type, rows, columns, _) => arena.Allocate(type, rows, columns);

    /// <summary>A ledger that puts buffers where there is room in memory that nobody needs meanwhile, and takes the rest from another ledger.</summary>
    /// <param name="other">The other one.</param>
    /// <param name="rooms">Dense tensors whose numbers may be lost.</param>
    public BufferLedger(BufferLedger other, IEnumerable<Tensor> rooms)
    {
        this.other = other;
        this.rooms.AddRange(rooms.Select(room => (room, 0L)));
    }

    private BufferLedger(Tensor block) => take = (type, rows, columns, offset) => block.Within(offset, type, rows, columns);

    /// <summary>Bytes by purpose, in order of first use.</summary>
    public IReadOnlyList<(string Purpose, long Bytes)> Entries => entries;

    /// <summary>All bytes.</summary>
    public long TotalBytes => entries.Sum(e => e.Bytes);

    /// <summary>The rooms that hold a buffer.</summary>
    public IEnumerable<Tensor> UsedRooms => rooms.Where(r => r.Used > 0).Select(r => r.Room);

    /// <summary>A dense matrix; a view of nothing with the right shape when only counting.</summary>
    public Tensor Take(string purpose, int rows, int columns, DType type = DType.F32)
    {
        var bytes = Math.Max(Arena.SizeOf(type, rows, columns), Arena.Alignment);
        if (other is not null) return InRoom(bytes, type, rows, columns) ?? other.Take(purpose, rows, columns, type);
        var tensor = take!(type, rows, columns, TotalBytes);
        var i = entries.FindIndex(e => e.Purpose == purpose);
        if (i < 0) entries.Add((purpose, bytes));
        else entries[i] = (purpose, entries[i].Bytes + bytes);
        return tensor;
    }

    private Tensor? InRoom(long bytes, DType type, int rows, int columns)
    {
        var i = rooms.FindIndex(r => r.Used + bytes <= r.Room.ByteCount);
        if (i < 0) return null;
        var (room, used) = rooms[i];
        rooms[i] = (room, used + bytes);
        return room.Within(used, type, rows, columns);
    }

    /// <summary>
    /// One block of memory for users that have it in turn: as large as the largest of them needs, and what one leaves there is
    /// lost when another comes.
    /// </summary>
    /// <param name="purpose">What the block is for.</param>
    /// <param name="users">Each takes its buffers from the ledger that it is given. Called twice: the first call counts.</param>
    public void TakeInTurn(string purpose, params ReadOnlySpan<Action<BufferLedger>> users)
    {
        long bytes = 0;
        foreach (var user in users)
        {
            var counted = new BufferLedger((Arena?)null);
            user(counted);
            bytes = Math.Max(bytes, counted.TotalBytes);
        }

        var block = Take(purpose, checked((int)(bytes / Arena.Alignment)), Arena.Alignment / sizeof(float));
        foreach (var user in users) user(new BufferLedger(block));
    }
}
