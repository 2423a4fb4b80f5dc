namespace Microsoft.ML.Jem.Files;

/// <summary>Writes a file beside its place and renames it: readers find the old content or the new, never a part of it.</summary>
/// <remarks>Several processes may write the same file at once; the last to commit wins. A write that fails leaves nothing behind.</remarks>
internal sealed class AtomicFile : IDisposable
{
    /// <summary>How the name of a file ends that is being written, or that a killed process left behind.</summary>
    public const string Unfinished = ".new";

    private readonly string _path;
    private readonly string _beside;
    private readonly FileStream _content;

    /// <summary>Begins a file.</summary>
    /// <param name="path">Its place, in a folder that exists.</param>
    /// <param name="mode">Who may read, write and run it; null leaves that to the system. Has no effect on Windows.</param>
    public AtomicFile(string path, UnixFileMode? mode = null)
    {
        _path = Path.GetFullPath(path);
        _beside = $"{_path}.{Guid.NewGuid():N}{Unfinished}";
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.None };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = mode;
        _content = new FileStream(_beside, options);
    }

    /// <summary>What is to be written.</summary>
    public Stream Content => _content;

    /// <summary>Replaces a file by these bytes.</summary>
    public static void Write(string path, ReadOnlySpan<byte> content, UnixFileMode? mode = null)
    {
        using var file = new AtomicFile(path, mode);
        file.Content.Write(content);
        file.Commit();
    }

    /// <summary>Puts the file in its place, once its content is on the disk.</summary>
    public void Commit()
    {
        _content.Flush(flushToDisk: true);
        _content.Dispose();
        File.Move(_beside, _path, overwrite: true);
    }

    /// <summary>Removes what was not committed.</summary>
    public void Dispose()
    {
        try
        {
            _content.Dispose();
        }
        finally
        {
            File.Delete(_beside);
        }
    }
}
