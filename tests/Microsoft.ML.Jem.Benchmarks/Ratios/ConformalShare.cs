using Microsoft.ML.Jem.Benchmarks.Baseline;
using Microsoft.ML.Jem.Benchmarks.Data;
using Microsoft.ML.Jem.ModelFile;
using Microsoft.ML.Jem.Networks;
using Microsoft.ML.Jem.Onnx;
using Microsoft.ML.Jem.Ood;
using TorchSharp;
using static TorchSharp.torch.nn;

namespace Microsoft.ML.Jem.Benchmarks.Ratios;

/// <summary>The time of the default model's conformal tables beside that of its MLPs, each in a graph of their own, in batches of 1024.</summary>
internal static class ConformalShare
{
    private const int BatchSize = 1024;
    private const int Runs = 20;
    private static readonly TimeSpan Budget = TimeSpan.FromSeconds(12);

    /// <summary>Runs both graphs in turns.</summary>
    public static RatioResult Measure()
    {
        DigitsModel model = DigitsModel.Shared;
        JemModelSettings settings = model.Transformer.Model.Description.Settings;
        using var tables = new BareSession(Tables(settings), BatchSize, JemNames.OodScore);
        using var networks = new BareSession(Networks(settings), BatchSize, JemNames.Logits);
        tables.Fill(Values(settings));
        networks.Score(model.Rows, BatchSize);
        var times = Paired.Measure(() => Repeat(tables), () => Repeat(networks), Budget);
        return new RatioResult(
            times.Ratio,
            FormattableString.Invariant($"{1e9 * times.Ours / Runs / BatchSize:F0} ns a row against {1e9 * times.Baseline / Runs / BatchSize:F0} ns, {settings.Members.Count} members, {settings.TableSize} scores"),
            new()
            {
                ["tableSeconds"] = times.Ours / Runs / BatchSize,
                ["networkSeconds"] = times.Baseline / Runs / BatchSize,
                ["scores"] = settings.TableSize,
                ["members"] = settings.Members.Count,
            });
    }

    private static void Repeat(BareSession session)
    {
        for (int i = 0; i < Runs; i++)
            session.Run();
    }

    /// <summary>A total surprise in, the number of held-out rows below it out.</summary>
    private static byte[] Tables(JemModelSettings settings)
    {
        var graph = new OnnxGraph("Tables");
        string surprise = graph.AddInput(JemNames.Features, OnnxType.Float, 1);
        string[] below = [.. settings.Members.Select((member, m) => ConformalLookup.Write(graph, surprise, member.Calibration!.Table!, $"{OodRank.Table}{m}"))];
        string count = graph.AddInitializer(JemNames.RankCount, [settings.TableSize + 1f]);
        graph.AddOutput(graph.SqueezeColumn(graph.AddNode("Div", [graph.Sum(below), count]), JemNames.OodScore), OnnxType.Float);
        return JemChecksum.Seal(graph.ToModel(JemGraph.ProducerName, "1"));
    }

    /// <summary>Features in, the members' mean logits out.</summary>
    private static byte[] Networks(JemModelSettings settings)
    {
        var graph = new OnnxGraph("Networks");
        string features = graph.AddInput(JemNames.Features, OnnxType.Float, settings.Width);
        JemNetwork network = new MultilayerPerceptron();
        string[] logits = [.. settings.Members.Select((_, m) =>
        {
            graph.Scope = JemNames.Scope(m, settings.Members.Count);
            using Module<torch.Tensor, torch.Tensor> module = network.Build(settings.Width, settings.ClassCount);
            return network.WriteTo(graph, features, module);
        })];
        graph.Scope = "";
        graph.AddOutput(graph.AddNode("Identity", [graph.Mean(logits)], JemNames.Logits), OnnxType.Float, settings.ClassCount);
        return JemChecksum.Seal(graph.ToModel(JemGraph.ProducerName, "1"));
    }

    /// <summary>Surprises as they occur: the table's own.</summary>
    private static float[] Values(JemModelSettings settings)
    {
        float[] scores = settings.Members[0].Calibration!.Table!.Descending.ToArray();
        return [.. Enumerable.Range(0, BatchSize).Select(i => scores[i % scores.Length])];
    }
}
