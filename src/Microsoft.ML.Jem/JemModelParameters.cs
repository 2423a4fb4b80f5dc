using Microsoft.ML.Jem.Images;
using Microsoft.ML.Jem.ModelFile;
using Microsoft.ML.Jem.Networks;
using Microsoft.ML.Jem.Training;

namespace Microsoft.ML.Jem;

/// <summary>What a Jem model has learned: the graph that scores rows, and how it was calibrated.</summary>
public sealed class JemModelParameters
{
    private readonly Lazy<JemModelSettings> _settings;

    internal JemModelParameters(byte[] graph, Lazy<IReadOnlyList<TrainingProgress>> history)
    {
        Graph = graph;
        History = history;
        _settings = new Lazy<JemModelSettings>(() => JemGraphReader.ReadSettings(graph));
    }

    /// <summary>Number of classes K.</summary>
    public int NumberOfClasses => Settings.ClassCount;

    /// <summary>Number of features in a row.</summary>
    public int NumberOfFeatures => Settings.Width;

    /// <summary>The shape of the images the model takes; null where its features are no images.</summary>
    public ImageShape? Image => ImageMetadata.Read(Settings.Metadata);

    /// <summary>Names of the classes, in the order of the slots of <c>Score</c>.</summary>
    public IReadOnlyList<string> ClassNames => Settings.ClassNames;

    /// <summary>
    /// Temperature T by which the logits are divided before the softmax, fitted on held-out rows; 1 where the network was
    /// calibrated as trained. Guo, Pleiss, Sun, Weinberger, "On calibration of modern neural networks", ICML 2017.
    /// </summary>
    public double Temperature => Settings.Temperature;

    /// <summary>
    /// Number n of held-out rows that <c>OodScore</c> compares a row with: it is a multiple of 1/(n + 1). Of more than 1024 held-out rows
    /// a member, 1024 are kept.
    /// </summary>
    public int CalibrationRowCount => Settings.TableSize;

    /// <summary>Number of networks whose probabilities are averaged.</summary>
    public int NumberOfMembers => Settings.Members.Count;

    /// <summary>How training went: one entry an epoch, member by member, each counting its own epochs. Empty where a model was read from ONNX.</summary>
    /// <exception cref="FormatException">The model was loaded from a file whose history is damaged.</exception>
    public IReadOnlyList<TrainingProgress> TrainingHistory => History.Value;

    /// <summary>The model as an ONNX file.</summary>
    internal byte[] Graph { get; }

    /// <summary>The training history, which is only read from a model file when it is asked for.</summary>
    internal Lazy<IReadOnlyList<TrainingProgress>> History { get; }

    /// <summary>All that surrounds the networks, read from the file when it is first asked for: scoring does not need it.</summary>
    internal JemModelSettings Settings => _settings.Value;

    /// <summary>All, with the networks' weights, read from the file anew at each call: scoring does not need them.</summary>
    internal JemGraphDescription Description => JemGraphReader.Read(Graph);

    /// <summary>The network the model was trained with, where it is the user's own and thus not in the file.</summary>
    internal JemNetwork? OwnNetwork { get; init; }
}
