using System.Runtime.Versioning;
using Microsoft.ML.Jem.Native;

namespace Microsoft.ML.Jem.Tests.Native;

/// <summary>What another user planted where code is loaded from, with a real other user: for who may act as one.</summary>
[SupportedOSPlatform("linux")]
public sealed class OtherUserTests : IDisposable
{
    private const string Nobody = "65534";

    private readonly string _place = Directory.CreateTempSubdirectory("jem-other-user-").FullName;
    private readonly byte[] _content = [.. Enumerable.Range(0, 10_000).Select(i => (byte)(i * 7))];

    public OtherUserTests()
    {
        // As /tmp is: everyone may add to it, and rename only what is his own.
        if (OperatingSystem.IsLinux())
            File.SetUnixFileMode(_place, (UnixFileMode)0b1_111_111_111);
        Prerequisite.OtherUser.Require(OperatingSystem.IsLinux() && AsNobody("true"));
    }

    private string Root => Path.Combine(_place, "cache");

    [Fact]
    public void A_file_that_another_user_planted_is_replaced_even_where_it_holds_the_right_bytes()
    {
        string path = Store();
        string planted = Path.Combine(_place, "planted");
        File.WriteAllBytes(planted, _content);
        Assert.True(SmallDisk.Run("chown", Nobody, planted));
        File.Move(planted, path, overwrite: true);
        Assert.False(SmallDisk.Run("test", "-O", path));

        Assert.Equal(path, Store());

        Assert.Equal(_content, File.ReadAllBytes(path));
        Assert.True(SmallDisk.Run("test", "-O", path), "It still is the other user's.");
    }

    [Fact]
    public void A_directory_that_another_user_made_before_is_refused_and_the_next_cache_is_used()
    {
        Assert.True(AsNobody("mkdir", "-m", "777", Root));

        var error = Assert.Throws<UnauthorizedAccessException>(() => Store());
        Assert.Contains("belongs to another user", error.Message);
        Assert.Empty(Directory.GetFileSystemEntries(Root));

        string library = NativeFolders.OfThisApplication().Find("libLibTorchSharp.so")!;
        string next = Path.Combine(_place, "next");
        Assert.StartsWith(next, TorchLibrary.WithoutTooNewVersion(library, [new PrivateFileCache(Root), new PrivateFileCache(next)], new DllNotFoundException()));
    }

    [Fact]
    public void A_directory_within_that_another_user_made_is_refused()
    {
        string within = Path.GetDirectoryName(Store())!;
        Directory.Delete(within, recursive: true);
        File.SetUnixFileMode(Root, (UnixFileMode)0b111_111_111);
        Assert.True(AsNobody("mkdir", within));

        var error = Assert.Throws<UnauthorizedAccessException>(() => Store());

        Assert.Contains("belongs to another user", error.Message);
        Assert.Empty(Directory.GetFileSystemEntries(within));
    }

    [Fact]
    public void A_cache_within_a_directory_of_another_user_is_refused()
    {
        string parent = Path.Combine(_place, "theirs");
        Assert.True(AsNobody("mkdir", parent));

        var error = Assert.Throws<UnauthorizedAccessException>(() => new PrivateFileCache(Path.Combine(parent, "cache")).Store("lib.so", _content));

        Assert.Contains("a directory of another user, who may exchange it", error.Message);
    }

    [Fact]
    public void Another_user_can_neither_read_nor_write_what_is_stored()
    {
        string path = Store();
        Assert.False(AsNobody("cat", path));
        Assert.False(AsNobody("cp", "/dev/null", path));
        Assert.False(AsNobody("mv", Root, Root + "-moved"));
        Assert.Equal(_content, File.ReadAllBytes(path));
    }

    public void Dispose() => Directory.Delete(_place, recursive: true);

    private string Store() => new PrivateFileCache(Root).Store("lib.so", _content);

    private static bool AsNobody(params string[] command) =>
        SmallDisk.Run("setpriv", ["--reuid", Nobody, "--regid", Nobody, "--clear-groups", .. command]);
}
