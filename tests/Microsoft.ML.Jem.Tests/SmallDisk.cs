using System.Diagnostics;

namespace Microsoft.ML.Jem.Tests;

/// <summary>A disk of a given size, in memory; for who may mount one.</summary>
internal sealed class SmallDisk : IDisposable
{
    private readonly bool _isMounted;

    /// <summary>Mounts the disk; where that is not allowed, the test is skipped.</summary>
    public SmallDisk(int kibibytes)
    {
        _isMounted = OperatingSystem.IsLinux() && Run("mount", "-t", "tmpfs", "-o", $"size={kibibytes}k,mode=700", "tmpfs", Path);
        if (!_isMounted)
            Directory.Delete(Path);
        Prerequisite.Mounting.Require(_isMounted);
    }

    public string Path { get; } = Directory.CreateTempSubdirectory("jem-disk-").FullName;

    /// <summary>All files on it.</summary>
    public string[] Files => [.. Directory.GetFiles(Path, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)];

    /// <summary>Makes it as large as what is on it and <paramref name="kibibytes"/> more.</summary>
    public void LeaveRoom(int kibibytes)
    {
        var disk = new DriveInfo(Path);
        Resize((int)((disk.TotalSize - disk.AvailableFreeSpace) >> 10) + kibibytes);
    }

    public void Dispose()
    {
        if (!_isMounted)
            return;
        Assert.True(Run("umount", Path));
        Directory.Delete(Path);
    }

    /// <summary>Runs a program; false where it fails or is not there.</summary>
    public static bool Run(string program, params string[] arguments)
    {
        try
        {
            using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true, RedirectStandardOutput = true })!;
            process.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            // There is no such program here.
            return false;
        }
    }

    private void Resize(int kibibytes) => Assert.True(Run("mount", "-o", $"remount,size={kibibytes}k", Path));
}
