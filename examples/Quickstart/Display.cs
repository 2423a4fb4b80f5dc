using System.Globalization;
using Microsoft.ML;
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
        var table = new Table().Title("Three predictions").AddColumns("true", "PredictedLabel", "Score (highest)", "Energy", "OodScore", "reading");
        Add(Read(mlContext, known).MinBy(row => row.OodScore)!, "familiar");
        Add(Read(mlContext, known).MinBy(row => row.Score.Max())!, "known, but the classifier is not sure");
        Add(Read(mlContext, unseen).MaxBy(row => row.OodScore)!, "never seen: do not trust the class");
        AnsiConsole.Write(table);

        void Add(Prediction row, string reading) => table.AddRow(
            row.Label, row.Predicted, Number(row.Score.Max()), Number(row.Energy), Number(row.OodScore), reading);
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
