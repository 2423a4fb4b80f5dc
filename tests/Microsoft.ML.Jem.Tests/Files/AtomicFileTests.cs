using Microsoft.ML.Jem.Files;

namespace Microsoft.ML.Jem.Tests.Files;

public sealed class AtomicFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;

    private string Target => Path.Combine(_folder, "file");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void What_was_there_is_replaced()
    {
        AtomicFile.Write(Target, "a longer old content"u8);
        AtomicFile.Write(Target, "new"u8);

        Assert.Equal("new"u8, File.ReadAllBytes(Target));
        Assert.Equal([Target], Directory.GetFiles(_folder));
    }

    [Fact]
    public void The_old_content_stays_until_the_new_is_committed()
    {
        AtomicFile.Write(Target, "old"u8);
        using (var file = new AtomicFile(Target))
        {
            file.Content.Write("new"u8);
            Assert.Equal("old"u8, File.ReadAllBytes(Target));
            Assert.Contains(Directory.GetFiles(_folder), path => path.EndsWith(AtomicFile.Unfinished, StringComparison.Ordinal));
        }

        Assert.Equal("old"u8, File.ReadAllBytes(Target));
        Assert.Equal([Target], Directory.GetFiles(_folder));
    }

    [Fact]
    public void A_place_that_cannot_be_taken_is_an_error_and_nothing_is_left()
    {
        string taken = Directory.CreateDirectory(Path.Combine(_folder, "directory")).FullName;

        Assert.ThrowsAny<Exception>(() => AtomicFile.Write(taken, "new"u8));
        Assert.Throws<DirectoryNotFoundException>(() => AtomicFile.Write(Path.Combine(_folder, "nowhere", "file"), "new"u8));

        Assert.Empty(Directory.GetFiles(_folder));
    }

    [Fact]
    public void Two_writers_do_not_disturb_each_other()
    {
        using var first = new AtomicFile(Target);
        using var second = new AtomicFile(Target);
        first.Content.Write("first"u8);
        second.Content.Write("second"u8);
        second.Commit();
        first.Commit();

        Assert.Equal("first"u8, File.ReadAllBytes(Target));
    }

    [Fact]
    public void On_Unix_the_mode_is_the_one_asked_for()
    {
        if (OperatingSystem.IsWindows())
            return;
        AtomicFile.Write(Target, "secret"u8, UnixFileMode.UserRead | UnixFileMode.UserWrite);

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Target));
    }
}
