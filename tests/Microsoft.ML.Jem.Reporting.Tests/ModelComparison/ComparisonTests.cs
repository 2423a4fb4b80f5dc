using System.Text.Json;
using Microsoft.ML.Jem.Reporting.Tests.Examples;
using ModelComparison;
using ModelComparison.Output;

namespace Microsoft.ML.Jem.Reporting.Tests.ModelComparison;

public sealed class ComparisonTests : IDisposable
{
    private const string MixedColumns = """"
        size,colour,note,kind
        1.5,red,"a, b",x
        ,blue,,y
        2.5,,"says ""hi""",x
        3.5,red,"a, b",z
        NA,blue,plain,y

        4.5,red,plain,
        """";

    private static readonly string[] Trainers =
        ["FastTree one-vs-all", "Jem", "LbfgsMaximumEntropy", "LightGbm", "Plain network", "SdcaMaximumEntropy"];

    private static readonly string[] Measures =
        ["accuracy", "logLoss", "ece", "brier", "aurocUnseen", "falseAlarms", "trainSeconds", "rowsPerSecond", "modelBytes"];

    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Iris_in_two_folds_compares_all_trainers_from_end_to_end()
    {
        string json = Path.Combine(_folder, "result.json");
        (int code, string output, string error) = Run("--set", "iris", "--unseen", "2", "--folds", "2", "--epochs", "2", "--output", _folder, "--json", json);
        Assert.True(code == 0, error);

        JsonElement[] rows = [.. JsonDocument.Parse(File.ReadAllText(json)).RootElement.EnumerateArray()];
        Assert.Equal(Trainers, rows.Select(row => row.GetProperty("trainer").GetString()!).Order(StringComparer.Ordinal));
        foreach (JsonElement row in rows)
        {
            foreach (string measure in Measures)
            {
                Assert.True(double.IsFinite(row.GetProperty(measure).GetProperty("mean").GetDouble()), measure);
                Assert.True(row.GetProperty(measure).GetProperty("deviation").GetDouble() >= 0, measure);
            }
        }

        double[] losses = [.. rows.Select(row => row.GetProperty("logLoss").GetProperty("mean").GetDouble())];
        Assert.Equal(losses.Order(), losses);
        Assert.All(Trainers, trainer => Assert.Contains(trainer, output));
        Assert.Equal(2 * Trainers.Length, JsonDocument.Parse(File.ReadAllText(Path.Combine(_folder, "folds.json"))).RootElement.GetArrayLength());
        Assert.Contains("fold 1/2  Jem                  trains", output);
        Assert.All(Trainers, trainer => Assert.Contains($"| {trainer} |", File.ReadAllText(Path.Combine(_folder, "comparison.md"))));
        SelfContained.Check(File.ReadAllText(Path.Combine(_folder, "comparison.html")));
    }

    [Fact]
    public void Mixed_columns_with_missing_values_are_featurised_alike_for_all()
    {
        DataSet data = Open(MixedColumns, "--unseen", "z");
        Assert.Equal(["x", "y"], data.Known);
        Assert.Equal(5, data.RowCount);
        Assert.Equal(1, data.UnseenRowCount);
        Assert.True(data.HasMissingNumbers);

        var mlContext = new MLContext(1);
        (IDataView known, IDataView? unseen) = data.Load(mlContext);
        IDataView featurised = Featurization.Create(mlContext, data).Fit(known).Transform(known);
        float[][] features = [.. Microsoft.ML.Data.ColumnCursorExtensions.GetColumn<float[]>(featurised, "Features")];
        Assert.Equal(4, features.Length);
        Assert.All(features, row => Assert.All(row, value => Assert.True(float.IsFinite(value))));
        Assert.Equal([2f, 1f], features[1][..2]);
        Assert.Single(Microsoft.ML.Data.ColumnCursorExtensions.GetColumn<string>(unseen!, DataSet.LabelText));
    }

    [Theory]
    [InlineData("has no column 'kinds'. Its columns are: size, kind", "size,kind\n1,a\n2,b\n", "kinds")]
    [InlineData("row 3: expected 2 fields", "size,kind\n1,a\n2\n", "kind")]
    [InlineData("at least two", "size,kind\n1,a\n2,a\n", "kind")]
    [InlineData("is empty", "", "kind")]
    [InlineData("no column beside", "kind\na\nb\n", "kind")]
    public void Data_that_cannot_be_compared_on_is_refused_with_its_reason(string reason, string csv, string label) =>
        Assert.Contains(reason, Assert.Throws<ArgumentException>(() => Open(csv, label: label)).Message);

    [Fact]
    public void Unseen_classes_must_exist()
    {
        string message = Assert.Throws<ArgumentException>(() => Open("size,kind\n1,a\n2,b\n3,c\n", "--unseen", "d", "c")).Message;
        Assert.Contains("names d", message);
        Assert.Contains("a, b, c", message);
    }

    [Theory]
    [InlineData("--folds needs a whole number of at least 2", "--folds", "1")]
    [InlineData("belong together", "--data", "x.csv")]
    [InlineData("'--what' was not matched", "--what")]
    [InlineData("Required argument missing for option: '--unseen'", "--unseen")]
    public void A_wrong_command_line_is_refused_with_its_reason_and_the_usage(string reason, params string[] args)
    {
        (int code, _, string error) = Run(args);
        Assert.Equal(2, code);
        Assert.Contains(reason, error);
        Assert.Contains("Usage:", error);
    }

    [Theory]
    [InlineData("no embedded set 'moons'", "--set", "moons")]
    [InlineData("There is no file", "--data", "nowhere.csv", "--label", "kind")]
    public void Data_that_is_not_there_is_named(string reason, params string[] args)
    {
        (int code, _, string error) = Run(args);
        Assert.Equal(2, code);
        Assert.Contains(reason, error);
    }

    [Fact]
    public void Mean_and_deviation_are_those_of_a_sample()
    {
        Assert.Equal(new Measure(2, Math.Sqrt(2)), Measure.Of([1, 3, double.NaN]));
        Assert.Equal(new Measure(5, 0), Measure.Of([5]));
        Assert.Equal(new Measure(null, null), Measure.Of([double.NaN]));
    }

    [Fact]
    public void The_best_of_a_column_is_marked_and_false_alarms_are_best_near_what_was_promised()
    {
        Summary Row(string name, double accuracy, double alarms) =>
            Summary.Of(name, [new FoldResult(accuracy, 1, 1, 1, double.NaN, alarms, 1, 1, 1)]);
        Summary[] rows = [Row("a", 0.9, 0), Row("b", 0.8, 0.06)];
        Assert.Equal([true, false], rows.Select(row => Column("accuracy").IsBest(row, rows)));
        Assert.Equal([false, true], rows.Select(row => Column("false alarms at 0.95").IsBest(row, rows)));
        Assert.Equal([false, false], rows.Select(row => Column("AUROC unseen").IsBest(row, rows)));
        Assert.Contains("**0.900 ± 0.000**", ResultFiles.Markdown("", [], rows));
        Assert.Contains("\"mean\": null", ResultFiles.Json(rows));
    }

    [Fact]
    public void A_run_that_is_stopped_leaves_what_it_has_measured()
    {
        string Text(string file) => File.ReadAllText(Path.Combine(_folder, file));
        Contestant[] two = [new("first", (_, _) => null!), new("second", (_, _) => null!)];
        var writer = new ResultWriter(_folder, "rows", ["Left out: 1 row without a label."], null, two.Length, folds: 3);
        FoldResult Result(double loss) => new(0.5, loss, 0, 0, double.NaN, 0, 0, 0, 0);

        writer.End(two[0], 1, Result(1));
        Assert.Contains("\"trainer\": \"first\"", Text("folds.json"));
        Assert.Contains("\"aurocUnseen\": null", Text("folds.json"));
        Assert.False(File.Exists(Path.Combine(_folder, "comparison.md")));

        writer.End(two[1], 1, Result(0.5));
        writer.End(two[0], 2, Result(9));
        Assert.Contains("rows; 1 of them measured so far", Text("comparison.md"));
        Assert.Contains("- Left out: 1 row without a label.", Text("comparison.md"));
        Assert.True(Text("comparison.md").IndexOf("second", StringComparison.Ordinal) < Text("comparison.md").IndexOf("first", StringComparison.Ordinal));
        SelfContained.Check(Text("comparison.html"));
        Assert.Equal(3, JsonDocument.Parse(Text("folds.json")).RootElement.GetArrayLength());
    }

    private static ResultColumn Column(string name) => ResultColumn.All.Single(column => column.Name == name);

    private DataSet Open(string csv, params string[] more) => Open(csv, "kind", more);

    private DataSet Open(string csv, string label, string[]? more = null)
    {
        string path = Path.Combine(_folder, "data.csv");
        File.WriteAllText(path, csv);
        return DataSet.Open(new Arguments(["--data", path, "--label", label, .. more ?? []]));
    }

    private static (int Code, string Output, string Error) Run(params string[] args) => ExampleProcess.Run("ModelComparison", args);
}
