using Hone.Testing;
using Hone.Training.Planning;

namespace Hone.Training.Tests.Planning;

/// <summary>Memory limits as Linux shows them, read from a folder that stands for the root.</summary>
public sealed class LinuxMemoryTests : IDisposable
{
    private const long GiB = 1L << 30;
    private const string Version2 = "35 24 0:30 / /sys/fs/cgroup rw,nosuid - cgroup2 cgroup2 rw,nsdelegate";
    private const string Version1 = "35 31 0:32 / /sys/fs/cgroup/memory rw,relatime shared:9 - cgroup cgroup rw,memory";

    private readonly TemporaryFolder root = new();

    public LinuxMemoryTests() =>
        root.Write("proc/meminfo", $"MemTotal:       {64 * GiB / 1024} kB\nMemFree:        1 kB\nMemAvailable:   {40 * GiB / 1024} kB\n");

    public void Dispose() => root.Dispose();

    [Fact]
    public void Without_control_groups_the_machine_decides() => AssertRoom(64 * GiB, 40 * GiB);

    [Fact]
    public void Without_meminfo_nothing_is_known()
    {
        File.Delete(root.PathOf("proc/meminfo"));
        Assert.Null(LinuxMemory.Read(root.Path));
    }

    [Fact]
    public void A_container_sees_its_own_group_as_the_root()
    {
        Process("0::/", Version2);
        Group2("", 8 * GiB, used: 3 * GiB, inactive: GiB);
        AssertRoom(8 * GiB, 6 * GiB);
    }

    [Fact]
    public void File_pages_that_can_go_are_room_but_never_more_than_the_limit()
    {
        Process("0::/", Version2);
        Group2("", 8 * GiB, used: GiB, inactive: 2 * GiB);
        AssertRoom(8 * GiB, 8 * GiB);
    }

    [Fact]
    public void Use_beyond_a_limit_leaves_nothing()
    {
        Process("0::/", Version2);
        Group2("", 2 * GiB, used: 3 * GiB, inactive: 0);
        AssertRoom(2 * GiB, 0);
    }

    [Theory]
    [InlineData("/user.slice/job", 3)]
    [InlineData("/user.slice/job/step", 3)]
    [InlineData("/user.slice", 5)]
    [InlineData("/other", 40)]
    public void Every_group_above_counts(string group, long available)
    {
        Process($"0::{group}", Version2);
        Group2("/user.slice", 16 * GiB, used: 12 * GiB, inactive: GiB);
        Group2("/user.slice/job", 10 * GiB, used: 7 * GiB, inactive: 0);
        Group2("/user.slice/job/step", limit: null, used: 5 * GiB, inactive: 0);
        Assert.Equal(available * GiB, LinuxMemory.Read(root.Path)!.Value.Available);
    }

    [Fact]
    public void A_machine_that_is_fuller_than_the_group_decides()
    {
        Process("0::/", Version2);
        Group2("", 60 * GiB, used: GiB, inactive: 0);
        AssertRoom(60 * GiB, 40 * GiB);
    }

    [Fact]
    public void The_limit_that_throttles_counts_too()
    {
        Process("0::/", Version2);
        Group2("", 8 * GiB, used: GiB, inactive: 0);
        root.Write("sys/fs/cgroup/memory.high", $"{6 * GiB}\n");
        AssertRoom(6 * GiB, 5 * GiB);
    }

    [Fact]
    public void Version_1_names_its_files_otherwise_and_has_a_number_for_no_limit()
    {
        Process("11:cpu,cpuacct:/docker/a\n4:memory:/docker/a/b\n0::/", Version1 + "\n41 31 0:38 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw");
        Group1("", 9223372036854771712, 50 * GiB, 0);
        Group1("/docker", 32 * GiB, 31 * GiB, 4 * GiB);
        Group1("/docker/a", 9223372036854771712, 20 * GiB, 0);
        Group1("/docker/a/b", 12 * GiB, 5 * GiB, GiB);
        AssertRoom(12 * GiB, 5 * GiB);
    }

    [Theory]
    [InlineData("/docker/a", "/docker/a", "")]
    [InlineData("/docker/a", "/docker/a/b", "/b")]
    [InlineData("/docker/a", "/docker/abc", "")]
    [InlineData("/", "/../elsewhere", "")]
    public void A_mount_may_show_a_part_of_the_tree(string mounted, string group, string place)
    {
        Process($"4:memory:{group}", Version1.Replace("0:32 / ", $"0:32 {mounted} ", StringComparison.Ordinal));
        Group1(place, 12 * GiB, 5 * GiB, 0);
        AssertRoom(12 * GiB, 7 * GiB);
    }

    [Fact]
    public void A_mount_point_may_have_a_space_in_its_name()
    {
        Process("0::/", Version2.Replace("/sys/fs/cgroup", @"/my\040groups", StringComparison.Ordinal));
        root.Write("my groups/memory.max", $"{GiB}\n");
        AssertRoom(GiB, GiB);
    }

    [Theory]
    [InlineData("")]
    [InlineData("nonsense")]
    [InlineData("0::")]
    [InlineData("35 24 - cgroup2")]
    [InlineData("35 24 0:30 / / rw - cgroup2 cgroup2 rw")]
    [InlineData("35 24 0:30 x \\777 rw - cgroup cgroup memory")]
    public void Files_that_cannot_be_understood_are_passed_over(string text)
    {
        Process(text + "\n0::/\n4:memory:x", text + "\n\n - \n");
        AssertRoom(64 * GiB, 40 * GiB);
    }

    [Fact]
    public void This_machine_has_some_memory()
    {
        Assert.InRange(SystemMemory.AvailableBytes, 1, SystemMemory.TotalBytes);
        Assert.InRange(SystemMemory.ResidentBytes, 1, SystemMemory.TotalBytes);
    }

    private void AssertRoom(long total, long available) => Assert.Equal(new MemoryRoom(total, available), LinuxMemory.Read(root.Path));

    private void Process(string groups, string mounts)
    {
        root.Write("proc/self/cgroup", groups + "\n");
        root.Write("proc/self/mountinfo", $"22 1 8:1 / / rw,relatime - ext4 /dev/sda1 rw\n{mounts}\n");
    }

    private void Group2(string group, long? limit, long used, long inactive)
    {
        root.Write($"sys/fs/cgroup{group}/memory.max", (limit?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "max") + "\n");
        root.Write($"sys/fs/cgroup{group}/memory.high", "max\n");
        root.Write($"sys/fs/cgroup{group}/memory.current", $"{used}\n");
        root.Write($"sys/fs/cgroup{group}/memory.stat", $"anon 5\nfile 7\ninactive_anon 3\ninactive_file {inactive}\nactive_file 9\n");
    }

    private void Group1(string group, long limit, long used, long inactive)
    {
        root.Write($"sys/fs/cgroup/memory{group}/memory.limit_in_bytes", $"{limit}\n");
        root.Write($"sys/fs/cgroup/memory{group}/memory.usage_in_bytes", $"{used}\n");
        root.Write($"sys/fs/cgroup/memory{group}/memory.stat", $"cache 1\ninactive_file 77\ntotal_inactive_file {inactive}\n");
    }
}
