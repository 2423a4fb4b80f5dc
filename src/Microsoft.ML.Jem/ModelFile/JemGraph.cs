using Microsoft.ML.Jem.Onnx;
using Microsoft.ML.Jem.Onnx.Proto;
using Microsoft.ML.Jem.Ood;

namespace Microsoft.ML.Jem.ModelFile;

/// <summary>Composes the model: one ONNX graph from raw features to all output columns.</summary>
/// <remarks>
/// <para>Input <c>Features</c>, float [N, d]. Outputs, with a bar for the mean over the ensemble's members: <c>PredictedLabel</c>,
/// int64 [N], the zero-based class with the highest score; <c>Score</c>, float [N, K], the mean of softmax(f(x) / T), mixed with 1/K as <see cref="DoubtNodes"/> says; <c>Energy</c>,
/// float [N], the mean of −logsumexp f(x); <c>OodScore</c>, float [N], 1 − the conformal p-value of the total surprise, see <see cref="OodRank"/>.</para>
/// <para>Standardised features are clipped, at the latest where they are <see cref="Farthest"/> scales away, so that finite
/// features give finite outputs. A row with a feature that is not finite cannot be scored: its score and energy are NaN, and its
/// <c>OodScore</c> is the highest there is. Other rows are not affected by it.</para>
/// </remarks>
internal static class JemGraph
{
    /// <summary>Version of the file format, raised when older code could no longer read it.</summary>
    public const int FormatVersion = 2;

    /// <summary>Where standardised features are clipped if they are to be left alone: far beyond data, near enough for floats not to overflow in the network.</summary>
    public const float Farthest = 1e6f;

    /// <summary>Who made the file, as ONNX tools show it.</summary>
    public const string ProducerName = "Microsoft.ML.Jem";

    private static string ProducerVersion => typeof(JemGraph).Assembly.GetName().Version?.ToString(3) ?? "";

    /// <summary>Writes a model file.</summary>
    /// <param name="settings">All that surrounds the networks.</param>
    /// <param name="networks">Writes the network of each member.</param>
    /// <param name="opset">Version of the standard operators, 13 to 21.</param>
    /// <exception cref="ArgumentException">The settings contradict each other, or a network uses reserved names.</exception>
    public static byte[] Write(JemModelSettings settings, IReadOnlyList<NetworkWriter> networks, int opset = OnnxGraph.DefaultOpset)
    {
        settings.Check(networks.Count);
        var graph = new OnnxGraph("Jem", opset);
        try
        {
            Compose(graph, settings, networks);
            return JemChecksum.Seal(graph.ToModel(ProducerName, ProducerVersion));
        }
        finally
        {
            graph.Release();
        }
    }

    /// <summary>A model file that differs from <paramref name="file"/> in its temperature alone.</summary>
    /// <exception cref="InvalidDataException">The bytes are no calibrated model that <see cref="Write"/> made.</exception>
    public static byte[] WithTemperature(ReadOnlySpan<byte> file, float temperature)
    {
        ModelProto model = JemGraphReader.Open(file);
        TensorProto initializer = model.Graph.Initializer.FirstOrDefault(tensor => tensor.Name == JemNames.Temperature)
            ?? throw new InvalidDataException("The model is not calibrated: it has no temperature.");
        initializer.RawData = OnnxTensorData.Create(initializer.Name, [temperature], []).RawData;
        JemMetadata.SetTemperature(model.MetadataProps, temperature);
        return JemChecksum.Seal(model);
    }

    private static void Compose(OnnxGraph graph, JemModelSettings settings, IReadOnlyList<NetworkWriter> networks)
    {
        string features = graph.AddInput(JemNames.Features, OnnxType.Float, settings.Width);
        StandardizedFeatures standardized = StandardizationNodes.Write(graph, features, settings.Standardization);
        MemberNodes[] members = [.. networks.Select((network, m) => MemberNodes.Write(graph, settings, m, standardized, network))];

        if (settings.IsCalibrated)
            WriteScores(graph, settings, members);
        else
            WriteStatistics(graph, settings, members.Single());
        graph.AddOutput(graph.SqueezeColumn(graph.Mean([.. members.Select(member => member.Energy)]), JemNames.Energy), OnnxType.Float);

        JemMetadata.Write(graph, FormatVersion, settings);
    }

    private static void WriteScores(OnnxGraph graph, JemModelSettings settings, MemberNodes[] members)
    {
        string temperature = graph.AddInitializer(JemNames.Temperature, [settings.Temperature]);
        string[] probabilities =
        [
            .. members.Select(member => graph.AddNode(
                "Softmax", [graph.AddNode("Div", [member.Logits, temperature])], OnnxAttribute.Int("axis", 1))),
        ];
        string probability = graph.Mean(probabilities, settings.UnfamiliarShare > 0 ? JemNames.Probability : JemNames.Score);
        string label = graph.AddNode("ArgMax", [probability], JemNames.PredictedLabel, OnnxAttribute.Int("axis", 1), OnnxAttribute.Int("keepdims", 0));
        graph.AddOutput(label, OnnxType.Int64);

        string below = OodRank.Write(graph, settings.Members, settings.SharedTable, [.. members.Select(member => member.Statistics)]);
        string score = settings.UnfamiliarShare > 0 ? DoubtNodes.Write(graph, probability, below, settings) : probability;
        graph.AddOutput(score, OnnxType.Float, settings.ClassCount);
        string count = graph.AddInitializer(JemNames.RankCount, [settings.TableSize + 1f]);
        graph.AddOutput(graph.SqueezeColumn(graph.AddNode("Div", [below, count]), JemNames.OodScore), OnnxType.Float);
    }

    private static void WriteStatistics(OnnxGraph graph, JemModelSettings settings, MemberNodes member)
    {
        graph.AddOutput(graph.AddNode("Identity", [member.Logits], JemNames.Logits), OnnxType.Float, settings.ClassCount);
        string statistics = graph.AddNode("Concat", [.. member.Statistics], JemNames.Statistics, OnnxAttribute.Int("axis", 1));
        graph.AddOutput(statistics, OnnxType.Float, member.Statistics.Length);
    }
}
