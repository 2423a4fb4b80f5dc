using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.Data;
using Spectre.Console;

namespace Quickstart;

/// <summary>Prints what was measured, with what it means.</summary>
internal static class Display
{
    public static void Print(Results results)
    {
        var table = new Table().Title("On digits kept back").AddColumns("", "measured", "meaning");
        table.AddRow("accuracy", Share(results.Accuracy), "0 to 7 told apart");
        table.AddRow("log-loss", Number(results.LogLoss), "of the true class's probability; 0 is best");
        table.AddRow("ECE before calibration", Number(results.EceUncalibrated), "mean gap between confidence and accuracy");
        table.AddRow("ECE after calibration", Number(results.Ece), "what Score delivers");
        table.AddRow("AUROC of Energy", Number(results.AurocEnergy), "8 and 9 against 0 to 7; 1 is perfect, 0.5 chance");
        table.AddRow("AUROC of OodScore", Number(results.AurocOodScore), "the same for the column to use");
        table.AddRow(Invariant($"known digits with OodScore > {Results.Threshold}"), Share(results.FlaggedKnown), "false alarms; 5 % expected");
        table.AddRow(Invariant($"unseen digits with OodScore > {Results.Threshold}"), Share(results.FlaggedUnseen), "caught");
        table.AddRow("training time", Invariant($"{results.TrainSeconds:F1} s"), "");
        AnsiConsole.Write(table);
    }

    public static void Print(MLContext mlContext, IDataView known, IDataView unseen)
    {
        string[] classes = ClassNames(known);
        (string Reading, Prediction Row)[] samples =
        [
            ("familiar", Read(mlContext, known).MinBy(row => row.OodScore)!),
            ("known, but not sure which", Read(mlContext, known).MinBy(row => row.Score.Max())!),
            ("never seen: do not trust the class", Read(mlContext, unseen).MaxBy(row => row.OodScore)!),
        ];
        var table = new Table().Title("Three predictions").AddColumn("");
        foreach ((string reading, Prediction _) in samples)
            table.AddColumn(reading);
        AddRow("true digit", row => row.Label.Length > 0 ? row.Label : "8 or 9");
        AddRow("PredictedLabel", row => row.Predicted);
        AddRow("Score", row => string.Join('\n', row.Score.Select((probability, k) => $"{classes[k]}  {Number(probability)}")));
        AddRow("Energy", row => Number(row.Energy));
        AddRow("OodScore", row => Number(row.OodScore));
        AnsiConsole.Write(table);

        void AddRow(string column, Func<Prediction, string> value) =>
            table.AddRow([column, .. samples.Select(sample => value(sample.Row))]);
    }

    /// <summary>The classes in the order of the slots of Score.</summary>
    private static string[] ClassNames(IDataView scored)
    {
        VBuffer<ReadOnlyMemory<char>> names = default;
        scored.Schema["Score"].GetSlotNames(ref names);
        return [.. names.DenseValues().Select(name => name.ToString())];
    }

    private static IEnumerable<Prediction> Read(MLContext mlContext, IDataView scored)
    {
        var names = mlContext.Transforms.Conversion.MapKeyToValue([new("LabelName", "Label"), new("PredictedName", "PredictedLabel")]);
        return mlContext.Data.CreateEnumerable<Prediction>(names.Fit(scored).Transform(scored), reuseRowObject: false);
    }

    private static string Share(double value) => value.ToString("P1", CultureInfo.InvariantCulture);

    private static string Number(double value) => value.ToString("F3", CultureInfo.InvariantCulture);

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);
}
