using Microsoft.ML.Jem.Features;
using Microsoft.ML.Jem.Onnx.Proto;

namespace Microsoft.ML.Jem.Onnx;

/// <summary>Composes the model: one ONNX graph from raw features to all output columns.</summary>
/// <remarks>
/// <para>Input <c>Features</c>, float [N, d]. Outputs <c>PredictedLabel</c>, int64 [N], the zero-based class with the highest
/// score; <c>Score</c>, float [N, K] = softmax(f(x) / T); <c>Energy</c>, float [N] = −logsumexp f(x); <c>OodScore</c>, float [N]
/// = 1 − conformal p-value of the energy.</para>
/// <para>Standardised features are clipped, at the latest where they are <see cref="Farthest"/> scales away, so that finite
/// features give finite outputs. A row with a feature that is not finite cannot be scored: its score and energy are NaN, and its
/// <c>OodScore</c> is the highest there is, n/(n+1). Other rows are not affected by it.</para>
/// </remarks>
internal static class JemGraph
{
    /// <summary>Version of the file format, raised when older code could no longer read it.</summary>
    public const int FormatVersion = 1;

    /// <summary>Where standardised features are clipped if they are to be left alone: far beyond data, near enough for floats not to overflow in the network.</summary>
    public const float Farthest = 1e6f;

    /// <summary>Who made the file, as ONNX tools show it.</summary>
    public const string ProducerName = "Microsoft.ML.Jem";

    private static string ProducerVersion => typeof(JemGraph).Assembly.GetName().Version?.ToString(3) ?? "";

    /// <summary>Writes a model file.</summary>
    /// <param name="settings">All that surrounds the network.</param>
    /// <param name="writeNetwork">Writes the network into the graph: takes the name of its input, float [N, d], and returns that of its logits, float [N, K].</param>
    /// <param name="opset">Version of the standard operators, 13 to 21.</param>
    /// <exception cref="ArgumentException">The settings contradict each other, or the network uses reserved names.</exception>
    public static byte[] Write(JemModelSettings settings, Func<OnnxGraph, string, string> writeNetwork, int opset = OnnxGraph.DefaultOpset)
    {
        Check(settings);
        var graph = new OnnxGraph("Jem", opset);
        string features = graph.AddInput(JemNames.Features, OnnxType.Float, settings.Width);
        string standardized = Standardize(graph, features, settings.Standardization);
        string logits = WriteNetwork(graph, standardized, writeNetwork);

        string energy = graph.AddNode("Neg", [graph.ReduceColumns("ReduceLogSumExp", logits, keepDimension: true)]);
        if (settings.EnergyTable is null)
        {
            graph.AddOutput(graph.AddNode("Identity", [logits], JemNames.Logits), OnnxType.Float, settings.ClassCount);
            graph.AddOutput(graph.SqueezeColumn(energy, JemNames.Energy), OnnxType.Float);
        }
        else
        {
            WriteScores(graph, logits, settings);
            graph.AddOutput(graph.SqueezeColumn(energy, JemNames.Energy), OnnxType.Float);
            string outlyingness = ConformalLookup.Write(graph, energy, settings.EnergyTable, JemNames.EnergyTable);
            graph.AddOutput(graph.SqueezeColumn(outlyingness, JemNames.OodScore), OnnxType.Float);
        }

        JemMetadata.Write(graph, FormatVersion, settings);
        ModelProto model = graph.ToModel(ProducerName, ProducerVersion);
        return JemChecksum.Seal(model);
    }

    /// <summary>Reads a model file that <see cref="Write"/> made.</summary>
    /// <exception cref="InvalidDataException">The bytes are no such file, or were truncated or altered, or come from a newer version.</exception>
    public static JemGraphDescription Read(ReadOnlySpan<byte> file) => JemGraphReader.Read(file);

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

    private static string Standardize(OnnxGraph graph, string features, Standardization standardization)
    {
        // The scale of a constant feature is 0. With the offset 0 as well, no finite value of it can overflow to ∞ · 0.
        float[] offset = [.. standardization.Offset.Zip(standardization.Scale, (offset, scale) => scale == 0 ? 0 : offset)];
        string centred = graph.AddNode("Sub", [features, graph.AddInitializer(JemNames.Offset, offset, offset.Length)]);
        string scaled = graph.AddNode("Mul", [centred, graph.AddInitializer(JemNames.Scale, standardization.Scale, offset.Length)]);
        float limit = Math.Min(standardization.Limit, Farthest);
        string clipped = graph.AddNode("Clip", [scaled, graph.AddInitializer(JemNames.LowerLimit, [-limit]), graph.AddInitializer(JemNames.UpperLimit, [limit])]);

        // The standard does not say what Clip makes of NaN. x − x does: 0 for a finite feature, NaN for any other.
        return graph.AddNode("Add", [clipped, graph.AddNode("Sub", [features, features])]);
    }

    private static string WriteNetwork(OnnxGraph graph, string input, Func<OnnxGraph, string, string> writeNetwork)
    {
        int reserved = graph.InitializerNames.Count(JemNames.IsReserved);
        string logits = writeNetwork(graph, input);
        if (!graph.Contains(logits))
            throw new ArgumentException($"The network says its logits are '{logits}', which is not in the graph.", nameof(writeNetwork));
        if (graph.InitializerNames.Count(JemNames.IsReserved) > reserved)
            throw new ArgumentException($"The network stores weights under a name that begins with '{JemNames.Prefix}'. These names are reserved; choose another.", nameof(writeNetwork));
        return logits;
    }

    private static void WriteScores(OnnxGraph graph, string logits, JemModelSettings settings)
    {
        string tempered = graph.AddNode("Div", [logits, graph.AddInitializer(JemNames.Temperature, [settings.Temperature])]);
        string score = graph.AddNode("Softmax", [tempered], JemNames.Score, OnnxAttribute.Int("axis", 1));
        string label = graph.AddNode("ArgMax", [score], JemNames.PredictedLabel, OnnxAttribute.Int("axis", 1), OnnxAttribute.Int("keepdims", 0));
        graph.AddOutput(label, OnnxType.Int64);
        graph.AddOutput(score, OnnxType.Float, settings.ClassCount);
    }

    private static void Check(JemModelSettings settings)
    {
        Standardization standardization = settings.Standardization;
        if (settings.Width < 1 || standardization.Scale.Length != settings.Width)
            throw new ArgumentException($"The standardisation needs an offset and a scale for each feature, but has {settings.Width} offsets and {standardization.Scale.Length} scales.", nameof(settings));
        if (!standardization.Offset.All(float.IsFinite) || !standardization.Scale.All(float.IsFinite))
            throw new ArgumentException("The standardisation has an offset or a scale that is not finite.", nameof(settings));
        if (!(standardization.Limit > 0))
            throw new ArgumentException($"The limit of standardised features must be positive, but is {standardization.Limit}.", nameof(settings));
        if (settings.ClassCount < 2)
            throw new ArgumentException($"A model needs at least two classes, but has {settings.ClassCount}.", nameof(settings));
        if (settings.FeatureNames.Count != 0 && settings.FeatureNames.Count != settings.Width)
            throw new ArgumentException($"The model has {settings.Width} features, but {settings.FeatureNames.Count} feature names.", nameof(settings));
        if (!(settings.Temperature > 0 && float.IsFinite(settings.Temperature)))
            throw new ArgumentException($"The temperature must be positive and finite, but is {settings.Temperature}.", nameof(settings));
    }
}
