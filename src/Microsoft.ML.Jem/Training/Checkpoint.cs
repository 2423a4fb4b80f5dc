using Microsoft.ML.Jem.Features;
using static TorchSharp.torch;

namespace Microsoft.ML.Jem.Training;

/// <summary>
/// A directory that holds the state of a training while it runs: a file for each training loop. Whoever starts the same training
/// again goes on from there, and ends at the same weights as if nothing had happened.
/// </summary>
internal sealed class Checkpoint : IDisposable
{
    private const string Extension = ".checkpoint";

    private readonly string _directory;
    private readonly Fingerprint _fingerprint;
    private readonly TimeSpan _interval;
    private readonly FileStream _lock;

    private Checkpoint(string directory, Fingerprint fingerprint, TimeSpan interval)
    {
        (_directory, _fingerprint, _interval) = (directory, fingerprint, interval);
        try
        {
            Directory.CreateDirectory(directory);
            _lock = new FileStream(
                Path.Combine(directory, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 1, FileOptions.DeleteOnClose);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new IOException(
                $"{nameof(JemTrainingOptions.CheckpointPath)} '{directory}' cannot be used: {exception.Message} Expected a directory that can be created and written to, and that no other training uses.", exception);
        }
    }

    /// <summary>Takes the directory for a training; null where the options name none.</summary>
    /// <param name="options">The settings; checked.</param>
    /// <param name="rows">Training rows.</param>
    /// <param name="validation">Rows to calibrate on, or null.</param>
    /// <param name="seed">The seed of the training.</param>
    /// <param name="device">Where it runs.</param>
    /// <exception cref="IOException">The directory cannot be written to, or another training uses it.</exception>
    /// <exception cref="InvalidOperationException">It holds the state of another training.</exception>
    /// <exception cref="InvalidDataException">It holds a damaged file.</exception>
    public static Checkpoint? Open(JemTrainingOptions options, TrainingRows rows, TrainingRows? validation, int seed, Device device)
    {
        if (options.CheckpointPath is null)
            return null;
        var checkpoint = new Checkpoint(
            Path.GetFullPath(options.CheckpointPath), Fingerprint.Of(options, rows, validation, seed, device), options.CheckpointInterval);
        try
        {
            foreach (string file in checkpoint.Files())
                checkpoint.File(Path.GetFileNameWithoutExtension(file)).Read();
            return checkpoint;
        }
        catch
        {
            checkpoint.Dispose();
            throw;
        }
    }

    /// <summary>How to go on where a checkpoint cannot be used.</summary>
    public static string Remedy(string file) =>
        $"Train with the options, data and seed it was written with to go on from it, or delete the directory '{Path.GetDirectoryName(file)}' to start anew.";

    /// <summary>A line for the log where there is something to go on from; otherwise null.</summary>
    public string? Describe() => Files().Length is > 0 and var count
        ? $"Training goes on from the checkpoint '{_directory}', which holds the state of {count} network{(count == 1 ? "" : "s")}."
        : null;

    /// <summary>The files of a member, counted from 0.</summary>
    public MemberCheckpoint Of(int member) => new(File($"member{member + 1}"), File($"member{member + 1}-classifier"));

    /// <summary>Removes the state, once there is a model; the directory too, unless it holds something else.</summary>
    /// <param name="warn">Told if that fails: the model is there all the same.</param>
    public void Delete(Action<string> warn)
    {
        try
        {
            foreach (string file in Files().Concat(Directory.GetFiles(_directory, "*" + Extension + CheckpointFile.Unfinished)))
                System.IO.File.Delete(file);
            _lock.Dispose();
            if (!Directory.EnumerateFileSystemEntries(_directory).Any())
                Directory.Delete(_directory);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            warn($"The model is trained, but its checkpoint '{_directory}' could not be removed: {exception.Message} Delete the directory before the next training.");
        }
    }

    /// <summary>Lets others use the directory; what it holds stays.</summary>
    public void Dispose() => _lock.Dispose();

    private string[] Files() => Directory.GetFiles(_directory, "*" + Extension);

    private CheckpointFile File(string name) => new(Path.Combine(_directory, name + Extension), _fingerprint, _interval);
}
