using System.Globalization;
using Spectre.Console;

namespace Images;

/// <summary>Prints what was measured, with what it means.</summary>
internal static class Display
{
    public static void Print(Results results, string known, string unseen)
    {
        var table = new Table().Title("On images kept back").AddColumns("", "measured", "meaning");
        table.AddRow("accuracy", Share(results.Accuracy), Markup.Escape($"{known} told apart"));
        table.AddRow("log-loss", Number(results.LogLoss), "of the true class's probability; 0 is best");
        table.AddRow("ECE before calibration", Number(results.EceUncalibrated), "mean gap between confidence and accuracy");
        table.AddRow("ECE after calibration", Number(results.Ece), "what Score delivers");
        table.AddRow(Invariant($"known images with OodScore > {Results.Threshold}"), Share(results.FlaggedKnown), "false alarms; 5 % expected");
        if (results.AurocEnergy is { } unseenEnergy)
        {
            table.AddRow("AUROC of Energy", Number(unseenEnergy), Markup.Escape($"{unseen} against {known}; 1 is perfect, 0.5 chance"));
            table.AddRow("AUROC of OodScore", Number(results.AurocOodScore!.Value), "the same for the column to use");
            table.AddRow(Invariant($"unseen images with OodScore > {Results.Threshold}"), Share(results.FlaggedUnseen!.Value), "caught");
        }

        if (results.AurocEnergyUnlike is { } energy)
        {
            table.AddRow("AUROC of Energy, other images", Number(energy), "images of another kind altogether");
            table.AddRow("AUROC of OodScore, other images", Number(results.AurocOodScoreUnlike!.Value), "the same for the column to use");
            table.AddRow("other images caught", Share(results.FlaggedUnlike!.Value), Invariant($"with OodScore > {Results.Threshold}"));
        }

        table.AddRow("training time", Invariant($"{results.TrainSeconds:F1} s"), "");
        AnsiConsole.Write(table);
    }

    public static void Print(Likelihood likelihood)
    {
        AnsiConsole.WriteLine($"Energies of the most likely test images:  {string.Join("  ", likelihood.Most.Select(energy => Number(energy)))}");
        AnsiConsole.WriteLine($"Energies of the least likely test images: {string.Join("  ", likelihood.Least.Select(energy => Number(energy)))}");
    }

    private static string Share(double value) => value.ToString("P1", CultureInfo.InvariantCulture);

    private static string Number(double value) => value.ToString("F3", CultureInfo.InvariantCulture);

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);
}
