using System.Text.RegularExpressions;

namespace Hone.Training.Planning;

/// <summary>
/// The memory limits of the control groups that this process is in, version 1 and 2, its own group's and those of every group
/// above it that can be seen. Formats: cgroups(7), proc_pid_mountinfo(5), and the kernel's cgroup-v1/memory.rst and cgroup-v2.rst.
/// </summary>
internal static partial class ControlGroups
{
    /// <summary>One room for each group that has a limit.</summary>
    /// <param name="root">Folder that stands for <c>/</c>.</param>
    public static IEnumerable<MemoryRoom> Rooms(string root)
    {
        var groups = LinuxMemory.Lines(Path.Combine(root, "proc/self/cgroup")).Select(line => line.Split(':', 3)).Where(f => f.Length == 3).ToList();
        foreach (var line in LinuxMemory.Lines(Path.Combine(root, "proc/self/mountinfo")))
        {
            if (Files.Of(line) is not { } files) continue;
            var group = groups.FirstOrDefault(f => files.Controller.Length == 0 ? f[0] == "0" : f[1].Split(',').Contains(files.Controller))?[2];
            if (group is null) continue;
            var fields = line.Split(' ');
            var top = Path.Combine(root, Unescaped(fields[4]).TrimStart('/'));
            for (var below = Below(group, Unescaped(fields[3])); ; below = below[..below.LastIndexOf('/')])
            {
                if (Room(top + below, files) is { } room) yield return room;
                if (below.Length == 0) break;
            }
        }
    }

    /// <summary>
    /// The group's path under the mount, which may show a part of the tree only: empty, or with a slash in front. A group outside
    /// that part can't be seen; what is mounted is then the nearest.
    /// </summary>
    private static string Below(string group, string mounted)
    {
        var top = mounted.TrimEnd('/');
        if (group.Split('/').Contains("..") || !(group + "/").StartsWith(top + "/", StringComparison.Ordinal)) return "";
        return group[top.Length..].TrimEnd('/');
    }

    private static MemoryRoom? Room(string folder, Files files)
    {
        var limits = files.Limits.Select(name => FirstNumber(folder, name)).OfType<long>().ToList();
        if (limits.Count == 0) return null;
        var used = FirstNumber(folder, files.Usage) ?? 0;

        // Pages of files that were not used lately are counted as use, but go when somebody needs the room.
        var reclaimable = LinuxMemory.NumberAfter(Path.Combine(folder, "memory.stat"), files.Reclaimable) ?? 0;
        return new MemoryRoom(limits.Min(), Math.Max(0, limits.Min() - Math.Max(0, used - reclaimable)));
    }

    private static long? FirstNumber(string folder, string name) => LinuxMemory.Number(LinuxMemory.Lines(Path.Combine(folder, name)).FirstOrDefault());

    /// <summary>Mount points write spaces and such as three octal digits.</summary>
    private static string Unescaped(string path) => Octal().Replace(path, m => ((char)Convert.ToInt32(m.Groups[1].Value, 8)).ToString());

    [GeneratedRegex(@"\\([0-7]{3})")]
    private static partial Regex Octal();

    /// <summary>What the files of a version are called, and by which word <c>/proc/self/cgroup</c> names its line.</summary>
    private sealed record Files(string Controller, string[] Limits, string Usage, string Reclaimable)
    {
        // Beyond memory.high the group is not killed but throttled until it swaps, which no training survives either.
        private static readonly Files Two = new("", ["memory.max", "memory.high"], "memory.current", "inactive_file");
        private static readonly Files One = new("memory", ["memory.limit_in_bytes"], "memory.usage_in_bytes", "total_inactive_file");

        /// <summary>Those of a line of <c>mountinfo</c>; null when it mounts something else.</summary>
        public static Files? Of(string mount)
        {
            var halves = mount.Split(" - ", 2);
            if (halves.Length < 2 || halves[0].Split(' ').Length < 5 || halves[1].Split(' ') is not [var type, _, var options]) return null;
            return type == "cgroup2" ? Two : type == "cgroup" && options.Split(',').Contains("memory") ? One : null;
        }
    }
}
