using System.Globalization;

namespace ModelComparison.Output;

/// <summary>A column of the result table: where its numbers come from, how they read, and which is best.</summary>
/// <param name="Name">The header.</param>
/// <param name="Measure">The numbers.</param>
/// <param name="Badness">From a mean to what is lowest for the best.</param>
/// <param name="Format">How a number reads.</param>
internal sealed record ResultColumn(string Name, Func<Summary, Measure> Measure, Func<double, double> Badness, string Format)
{
    /// <summary>Share of known rows that should raise an alarm.</summary>
    private const double ExpectedAlarms = 0.05;

    public static readonly ResultColumn[] All =
    [
        new("accuracy", summary => summary.Accuracy, mean => -mean, "F3"),
        new("log-loss", summary => summary.LogLoss, mean => mean, "F3"),
        new("ECE", summary => summary.Ece, mean => mean, "F3"),
        new("Brier", summary => summary.Brier, mean => mean, "F3"),
        new("AUROC unseen", summary => summary.AurocUnseen, mean => -mean, "F3"),
        new("false alarms at 0.95", summary => summary.FalseAlarms, mean => Math.Abs(mean - ExpectedAlarms), "F3"),
        new("train s", summary => summary.TrainSeconds, mean => mean, "F2"),
        new("1000 rows/s", summary => Thousands(summary.RowsPerSecond), mean => -mean, "F1"),
        new("model kB", summary => Thousands(summary.ModelBytes), mean => mean, "F0"),
    ];

    /// <summary>What the numbers mean, for below the table.</summary>
    public const string Legend =
        "Mean ± standard deviation over the folds, ranked by log-loss; the best of each column is marked. "
        + "AUROC unseen: how well rows of unseen classes are told from known ones, by OodScore for the Jem trainers and by 1 − highest probability for the others. "
        + "False alarms: share of known test rows flagged where 5 % should be (best is nearest to it): OodScore above 0.95; for the others, 1 − highest probability above what 95 % of their training rows have. "
        + "Train seconds on featurised rows in memory; thousands of rows a second through Transform; size of the saved model with its featurisation.";

    /// <summary>The cell of a trainer.</summary>
    public string Text(Summary summary) => Measure(summary) is { Mean: { } mean, Deviation: { } deviation }
        ? string.Create(CultureInfo.InvariantCulture, $"{mean.ToString(Format, CultureInfo.InvariantCulture)} ± {deviation.ToString(Format, CultureInfo.InvariantCulture)}")
        : "–";

    /// <summary>Whether no other trainer is better; several may be as good.</summary>
    public bool IsBest(Summary summary, IReadOnlyList<Summary> all) =>
        Measure(summary).Mean is { } mean && all.All(other => Measure(other).Mean is not { } rival || Badness(mean) <= Badness(rival));

    private static Measure Thousands(Measure measure) => new(measure.Mean / 1000, measure.Deviation / 1000);
}
