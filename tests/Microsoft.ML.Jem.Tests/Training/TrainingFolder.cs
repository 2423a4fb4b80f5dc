namespace Microsoft.ML.Jem.Tests.Training;

/// <summary>A directory for one test; removed with all it holds.</summary>
internal sealed class TrainingFolder : IDisposable
{
    /// <summary>The directory.</summary>
    public string Path { get; } = Directory.CreateTempSubdirectory("jem-checkpoint-").FullName;

    /// <summary>Where the test's training keeps its state; not there yet.</summary>
    public string Checkpoint => System.IO.Path.Combine(Path, "state", "training");

    /// <summary>The files of that state, in order.</summary>
    public string[] Files => Directory.Exists(Checkpoint) ? [.. Directory.GetFiles(Checkpoint).Order(StringComparer.Ordinal)] : [];

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
