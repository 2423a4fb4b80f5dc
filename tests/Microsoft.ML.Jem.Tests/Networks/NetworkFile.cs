using Microsoft.ML.Jem.Features;
using Microsoft.ML.Jem.ModelFile;
using Microsoft.ML.Jem.Networks;
using Microsoft.ML.Jem.Ood;
using Microsoft.ML.Jem.Scoring;
using static TorchSharp.torch;

namespace Microsoft.ML.Jem.Tests.Networks;

/// <summary>Model files, not calibrated, that hold a network with first weights.</summary>
internal static class NetworkFile
{
    public static byte[] Write(JemNetwork network, int featureCount, int classCount, IReadOnlyDictionary<string, string>? metadata = null)
    {
        using var generator = new Generator(1);
        using nn.Module<Tensor, Tensor> module = network.Create(featureCount, classCount, generator, CPU);
        return Write(network, module, featureCount, classCount, metadata);
    }

    public static byte[] Write(
        JemNetwork network, nn.Module<Tensor, Tensor> module, int featureCount, int classCount, IReadOnlyDictionary<string, string>? metadata = null)
    {
        var settings = new JemModelSettings
        {
            Standardization = new Standardization(new float[featureCount], [.. Enumerable.Repeat(1f, featureCount)], float.PositiveInfinity),
            ClassNames = [.. Enumerable.Range(0, classCount).Select(k => $"class {k}")],
            Members = [new MemberSettings([new Jem.Ood.Energy()])],
            Metadata = metadata ?? NetworkDescription.ToMetadata(network),
        };
        return JemGraph.Write(settings, [(graph, input, withGradient) => network.WriteTo(graph, input, module, withGradient)]);
    }

    /// <summary>The logits ONNX Runtime gives for rows, [n, K] row-major.</summary>
    public static float[] Logits(byte[] file, float[] rows)
    {
        using var scorer = new OnnxScorer(file);
        int count = rows.Length / scorer.Width;
        using ScoringBatch batch = scorer.CreateBatch(count);
        rows.CopyTo(batch.Features);
        batch.Run(count, ScoreOutputs.Logits);
        return batch.Logits[..(count * scorer.ClassCount)].ToArray();
    }
}
