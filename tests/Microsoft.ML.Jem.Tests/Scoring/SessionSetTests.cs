using Microsoft.ML.Jem.ModelFile;
using Microsoft.ML.Jem.Networks;
using Microsoft.ML.Jem.Onnx;
using Microsoft.ML.Jem.Ood;
using Microsoft.ML.Jem.Scoring;
using Microsoft.ML.Jem.Tests.ModelFile;

namespace Microsoft.ML.Jem.Tests.Scoring;

public sealed class SessionSetTests
{
    private const int RowCount = 256;
    private const ScoreOutputs Classification = ScoreOutputs.PredictedLabel | ScoreOutputs.Score;

    private static readonly byte[] Model = JemGraph.Write(JemModels.Calibrated(4, 3), [JemModels.Perceptron(1, 4, 32, 3)]);

    [Theory]
    [InlineData(OodStatistic.Combination, 3e-4f)]
    [InlineData(OodStatistic.Combination, 0f)]
    [InlineData(OodStatistic.ApproximateMass, 0f)]
    public void An_output_has_the_same_bits_whatever_is_asked_for_beside_it(OodStatistic statistic, float unfamiliarShare)
    {
        var context = new MLContext(seed: 1);
        using JemTransformer trained = TestData.Pipeline(context, TestData.Fast(options =>
        {
            options.OodStatistic = statistic;
            options.UnfamiliarShare = unfamiliarShare;
            options.Network = new MultilayerPerceptron(48, 40);
            options.NumberOfEpochs = 2;
            options.NumberOfMembers = 2;
        })).Fit(context.Data.LoadFromEnumerable(TestData.Clouds())).LastTransformer;
        float[] features = [.. TestData.Clouds(100, seed: 8).SelectMany(row => row.Features)];

        foreach (int rows in new[] { 300, 37, 1 })
        {
            Rows full = Rows.Of(trained.Model.Graph, features[..(4 * rows)]);
            for (var outputs = ScoreOutputs.PredictedLabel; outputs <= (Classification | ScoreOutputs.Energy | ScoreOutputs.OodScore); outputs++)
            {
                using var scorer = new OnnxScorer(trained.Model.Graph);
                using ScoringBatch before = scorer.CreateBatch(rows);
                for (int i = 0; i <= SessionSet.RowsBeforeLean; i += rows)
                    before.Run(rows, outputs);
                using ScoringBatch batch = scorer.CreateBatch(rows);
                features.AsSpan(0, 4 * rows).CopyTo(batch.Features);
                batch.Run(rows, outputs);

                bool needsAll = outputs.HasFlag(ScoreOutputs.OodScore) || (unfamiliarShare > 0 && outputs.HasFlag(ScoreOutputs.Score));
                Assert.Equal(needsAll ? 1 : 2, scorer.SessionCount);
                if (outputs.HasFlag(ScoreOutputs.PredictedLabel))
                    Assert.Equal(full.PredictedLabel, batch.PredictedLabel);
                if (outputs.HasFlag(ScoreOutputs.Score))
                    Assert.Equal(full.Score, batch.Score);
                if (outputs.HasFlag(ScoreOutputs.Energy))
                    Assert.Equal(full.Energy, batch.Energy);
                if (outputs.HasFlag(ScoreOutputs.OodScore))
                    Assert.Equal(full.OodScore, batch.OodScore);
            }
        }
    }

    [Fact]
    public void A_lean_session_has_no_node_of_the_outputs_left_out()
    {
        int all = JemGraphReader.Open(Model).Graph.Node.Count;

        var classification = Proto(OnnxPruning.KeepOutputs(Model, [JemNames.PredictedLabel, JemNames.Score], mostKept: 1)!);
        var energy = Proto(OnnxPruning.KeepOutputs(Model, [JemNames.Energy], mostKept: 1)!);

        Assert.Equal([JemNames.PredictedLabel, JemNames.Score], classification.Output.Select(output => output.Name));
        Assert.DoesNotContain(classification.Node, node => node.OpType is "ReduceLogSumExp" or "GreaterOrEqual");
        Assert.DoesNotContain(classification.Initializer, tensor => tensor.Name.StartsWith(OodRank.Table, StringComparison.Ordinal));
        Assert.DoesNotContain(energy.Node, node => node.OpType is "Softmax" or "ArgMax" or "GreaterOrEqual");
        Assert.True(classification.Node.Count < all);
        Assert.Null(OnnxPruning.KeepOutputs(Model, [JemNames.PredictedLabel], mostKept: (classification.Node.Count - 1.0) / all));
    }

    [Fact]
    public void A_session_is_opened_when_it_pays_and_used_by_all()
    {
        using var scorer = new OnnxScorer(Model);
        using ScoringBatch batch = scorer.CreateBatch(RowCount);
        batch.Run(RowCount, Classification);
        batch.Run(RowCount, ScoreOutputs.Score);
        Assert.Equal(1, scorer.SessionCount);
        batch.Run(RowCount, ScoreOutputs.Score);
        Assert.Equal(2, scorer.SessionCount);
        batch.Run(RowCount, Classification);
        Assert.Equal(2, scorer.SessionCount);
        for (int i = 0; i < 10; i++)
            batch.Run(RowCount, Classification | ScoreOutputs.Energy | ScoreOutputs.OodScore);
        Assert.Equal(2, scorer.SessionCount);
    }

    [Fact]
    public void However_many_choices_there_are_few_sessions_are_opened()
    {
        using var scorer = new OnnxScorer(Model);
        using ScoringBatch batch = scorer.CreateBatch(RowCount);
        for (var outputs = ScoreOutputs.PredictedLabel; outputs <= scorer.Outputs; outputs++)
        {
            for (int i = 0; i < 4; i++)
                batch.Run(RowCount, outputs);
        }

        Assert.Equal(4, scorer.SessionCount);
    }

    [Fact]
    public void Threads_that_need_one_at_the_same_time_open_one()
    {
        using var scorer = new OnnxScorer(Model);
        float[] features = [.. Enumerable.Range(0, 4 * RowCount).Select(i => MathF.Cos(i))];
        float[] expected = Rows.Of(Model, features).Score;

        Parallel.For(0, 8, _ =>
        {
            using ScoringBatch batch = scorer.CreateBatch(RowCount);
            features.CopyTo(batch.Features);
            for (int i = 0; i < 10; i++)
            {
                batch.Run(RowCount, ScoreOutputs.Score);
                Assert.Equal(expected, batch.Score);
            }
        });

        Assert.Equal(2, scorer.SessionCount);
    }

    private static Jem.Onnx.Proto.GraphProto Proto(byte[] file) => Jem.Onnx.Proto.ModelProto.Parser.ParseFrom(file).Graph;
}
