using Microsoft.ML.Data;
using Microsoft.ML.Jem.Native;
using Microsoft.ML.Jem.Training;

namespace Microsoft.ML.Jem.Tests;

/// <summary>What a user relies on when he trains.</summary>
public sealed class JemTrainerTests
{
    [Fact]
    public void The_history_of_a_model_names_the_member_of_each_epoch()
    {
        using var chain = TestData.Pipeline(new MLContext(seed: 1), TestData.Fast(options => options.NumberOfMembers = 2))
            .Fit(new MLContext(seed: 1).Data.LoadFromEnumerable(TestData.Clouds()));
        IReadOnlyList<TrainingProgress> history = chain.LastTransformer.Model.TrainingHistory;
        Assert.Equal([1, 2], history.Select(progress => progress.Member).Distinct());
        Assert.All(history.GroupBy(progress => progress.Member), member => Assert.Equal(Enumerable.Range(1, member.Count()), member.Select(progress => progress.Epoch)));
    }

    [Fact]
    public void The_same_seed_gives_the_same_file_byte_for_byte()
    {
        Assert.Equal(Export(seed: 3), Export(seed: 3));
        Assert.NotEqual(Export(seed: 3), Export(seed: 4));

        static byte[] Export(int seed)
        {
            var context = new MLContext(seed);
            using TransformerChain<JemTransformer> model =
                TestData.Pipeline(context).Fit(context.Data.LoadFromEnumerable(TestData.Clouds()));
            using var file = new MemoryStream();
            model.LastTransformer.ExportToOnnx(file);
            return file.ToArray();
        }
    }

    [Fact]
    public void The_estimator_promises_the_columns_the_transformer_delivers()
    {
        var context = new MLContext(seed: 1);
        IDataView data = context.Data.LoadFromEnumerable(TestData.Clouds());
        var pipeline = TestData.Pipeline(context);

        SchemaShape promised = pipeline.GetOutputSchema(SchemaShape.Create(data.Schema));
        SchemaShape delivered = SchemaShape.Create(pipeline.Fit(data).GetOutputSchema(data.Schema));

        foreach (string name in new[] { "PredictedLabel", "Score", "Energy", "OodScore" })
        {
            SchemaShape.Column expected = delivered.Single(column => column.Name == name);
            SchemaShape.Column actual = promised.Single(column => column.Name == name);
            Assert.Equal(expected.GetTypeString(), actual.GetTypeString());
            Assert.Equal(
                expected.Annotations.Select(annotation => annotation.Name).Order(),
                actual.Annotations.Select(annotation => annotation.Name).Order());
        }
    }

    [Fact]
    public void Columns_carry_the_annotations_that_LightGbm_gives()
    {
        var context = new MLContext(seed: 1);
        IDataView data = context.Data.LoadFromEnumerable(TestData.Clouds());
        IDataView keyed = context.Transforms.Conversion.MapValueToKey("Label").Fit(data).Transform(data);
        DataViewSchema peer = context.MulticlassClassification.Trainers.LightGbm().Fit(keyed).GetOutputSchema(keyed.Schema);
        DataViewSchema ours = context.MulticlassClassification.Trainers.Jem(TestData.Fast()).Fit(keyed).GetOutputSchema(keyed.Schema);

        foreach (string name in new[] { "PredictedLabel", "Score" })
        {
            Assert.Equal(peer[name].Type, ours[name].Type);
            Assert.Equal(
                peer[name].Annotations.Schema.Select(annotation => (annotation.Name, annotation.Type.ToString())).Order(),
                ours[name].Annotations.Schema.Select(annotation => (annotation.Name, annotation.Type.ToString())).Order());
            Assert.Equal(Text(peer[name], "ScoreColumnKind"), Text(ours[name], "ScoreColumnKind"));
            Assert.Equal(Text(peer[name], "ScoreValueKind"), Text(ours[name], "ScoreValueKind"));
        }

        static string Text(DataViewSchema.Column column, string kind)
        {
            ReadOnlyMemory<char> value = default;
            column.Annotations.GetValue(kind, ref value);
            return value.ToString();
        }
    }

    [Fact]
    public void Numeric_and_boolean_labels_keep_their_values()
    {
        var context = new MLContext(seed: 1);
        TestData.Row[] rows = TestData.Clouds();
        IDataView numeric = context.Data.LoadFromEnumerable(
            rows.Select(row => new NumericRow { Label = row.Label == "a" ? 10 : 20, Features = row.Features }));
        IDataView boolean = context.Data.LoadFromEnumerable(
            rows.Select(row => new BooleanRow { Label = row.Label == "a", Features = row.Features }));

        IDataView Back(IDataView data) => TestData.Pipeline(context)
            .Append(context.Transforms.Conversion.MapKeyToValue("PredictedLabel")).Fit(data).Transform(data);

        Assert.Equal([10, 20], Back(numeric).GetColumn<int>("PredictedLabel").Distinct().Order());
        Assert.Equal([false, true], Back(boolean).GetColumn<bool>("PredictedLabel").Distinct().Order());
    }

    [Fact]
    public void Rows_without_a_label_train_the_density_only()
    {
        var context = new MLContext(seed: 1);
        TestData.Row[] rows = TestData.Clouds(100);
        IDataView data = context.Data.LoadFromEnumerable(rows);
        var keys = context.Transforms.Conversion.MapValueToKey("Label").Fit(data);
        IDataView partly = keys.Transform(context.Data.LoadFromEnumerable(rows.Select((row, i) => new TestData.Row
        {
            Label = i % 3 == 0 ? row.Label : "unknown",
            Features = row.Features,
        })));

        using JemTransformer model = context.MulticlassClassification.Trainers.Jem(TestData.Fast(o => o.NumberOfEpochs = 30)).Fit(partly);

        MulticlassClassificationMetrics metrics = context.MulticlassClassification.Evaluate(model.Transform(keys.Transform(data)));
        Assert.Equal(3, model.Model.NumberOfClasses);
        Assert.InRange(metrics.MicroAccuracy, 0.8, 1);
    }

    [Fact]
    public void Heavy_rows_pull_the_boundary()
    {
        var context = new MLContext(seed: 1);
        TestData.Row[] Weighted(float a, float b) => [.. Enumerable.Range(0, 240).Select(i => new TestData.Row
        {
            Label = i % 2 == 0 ? "a" : "b",
            Features = [(float)TestData.Normal(new Random(i)), 0, 0, 0],
            Weight = i % 2 == 0 ? a : b,
        })];

        double ShareOfA(TestData.Row[] rows)
        {
            IDataView data = context.Data.LoadFromEnumerable(rows);
            IDataView scored = TestData.Pipeline(context, TestData.Fast(o => o.ExampleWeightColumnName = "Weight")).Fit(data).Transform(data);
            return TestData.Read(context, scored).Average(row => row.Score[0]);
        }

        Assert.True(ShareOfA(Weighted(a: 20, b: 1)) > ShareOfA(Weighted(a: 1, b: 20)) + 0.2);
    }

    [Fact]
    public void Rows_of_a_validation_set_count_once_however_many_members_there_are()
    {
        var context = new MLContext(seed: 1);
        IDataView train = context.Data.LoadFromEnumerable(TestData.Clouds());
        IDataView validation = context.Data.LoadFromEnumerable(TestData.Clouds(7, seed: 2));
        ITransformer keys = context.Transforms.Conversion.MapValueToKey("Label").Fit(train);
        IDataView fresh = keys.Transform(context.Data.LoadFromEnumerable(TestData.Clouds(400, seed: 3)));

        using JemTransformer model = context.MulticlassClassification.Trainers.Jem(TestData.Fast(options => (options.NumberOfMembers, options.NumberOfEpochs) = (5, 3)))
            .Fit(keys.Transform(train), keys.Transform(validation));

        // With 21 rows no p-value is below 1/22, whatever the number of members.
        Assert.Equal(21, model.Model.CalibrationRowCount);
        float[] scores = [.. TestData.Read(context, model.Transform(fresh)).Select(row => row.OodScore)];
        Assert.All(scores, score => Assert.Equal(MathF.Round(score * 22) / 22, score, 1e-6f));
        Assert.InRange(scores.Max(), 0.8f, (21 / 22f) + 1e-6f);

        // Read back and written again, the one table stays.
        using var stream = new MemoryStream();
        model.ExportToOnnx(stream);
        stream.Position = 0;
        using JemTransformer read = JemTransformer.FromOnnx(context, stream);
        Assert.Equal(21, read.Model.CalibrationRowCount);
        Assert.Equal(model.Model.Settings.SharedTable!.Descending, read.Model.Settings.SharedTable!.Descending);
        Assert.Equal(scores, TestData.Read(context, read.Transform(fresh)).Select(row => row.OodScore));
    }

    [Fact]
    public void The_calibration_row_count_is_the_granularity_of_OodScore()
    {
        var context = new MLContext(seed: 1);
        IDataView train = context.Data.LoadFromEnumerable(TestData.Clouds());
        IDataView validation = context.Data.LoadFromEnumerable(TestData.Clouds(500, seed: 2));
        ITransformer keys = context.Transforms.Conversion.MapValueToKey("Label").Fit(train);

        using JemTransformer model = context.MulticlassClassification.Trainers.Jem(TestData.Fast(options => (options.NumberOfMembers, options.NumberOfEpochs) = (1, 1)))
            .Fit(keys.Transform(train), keys.Transform(validation));

        // 1500 rows, of which a table keeps 1024.
        Assert.Equal(1024, model.Model.CalibrationRowCount);
        float[] scores = [.. TestData.Read(context, model.Transform(keys.Transform(validation))).Select(row => row.OodScore)];
        Assert.All(scores, score => Assert.Equal(MathF.Round(score * 1025) / 1025, score, 1e-6f));
    }

    [Fact]
    public void A_validation_set_is_used_for_calibration()
    {
        var context = new MLContext(seed: 1);
        IDataView train = context.Data.LoadFromEnumerable(TestData.Clouds());
        IDataView validation = context.Data.LoadFromEnumerable(TestData.Clouds(41, seed: 2));
        ITransformer keys = context.Transforms.Conversion.MapValueToKey("Label").Fit(train);

        using JemTransformer model = context.MulticlassClassification.Trainers.Jem(TestData.Fast())
            .Fit(keys.Transform(train), keys.Transform(validation));

        Assert.Equal(123, model.Model.CalibrationRowCount);
    }

    [Fact]
    public void Progress_reaches_the_user_and_the_log()
    {
        var context = new MLContext(seed: 1);
        var log = new List<string>();
        context.Log += (_, message) => log.Add(message.Message);
        var epochs = new List<TrainingProgress>();

        TestData.Pipeline(context, TestData.Fast(o => o.Progress = new Recorder(epochs)))
            .Fit(context.Data.LoadFromEnumerable(TestData.Clouds()));

        Assert.NotEmpty(epochs);
        Assert.All(epochs, epoch => Assert.True(double.IsFinite(epoch.ClassificationLoss) && double.IsFinite(epoch.DataEnergy)));
        Assert.Contains(log, line => line.Contains("classification loss") && line.Contains("sample energy"));
    }

    [Fact]
    public void A_cancelled_token_stops_training()
    {
        var context = new MLContext(seed: 1);
        using var source = new CancellationTokenSource();
        var epochs = new List<TrainingProgress>();
        var options = TestData.Fast(o =>
        {
            o.NumberOfEpochs = 1_000_000;
            o.CancellationToken = source.Token;
            o.Progress = new Recorder(epochs, then: source.Cancel);
        });

        Assert.ThrowsAny<OperationCanceledException>(
            () => TestData.Pipeline(context, options).Fit(context.Data.LoadFromEnumerable(TestData.Clouds())));
        Assert.Single(epochs);
    }

    [Fact]
    public void MLContext_cancellation_stops_training_too()
    {
        var context = new MLContext(seed: 1);
        var options = TestData.Fast(o =>
        {
            o.NumberOfEpochs = 1_000_000;
            o.Progress = new Recorder([], then: context.CancelExecution);
        });

        Assert.ThrowsAny<OperationCanceledException>(
            () => TestData.Pipeline(context, options).Fit(context.Data.LoadFromEnumerable(TestData.Clouds())));
    }

    [Fact]
    public void Rows_with_bad_features_are_skipped_and_counted()
    {
        var context = new MLContext(seed: 1);
        var log = new List<string>();
        context.Log += (_, message) => log.Add(message.Message);
        TestData.Row[] rows = TestData.Clouds();
        rows[3].Features = [float.NaN, 0, 0, 0];
        rows[5].Features = [0, float.PositiveInfinity, 0, 0];

        TestData.Pipeline(context).Fit(context.Data.LoadFromEnumerable(rows));

        Assert.Contains(log, line => line.Contains("Skipped 2 rows with missing or infinite values in feature column 'Features'"));
    }

    [Fact]
    public void Renamed_columns_are_delivered_under_their_names()
    {
        var context = new MLContext(seed: 1);
        IDataView data = context.Data.LoadFromEnumerable(TestData.Clouds());

        DataViewSchema schema = TestData.Pipeline(context, TestData.Fast(o =>
        {
            o.PredictedLabelColumnName = "Class";
            o.ScoreColumnName = "Probabilities";
            o.EnergyColumnName = "E";
            o.OodScoreColumnName = "Strangeness";
        })).Fit(data).GetOutputSchema(data.Schema);

        Assert.Equal(["Class", "Probabilities", "E", "Strangeness"], schema.Select(column => column.Name).TakeLast(4));
    }

    [Fact]
    public void A_gpu_that_is_not_there_is_an_error_unless_falling_back_is_allowed()
    {
        TorchLibrary.EnsureLoaded();
        Prerequisite.NoGpu.Require(!TorchSharp.torch.cuda.is_available());
        var strict = new MLContext(seed: 1) { GpuDeviceId = 0, FallbackToCpu = false };
        var lenient = new MLContext(seed: 1) { GpuDeviceId = 0, FallbackToCpu = true };
        TestData.Row[] rows = TestData.Clouds();

        var error = Assert.Throws<InvalidOperationException>(() => TestData.Pipeline(strict).Fit(strict.Data.LoadFromEnumerable(rows)));
        Assert.Contains("FallbackToCpu", error.Message);
        Assert.NotNull(TestData.Pipeline(lenient).Fit(lenient.Data.LoadFromEnumerable(rows)));
    }

    [Fact]
    public void Constant_features_and_huge_outliers_do_not_spoil_the_model()
    {
        var context = new MLContext(seed: 1);
        TestData.Row[] rows = TestData.Clouds(100);
        foreach (TestData.Row row in rows)
            row.Features[3] = 7;
        rows[0].Features[0] = 1e30f;
        IDataView data = context.Data.LoadFromEnumerable(rows);

        IDataView scored = TestData.Pipeline(context, TestData.Fast(o => o.NumberOfEpochs = 30)).Fit(data).Transform(data);

        Assert.InRange(context.MulticlassClassification.Evaluate(scored).MicroAccuracy, 0.8, 1);
        Assert.All(TestData.Read(context, scored), row => Assert.True(float.IsFinite(row.Energy) && row.Score.All(float.IsFinite)));
    }

    private sealed class Recorder(List<TrainingProgress> epochs, Action? then = null) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value)
        {
            epochs.Add(value);
            then?.Invoke();
        }
    }

    private sealed class NumericRow
    {
        public int Label { get; set; }

        [VectorType(4)]
        public float[] Features { get; set; } = [];
    }

    private sealed class BooleanRow
    {
        public bool Label { get; set; }

        [VectorType(4)]
        public float[] Features { get; set; } = [];
    }
}
