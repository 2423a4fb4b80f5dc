using Microsoft.ML.Data;
using Microsoft.ML.Jem.ModelFile;
using Microsoft.ML.Jem.Tests.Data;

namespace Microsoft.ML.Jem.Tests;

/// <summary>What ML.NET's own tools do with a trained model.</summary>
public sealed class JemTransformerTests(CloudModel model) : IClassFixture<CloudModel>
{
    private readonly MLContext _context = model.Context;

    [Fact]
    public void Clouds_are_told_apart()
    {
        IDataView scored = model.Chain.Transform(_context.Data.LoadFromEnumerable(TestData.Clouds(seed: 2)));

        MulticlassClassificationMetrics metrics = _context.MulticlassClassification.Evaluate(scored);

        Assert.InRange(metrics.MicroAccuracy, 0.85, 1);
        Assert.InRange(metrics.LogLoss, 0, 0.5);
    }

    [Fact]
    public void Scores_are_probabilities_and_their_largest_is_the_predicted_label()
    {
        foreach (TestData.Scored row in TestData.Read(_context, model.Chain.Transform(model.Data)))
        {
            Assert.Equal(1, row.Score.Sum(), 1e-5);
            Assert.All(row.Score, probability => Assert.InRange(probability, 0, 1));
            Assert.Equal(row.PredictedLabel - 1, (uint)Array.IndexOf(row.Score, row.Score.Max()));
            Assert.InRange(row.OodScore, 0, 0.999999f);
            Assert.True(float.IsFinite(row.Energy));
        }
    }

    [Fact]
    public void Far_away_rows_have_higher_energy_and_ood_score_than_training_rows()
    {
        TestData.Row[] far = [.. TestData.Clouds(20, seed: 3).Select(row => new TestData.Row
        {
            Label = row.Label,
            Features = [.. row.Features.Select(value => (value * -8) - 30)],
        })];

        TestData.Scored[] near = TestData.Read(_context, model.Chain.Transform(model.Data));
        TestData.Scored[] outside = TestData.Read(_context, model.Chain.Transform(_context.Data.LoadFromEnumerable(far)));

        Assert.True(outside.Average(row => row.OodScore) > near.Average(row => row.OodScore) + 0.3);
    }

    [Fact]
    public void Prediction_engine_and_transform_give_the_same_numbers()
    {
        TestData.Row[] rows = TestData.Clouds(70, seed: 4);
        TestData.Scored[] batch = TestData.Read(_context, model.Chain.Transform(_context.Data.LoadFromEnumerable(rows)));
        using PredictionEngine<TestData.Row, TestData.Scored> engine = _context.Model.CreatePredictionEngine<TestData.Row, TestData.Scored>(
            model.Chain, new PredictionEngineOptions { OwnsTransformer = false });

        for (int i = 0; i < rows.Length; i++)
        {
            TestData.Scored single = engine.Predict(rows[i]);
            Assert.Equal(batch[i].PredictedLabel, single.PredictedLabel);
            Assert.Equal(batch[i].Energy, single.Energy, 1e-5 * Math.Max(1, Math.Abs(single.Energy)));
            Assert.Equal(batch[i].OodScore, single.OodScore, 1e-6);
            Assert.All(batch[i].Score.Zip(single.Score), pair => Assert.Equal(pair.First, pair.Second, 1e-6));
        }
    }

    [Fact]
    public void Rows_without_a_label_are_scored()
    {
        var schema = SchemaDefinition.Create(typeof(TestData.Row));
        schema.Remove(schema.Single(column => column.ColumnName == nameof(TestData.Row.Label)));
        IDataView unlabelled = _context.Data.LoadFromEnumerable(TestData.Clouds(), schema);

        TestData.Scored[] scored = TestData.Read(_context, model.Jem.Transform(unlabelled));

        Assert.Equal(180, scored.Length);
    }

    [Fact]
    public void Sparse_and_dense_features_score_alike()
    {
        TestData.Row[] rows = [.. TestData.Clouds().Select(row => new TestData.Row { Label = row.Label, Features = [row.Features[0], 0, 0, 0] })];
        IDataView dense = _context.Data.LoadFromEnumerable(rows);
        var definition = SchemaDefinition.Create(typeof(SparseRow));
        definition[nameof(SparseRow.Features)].ColumnType = new VectorDataViewType(NumberDataViewType.Single, 4);
        IDataView sparse = _context.Data.LoadFromEnumerable(
            rows.Select(row => new SparseRow { Features = new VBuffer<float>(4, 1, [row.Features[0]], [0]) }), definition);

        TestData.Scored[] expected = TestData.Read(_context, model.Jem.Transform(dense));
        TestData.Scored[] actual = TestData.Read(_context, model.Jem.Transform(sparse));

        Assert.Equal(expected.Select(row => row.Energy), actual.Select(row => row.Energy));
    }

    [Fact]
    public void Predicted_labels_map_back_to_the_names_the_user_gave()
    {
        IDataView named = _context.Transforms.Conversion.MapKeyToValue("PredictedLabel")
            .Fit(model.Chain.Transform(model.Data)).Transform(model.Chain.Transform(model.Data));

        string[] names = [.. named.GetColumn<string>("PredictedLabel").Distinct().Order()];

        Assert.Equal(["a", "b", "c"], names);
    }

    [Fact]
    public void Permutation_feature_importance_works_on_the_transformer_and_on_the_chain()
    {
        var context = new MLContext(seed: 1);
        IDataView data = context.Data.LoadFromEnumerable(TestData.Clouds().Select(row => new NamedRow
        {
            Label = row.Label,
            Width = row.Features[0],
            Height = row.Features[1],
            Depth = row.Features[2],
            Mass = row.Features[3],
        }));
        ITransformer features = context.Transforms.Conversion.MapValueToKey("Label")
            .Append(context.Transforms.Concatenate("Features", "Width", "Height", "Depth", "Mass")).Fit(data);
        IDataView keyed = features.Transform(data);
        using JemTransformer jem = context.MulticlassClassification.Trainers.Jem(TestData.Fast()).Fit(keyed);

        var typed = context.MulticlassClassification.PermutationFeatureImportance(jem, keyed);
        var untyped = context.MulticlassClassification.PermutationFeatureImportance((ITransformer)jem, keyed);

        Assert.Equal(4, typed.Length);
        Assert.Equal(4, untyped.Count);
        Assert.True(typed[0].MicroAccuracy.Mean < 0);
    }

    [Fact]
    public void Cross_validation_trains_a_model_a_fold()
    {
        var context = new MLContext(seed: 5);
        IDataView data = context.Data.LoadFromEnumerable(TestData.Clouds());

        var folds = context.MulticlassClassification.CrossValidate(data, TestData.Pipeline(context), numberOfFolds: 3);

        Assert.Equal(3, folds.Count);
        Assert.All(folds, fold => Assert.InRange(fold.Metrics.MicroAccuracy, 0.75, 1));
    }

    [Fact]
    public void Cache_checkpoints_and_fit_delegates_fit_in_the_pipeline()
    {
        var context = new MLContext(seed: 5);
        JemTransformer? seen = null;
        IEstimator<ITransformer> pipeline = context.Transforms.Conversion.MapValueToKey("Label")
            .AppendCacheCheckpoint(context)
            .Append(context.MulticlassClassification.Trainers.Jem(TestData.Fast()).WithOnFitDelegate(fitted => seen = fitted));

        pipeline.Fit(context.Data.LoadFromEnumerable(TestData.Clouds()));

        Assert.NotNull(seen);
        Assert.Equal(3, seen.Model.NumberOfClasses);
    }

    [Fact]
    public void Reading_other_columns_only_does_not_run_the_model()
    {
        var context = new MLContext(seed: 1);
        using JemTransformer jem = TestData.Pipeline(context).Fit(context.Data.LoadFromEnumerable(TestData.Clouds())).LastTransformer;
        IDataView scored = jem.Transform(model.Chain.First().Transform(model.Data));
        jem.Dispose();

        Assert.Equal(180, scored.GetColumn<uint>("Label").Count());
        Assert.Throws<ObjectDisposedException>(() => scored.GetColumn<float>("Energy").Count());
    }

    [Fact]
    public void A_disposed_transformer_says_so()
    {
        var context = new MLContext(seed: 1);
        JemTransformer jem = TestData.Pipeline(context).Fit(context.Data.LoadFromEnumerable(TestData.Clouds())).LastTransformer;
        jem.Dispose();

        Assert.Throws<ObjectDisposedException>(() => jem.Transform(model.Data));
    }

    [Fact]
    public void A_feature_column_of_another_width_is_refused()
    {
        IDataView wide = _context.Data.LoadFromEnumerable(Digits.Read("test").Take(3));

        var error = Assert.Throws<ArgumentOutOfRangeException>(() => model.Jem.Transform(wide));

        Assert.Contains("Schema mismatch for feature column 'Features': expected Vector<Single, 4>, got Vector<Single, 64>", error.Message);
    }

    [Fact]
    public void A_missing_feature_column_is_refused()
    {
        IDataView other = _context.Transforms.DropColumns("Features").Fit(model.Data).Transform(model.Data);

        var error = Assert.Throws<ArgumentOutOfRangeException>(() => model.Jem.Transform(other));

        Assert.Contains("Could not find feature column 'Features'", error.Message);
    }

    [Fact]
    public void A_row_whose_vector_breaks_the_schema_is_refused()
    {
        TestData.Row[] rows = TestData.Clouds();
        rows[7].Features = [1, 2, 3];

        var error = Assert.ThrowsAny<InvalidOperationException>(
            () => TestData.Read(_context, model.Jem.Transform(_context.Data.LoadFromEnumerable(rows))));

        Assert.Contains("3", error.ToString());
    }

    [Fact]
    public void Cursor_sets_deliver_every_row_once_with_the_same_scores()
    {
        TestData.Row[] rows = TestData.Clouds(1500, seed: 6);
        IDataView scored = model.Jem.Transform(_context.Data.LoadFromEnumerable(rows));
        float[] expected = [.. scored.GetColumn<float>("Energy")];
        DataViewSchema.Column energy = scored.Schema["Energy"];

        var actual = new List<float>();
        foreach (DataViewRowCursor cursor in scored.GetRowCursorSet([energy], 3))
        {
            using (cursor)
            {
                ValueGetter<float> getter = cursor.GetGetter<float>(energy);
                float value = 0;
                while (cursor.MoveNext())
                {
                    getter(ref value);
                    actual.Add(value);
                }
            }
        }

        Assert.Equal(expected.Order(), actual.Order());
    }

    [Fact]
    public void Row_count_shuffling_and_row_ids_come_from_the_source()
    {
        IDataView scored = model.Chain.Transform(model.Data);
        Assert.Equal(model.Data.CanShuffle, scored.CanShuffle);
        Assert.Equal(model.Data.GetRowCount(), scored.GetRowCount());

        using DataViewRowCursor source = model.Data.GetRowCursor(model.Data.Schema);
        using DataViewRowCursor cursor = scored.GetRowCursor(scored.Schema);
        ValueGetter<DataViewRowId> sourceId = source.GetIdGetter();
        ValueGetter<DataViewRowId> id = cursor.GetIdGetter();
        DataViewRowId expected = default, actual = default;
        while (source.MoveNext())
        {
            Assert.True(cursor.MoveNext());
            sourceId(ref expected);
            id(ref actual);
            Assert.Equal(expected, actual);
            Assert.Equal(source.Position, cursor.Position);
        }

        Assert.False(cursor.MoveNext());
    }

    [Fact]
    public void Source_columns_are_replayed_unchanged_beside_the_scores()
    {
        TestData.Row[] rows = TestData.Clouds(500, seed: 7);
        IDataView scored = model.Jem.Transform(_context.Data.LoadFromEnumerable(rows));

        TestData.Row[] replayed = [.. _context.Data.CreateEnumerable<TestData.Row>(scored, reuseRowObject: false)];

        Assert.Equal(rows.Select(row => row.Label), replayed.Select(row => row.Label));
        Assert.Equal(rows.SelectMany(row => row.Features), replayed.SelectMany(row => row.Features));
    }

    [Fact]
    public void The_exported_file_is_the_graph_that_scores()
    {
        using var file = new MemoryStream();
        model.Jem.ExportToOnnx(file);

        JemGraphDescription description = JemGraphReader.Read(file.ToArray());

        Assert.Equal(["a", "b", "c"], description.Settings.ClassNames.Order());
        Assert.Equal(4, description.Settings.Width);
        Assert.Equal(model.Jem.Model.Temperature, description.Settings.Temperature);
    }

    [Fact]
    public void Another_temperature_changes_the_probabilities_and_nothing_else()
    {
        double before = model.Jem.Model.Temperature;
        using JemTransformer hotter = model.Jem.WithTemperature(before * 3);

        TestData.Scored[] expected = TestData.Read(_context, model.Jem.Transform(model.Data));
        TestData.Scored[] actual = TestData.Read(_context, hotter.Transform(model.Data));

        Assert.Equal(before * 3, hotter.Model.Temperature, 1e-5);
        Assert.Equal(expected.Select(row => (row.Energy, row.OodScore)), actual.Select(row => (row.Energy, row.OodScore)));
        Assert.All(expected.Zip(actual), pair => Assert.True(pair.First.PredictedLabel == pair.Second.PredictedLabel || IsClose(pair.First.Score)));
        Assert.True(actual.Average(row => row.Score.Max()) < expected.Average(row => row.Score.Max()) - 0.05);
        Assert.Throws<ArgumentOutOfRangeException>(() => model.Jem.WithTemperature(0));
    }

    /// <summary>Whether the two highest probabilities are close: members that disagree may then decide otherwise at another temperature.</summary>
    private static bool IsClose(float[] score)
    {
        float[] falling = [.. score.OrderDescending()];
        return falling[0] - falling[1] < 0.15f;
    }

    private sealed class NamedRow
    {
        public string Label { get; set; } = "";

        public float Width { get; set; }

        public float Height { get; set; }

        public float Depth { get; set; }

        public float Mass { get; set; }
    }

    private sealed class SparseRow
    {
        public VBuffer<float> Features { get; set; }
    }
}
