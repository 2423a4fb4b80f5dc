using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Microsoft.ML.Jem.Files;

namespace Microsoft.ML.Jem.Native;

/// <summary>
/// Files this user alone can write, in directories named after the SHA-256 of their content. Code is loaded from here, so
/// what lies here is believed only if it is, byte for byte, what the caller would write himself.
/// </summary>
[SupportedOSPlatform("linux")]
internal sealed partial class PrivateFileCache(string root)
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const UnixFileMode OthersWrite = UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;

    /// <summary>
    /// Where this user may keep files, best first: $XDG_CACHE_HOME or ~/.cache, then a directory of his own among the
    /// temporary files, for containers whose home cannot be written.
    /// </summary>
    public static IReadOnlyList<PrivateFileCache> ForThisUser()
    {
        string home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        string? told = Environment.GetEnvironmentVariable("XDG_CACHE_HOME");
        string? cache = Path.IsPathFullyQualified(told ?? "") ? told : home.Length > 0 ? Path.Combine(home, ".cache") : null;
        var temporary = new PrivateFileCache(Path.Combine(Path.GetTempPath(), $"Microsoft.ML.Jem-{GetEffectiveUser()}"));
        return cache is null ? [temporary] : [new PrivateFileCache(Path.Combine(cache, "Microsoft.ML.Jem")), temporary];
    }

    /// <summary>
    /// Returns the path of a file holding exactly <paramref name="content"/>, writing it where it is missing or differs.
    /// Any number of processes may do so at once: each writes beside and renames, and all write the same bytes.
    /// </summary>
    /// <exception cref="UnauthorizedAccessException">The directory belongs to another user or lies where others could exchange it, or is not writable.</exception>
    /// <exception cref="IOException">The file could not be written.</exception>
    public string Store(string fileName, ReadOnlySpan<byte> content)
    {
        string directory = Path.Combine(root, Checksum.Of(content));
        Directory.CreateDirectory(root, OwnerOnly);
        RequireSafePlace(root);
        RequireOwn(root);
        Directory.CreateDirectory(directory, OwnerOnly);
        RequireOwn(directory);

        string path = Path.Combine(directory, fileName);
        if (Holds(path, content))
            return path;

        AtomicFile.Write(path, content, OwnerOnly);
        return Holds(path, content) ? path : throw new IOException($"'{path}' does not hold what was just written to it.");
    }

    private static bool Holds(string path, ReadOnlySpan<byte> content)
    {
        var file = new FileInfo(path);
        return file.Exists && file.LinkTarget is null && file.Length == content.Length
            && (file.UnixFileMode & OthersWrite) == 0 && OwnerOf(path) == GetEffectiveUser()
            && content.SequenceEqual(File.ReadAllBytes(path));
    }

    private static void RequireOwn(string directory)
    {
        if (new DirectoryInfo(directory).LinkTarget is not null || OwnerOf(directory) != GetEffectiveUser())
            throw new UnauthorizedAccessException($"'{directory}' belongs to another user: expected this user's own cache directory.");
        if (File.GetUnixFileMode(directory) != OwnerOnly)
            File.SetUnixFileMode(directory, OwnerOnly);
    }

    /// <summary>Whoever may rename a directory can put another in its place, whatever its own permissions.</summary>
    private static void RequireSafePlace(string directory)
    {
        string parent = Path.GetDirectoryName(Path.GetFullPath(directory))!;
        UnixFileMode mode = File.GetUnixFileMode(parent);
        if (mode.HasFlag(UnixFileMode.OtherWrite) && !mode.HasFlag(UnixFileMode.StickyBit))
            throw new UnauthorizedAccessException($"'{directory}' lies in a directory where every user may exchange it: expected '{parent}' to be writable by its owner only, or to have the sticky bit as /tmp has.");
        if (OwnerOf(parent, followsLinks: true) is not 0 and uint owner && owner != GetEffectiveUser())
            throw new UnauthorizedAccessException($"'{directory}' lies in a directory of another user, who may exchange it: expected '{parent}' to belong to this user or to root.");
    }

    private static unsafe uint OwnerOf(string path, bool followsLinks = false)
    {
        // struct statx is laid out alike on every architecture, which struct stat is not; stx_uid is at byte 20.
        const int CurrentDirectory = -100, DoNotFollow = 0x100;
        const uint Owner = 0x8;
        byte* status = stackalloc byte[256];
        if (GetStatus(CurrentDirectory, path, followsLinks ? 0 : DoNotFollow, Owner, status) != 0)
            throw new IOException($"The owner of '{path}' cannot be read: {Marshal.GetLastPInvokeErrorMessage()}.");
        return *(uint*)(status + 20);
    }

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static unsafe partial int GetStatus(int directory, string path, int flags, uint mask, byte* status);

    [LibraryImport("libc", EntryPoint = "geteuid")]
    private static partial uint GetEffectiveUser();
}
