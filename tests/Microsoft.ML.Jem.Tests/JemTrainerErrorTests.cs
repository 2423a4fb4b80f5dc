namespace Microsoft.ML.Jem.Tests;

/// <summary>What the trainer refuses, and what it says then.</summary>
public sealed class JemTrainerErrorTests
{
    [Fact]
    public void No_valid_row_is_an_error_that_counts_them()
    {
        TestData.Row[] rows = TestData.Clouds(10);
        foreach (TestData.Row row in rows)
            row.Features = [float.NaN, 0, 0, 0];

        Assert.Contains("of 30 rows read, 30 have missing or infinite features", FitError<InvalidOperationException>(rows));
    }

    [Fact]
    public void A_single_class_is_an_error()
    {
        TestData.Row[] rows = [.. TestData.Clouds().Where(row => row.Label == "a")];

        Assert.Contains("at least two classes", FitError<InvalidOperationException>(rows));
    }

    [Fact]
    public void Too_few_rows_to_hold_any_out_is_an_error_that_says_how_many_are_needed()
    {
        TestData.Row[] rows = [new() { Label = "a", Features = [1, 2, 3, 4] }, new() { Label = "b", Features = [4, 3, 2, 1] }];

        Assert.Contains("rows", FitError<InvalidOperationException>(rows));
    }

    [Fact]
    public void A_missing_column_is_named()
    {
        Assert.Contains("Could not find feature column 'Pixels'",
            FitError<ArgumentOutOfRangeException>(TestData.Clouds(), o => o.FeatureColumnName = "Pixels"));
        Assert.Contains("Could not find weight column 'Importance'",
            FitError<ArgumentOutOfRangeException>(TestData.Clouds(), o => o.ExampleWeightColumnName = "Importance"));
    }

    [Fact]
    public void A_label_that_is_no_key_is_refused()
    {
        var context = new MLContext(seed: 1);
        IDataView data = context.Data.LoadFromEnumerable(TestData.Clouds());

        var error = Assert.Throws<ArgumentOutOfRangeException>(() => context.MulticlassClassification.Trainers.Jem().Fit(data));

        Assert.Contains("Schema mismatch for label column 'Label': expected Key<UInt32>, got String", error.Message);
    }

    [Fact]
    public void A_vector_of_unknown_size_is_refused()
    {
        var context = new MLContext(seed: 1);
        IDataView data = context.Data.LoadFromEnumerable(
            TestData.Clouds().Select(row => new VariableRow { Label = row.Label, Features = row.Features }));

        var error = Assert.Throws<ArgumentOutOfRangeException>(() => TestData.Pipeline(context).Fit(data));

        Assert.Contains("expected Vector<Single>, got VarVector<Single>", error.Message);
    }

    [Fact]
    public void All_option_mistakes_are_reported_at_once()
    {
        var context = new MLContext(seed: 1);

        var error = Assert.Throws<ArgumentOutOfRangeException>(() => context.MulticlassClassification.Trainers.Jem(new JemTrainer.Options
        {
            LearningRate = -1,
            BatchSize = 0,
            EnergyColumnName = "Score",
        }));

        Assert.Contains("LearningRate", error.Message);
        Assert.Contains("BatchSize", error.Message);
        Assert.Contains("ScoreColumnName and EnergyColumnName must differ, but both are 'Score'", error.Message);
    }

    private static string FitError<TError>(TestData.Row[] rows, Action<JemTrainer.Options>? change = null)
        where TError : Exception
    {
        var context = new MLContext(seed: 1);
        return Assert.ThrowsAny<TError>(
            () => TestData.Pipeline(context, TestData.Fast(change)).Fit(context.Data.LoadFromEnumerable(rows))).Message;
    }

    private sealed class VariableRow
    {
        public string Label { get; set; } = "";

        public float[] Features { get; set; } = [];
    }
}
