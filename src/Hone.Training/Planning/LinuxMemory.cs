using System.Globalization;

namespace Hone.Training.Planning;

/// <summary>
/// What Linux lets this process have: the machine's memory, and the limit of every control group that the process is in. The
/// runtime's own figure won't do: in a container it is the share that the managed heap may take.
/// </summary>
internal static class LinuxMemory
{
    /// <summary>The smallest of all limits; null where <c>/proc/meminfo</c> doesn't tell.</summary>
    /// <param name="root">Folder that stands for <c>/</c>.</param>
    public static MemoryRoom? Read(string root = "/")
    {
        var info = Path.Combine(root, "proc/meminfo");
        return NumberAfter(info, "MemTotal:") is { } total && NumberAfter(info, "MemAvailable:") is { } available
            ? ControlGroups.Rooms(root).Aggregate(new MemoryRoom(total * 1024, available * 1024), (room, limit) => room.Within(limit))
            : null;
    }

    /// <summary>The number after a word that begins a line; null when there is no such line or file.</summary>
    internal static long? NumberAfter(string path, string word)
    {
        foreach (var line in Lines(path))
        {
            var fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (fields.Length > 1 && fields[0] == word) return Number(fields[1]);
        }

        return null;
    }

    /// <summary>The lines of a file of the system; none when it can't be read.</summary>
    internal static string[] Lines(string path)
    {
        try
        {
            return File.ReadAllLines(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    internal static long? Number(string? text) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
