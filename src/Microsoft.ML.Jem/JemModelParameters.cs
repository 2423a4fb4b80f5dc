using Microsoft.ML.Jem.Images;
using Microsoft.ML.Jem.Networks;
using Microsoft.ML.Jem.Onnx;
using Microsoft.ML.Jem.Training;

namespace Microsoft.ML.Jem;

/// <summary>What a Jem model has learned: the graph that scores rows, and how it was calibrated.</summary>
public sealed class JemModelParameters
{
    internal JemModelParameters(byte[] graph, IEnumerable<TrainingProgress> history)
    {
        Graph = graph;
        TrainingHistory = [.. history];
        Description = JemGraph.Read(graph);
        Image = ImageMetadata.Read(Description.Settings.Metadata);
    }

    /// <summary>Number of classes K.</summary>
    public int NumberOfClasses => Description.Settings.ClassCount;

    /// <summary>Number of features in a row.</summary>
    public int NumberOfFeatures => Description.Settings.Width;

    /// <summary>The shape of the images the model takes; null where its features are no images.</summary>
    public ImageShape? Image { get; }

    /// <summary>Names of the classes, in the order of the slots of <c>Score</c>.</summary>
    public IReadOnlyList<string> ClassNames => Description.Settings.ClassNames;

    /// <summary>
    /// Temperature T by which the logits are divided before the softmax, fitted on held-out rows; 1 where the network was
    /// calibrated as trained. Guo, Pleiss, Sun, Weinberger, "On calibration of modern neural networks", ICML 2017.
    /// </summary>
    public double Temperature => Description.Settings.Temperature;

    /// <summary>Number of held-out rows behind the temperature and the conformal table of <c>OodScore</c>.</summary>
    public int CalibrationRowCount => Description.Settings.CalibrationRowCount;

    /// <summary>Number of networks whose probabilities are averaged.</summary>
    public int NumberOfMembers => Description.Settings.Members.Count;

    /// <summary>How training went: one entry an epoch, member by member, each counting its own epochs. Empty where a model was read from ONNX.</summary>
    public IReadOnlyList<TrainingProgress> TrainingHistory { get; }

    /// <summary>The model as an ONNX file.</summary>
    internal byte[] Graph { get; }

    internal JemGraphDescription Description { get; }

    /// <summary>The network the model was trained with, where it is the user's own and thus not in the file.</summary>
    internal JemNetwork? OwnNetwork { get; init; }
}
