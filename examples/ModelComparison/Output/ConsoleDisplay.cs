using System.Globalization;
using Microsoft.ML.Jem.Training;
using Spectre.Console;

namespace ModelComparison.Output;

/// <summary>Progress while the trainers work, and the table at the end; lines of text where the console cannot draw.</summary>
internal static class ConsoleDisplay
{
    private const int WidthOfRedirectedOutput = 200;
    private const int WidthOfNames = 25;
    private const int WidthOfColumn = 19;

    public static IReadOnlyList<Summary> Run(IReadOnlyList<Contestant> contestants, int folds, Func<IComparisonProgress, IReadOnlyList<Summary>> compare)
    {
        if (!AnsiConsole.Profile.Capabilities.Interactive || Console.IsOutputRedirected)
            return compare(new Lines(folds));

        return AnsiConsole.Progress()
            .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn(), new ElapsedTimeColumn(), new SpinnerColumn())
            .Start(context => compare(new Bars(contestants.ToDictionary(
                contestant => contestant, contestant => context.AddTask(contestant.Name, autoStart: false, maxValue: folds)))));
    }

    public static void Print(IReadOnlyList<Summary> summaries)
    {
        if (Console.IsOutputRedirected)
            AnsiConsole.Profile.Width = WidthOfRedirectedOutput;
        int columnsAtOnce = Math.Max(1, (AnsiConsole.Profile.Width - WidthOfNames) / WidthOfColumn);
        foreach (ResultColumn[] columns in ResultColumn.All.Chunk(columnsAtOnce))
            AnsiConsole.Write(Table(columns, summaries));
        AnsiConsole.WriteLine(ResultColumn.Legend);
    }

    private static Table Table(ResultColumn[] columns, IReadOnlyList<Summary> summaries)
    {
        Table table = new Table().AddColumn(new TableColumn("trainer").NoWrap());
        foreach (ResultColumn column in columns)
            table.AddColumn(new TableColumn(column.Name).RightAligned().NoWrap());
        foreach (Summary summary in summaries)
        {
            table.AddRow(
            [
                Markup.Escape(summary.Trainer),
                .. columns.Select(column => column.IsBest(summary, summaries) ? $"[bold green]{column.Text(summary)} *[/]" : $"{column.Text(summary)}  "),
            ]);
        }

        return table;
    }

    private static string Describe(FoldResult result) => string.Create(
        CultureInfo.InvariantCulture, $"accuracy {result.Accuracy:F3}, log-loss {result.LogLoss:F3}, {result.TrainSeconds:F1} s");

    private static string Describe(TrainingProgress progress) => string.Create(
        CultureInfo.InvariantCulture, $"epoch {progress.Epoch}/{progress.Epochs}, {progress.Remaining.TotalSeconds:F0} s left");

    /// <summary>A line as a trainer begins, now and then while it trains, and as it ends.</summary>
    private sealed class Lines(int folds) : IComparisonProgress
    {
        private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);
        private TimeSpan _next;

        public void Begin(Contestant contestant, int fold)
        {
            _next = Interval;
            Write(contestant, fold, "trains");
        }

        public void Train(Contestant contestant, int fold, TrainingProgress progress)
        {
            if (progress.Elapsed < _next)
                return;
            _next = progress.Elapsed + Interval;
            Write(contestant, fold, Describe(progress));
        }

        public void End(Contestant contestant, int fold, FoldResult result) => Write(contestant, fold, Describe(result));

        private void Write(Contestant contestant, int fold, string text) => Console.WriteLine($"  fold {fold}/{folds}  {contestant.Name,-20} {text}");
    }

    /// <summary>A bar per trainer.</summary>
    private sealed class Bars(Dictionary<Contestant, ProgressTask> tasks) : IComparisonProgress
    {
        public void Begin(Contestant contestant, int fold)
        {
            if (fold == 1)
                tasks[contestant].StartTask();
        }

        public void Train(Contestant contestant, int fold, TrainingProgress progress)
        {
            tasks[contestant].Value = fold - 1 + ((double)progress.Epoch / progress.Epochs);
            tasks[contestant].Description = $"{contestant.Name}: {Describe(progress)}";
        }

        public void End(Contestant contestant, int fold, FoldResult result)
        {
            tasks[contestant].Value = fold;
            tasks[contestant].Description = $"{contestant.Name}: {Describe(result)}";
        }
    }
}
