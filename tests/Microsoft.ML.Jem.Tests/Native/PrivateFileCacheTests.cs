using System.Runtime.Versioning;
using Microsoft.ML.Jem.Native;

namespace Microsoft.ML.Jem.Tests.Native;

[SupportedOSPlatform("linux")]
public sealed class PrivateFileCacheTests : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private readonly string _root = Path.Combine(Path.GetTempPath(), "jem-cache-" + Guid.NewGuid().ToString("N"));
    private readonly byte[] _content = [.. Enumerable.Range(0, 10_000).Select(i => (byte)(i * 7))];

    public PrivateFileCacheTests() => Prerequisite.Linux.Require(OperatingSystem.IsLinux());

    [Fact]
    public void A_stored_file_holds_the_content_and_only_its_owner_can_reach_it()
    {
        string path = Store();
        Assert.Equal(_content, File.ReadAllBytes(path));
        Assert.Equal(OwnerOnly, File.GetUnixFileMode(_root));
        Assert.Equal(OwnerOnly, File.GetUnixFileMode(Path.GetDirectoryName(path)!));
        Assert.Equal([path], Directory.GetFiles(_root, "*", SearchOption.AllDirectories));
    }

    [Fact]
    public void A_file_that_is_there_already_is_not_written_again()
    {
        string path = Store();
        var time = new DateTime(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc);
        File.SetLastWriteTimeUtc(path, time);
        Assert.Equal(path, Store());
        Assert.Equal(time, File.GetLastWriteTimeUtc(path));
    }

    [Fact]
    public void A_corrupted_file_is_replaced()
    {
        string path = Store();
        byte[] corrupted = [.. _content];
        corrupted[5000] ^= 1;
        File.WriteAllBytes(path, corrupted);
        Assert.Equal(_content, File.ReadAllBytes(Store()));
        File.WriteAllBytes(path, _content[..100]);
        Assert.Equal(_content, File.ReadAllBytes(Store()));
    }

    [Fact]
    public void A_planted_link_is_replaced_and_its_target_left_alone()
    {
        string path = Store();
        string target = Path.Combine(_root, "target");
        File.WriteAllBytes(target, _content);
        File.Delete(path);
        File.CreateSymbolicLink(path, target);
        Assert.Null(new FileInfo(Store()).LinkTarget);
        Assert.Equal(_content, File.ReadAllBytes(target));
    }

    [Fact]
    public void A_file_others_may_write_is_replaced()
    {
        string path = Store();
        File.SetUnixFileMode(path, OwnerOnly | UnixFileMode.OtherWrite);
        Assert.Equal(OwnerOnly, File.GetUnixFileMode(Store()));
    }

    [Fact]
    public void A_directory_others_may_write_is_closed()
    {
        Store();
        File.SetUnixFileMode(_root, OwnerOnly | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute);
        Store();
        Assert.Equal(OwnerOnly, File.GetUnixFileMode(_root));
    }

    [Fact]
    public void A_planted_directory_link_is_refused()
    {
        string elsewhere = _root + "-elsewhere";
        Directory.CreateDirectory(elsewhere);
        try
        {
            Directory.CreateSymbolicLink(_root, elsewhere);
            Assert.Throws<UnauthorizedAccessException>(Store);
        }
        finally
        {
            File.Delete(_root);
            Directory.Delete(elsewhere, recursive: true);
        }
    }

    [Theory]
    [InlineData(UnixFileMode.OtherWrite, false)]
    [InlineData(UnixFileMode.OtherWrite | UnixFileMode.StickyBit, true)]
    public void A_place_where_others_may_exchange_the_directory_is_refused(UnixFileMode place, bool isSafe)
    {
        Directory.CreateDirectory(_root);
        File.SetUnixFileMode(_root, OwnerOnly | place);
        var cache = new PrivateFileCache(Path.Combine(_root, "cache"));
        if (isSafe)
            Assert.Equal(_content, File.ReadAllBytes(cache.Store("lib.so", _content)));
        else
            Assert.Contains("every user may exchange it", Assert.Throws<UnauthorizedAccessException>(() => cache.Store("lib.so", _content)).Message);
    }

    [Fact]
    public void A_full_disk_is_an_error_that_leaves_what_was_there_and_the_next_try_with_room_succeeds()
    {
        using var disk = new SmallDisk(kibibytes: 64);
        var cache = new PrivateFileCache(Path.Combine(disk.Path, "cache"));
        string before = cache.Store("lib.so", _content);
        byte[] larger = new byte[100_000];

        var error = Assert.Throws<IOException>(() => cache.Store("lib.so", larger));

        Assert.Contains("No space left", error.Message);
        Assert.Equal([before], disk.Files);
        Assert.Equal(_content, File.ReadAllBytes(before));

        disk.LeaveRoom(kibibytes: 1024);
        Assert.Equal(larger, File.ReadAllBytes(cache.Store("lib.so", larger)));
    }

    [Fact]
    public void Many_writers_at_once_agree()
    {
        string[] paths = [.. Enumerable.Range(0, 16).AsParallel().WithDegreeOfParallelism(8).Select(_ => Store())];
        Assert.Single(paths.Distinct());
        Assert.Equal(_content, File.ReadAllBytes(paths[0]));
        Assert.Single(Directory.GetFiles(_root, "*", SearchOption.AllDirectories));
    }

    public void Dispose()
    {
        if (Directory.Exists(_root))
            Directory.Delete(_root, recursive: true);
    }

    private string Store() => new PrivateFileCache(_root).Store("lib.so", _content);
}
