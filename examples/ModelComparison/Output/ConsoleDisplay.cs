using System.Globalization;
using Spectre.Console;

namespace ModelComparison.Output;

/// <summary>Progress while the trainers work, and the table at the end; lines of text where the console cannot draw.</summary>
internal static class ConsoleDisplay
{
    private const int WidthOfRedirectedOutput = 200;
    private const int WidthOfNames = 25;
    private const int WidthOfColumn = 19;

    public static IReadOnlyList<Summary> Run(
        IReadOnlyList<Contestant> contestants, int folds, Func<Action<Contestant, int, FoldResult>, IReadOnlyList<Summary>> compare)
    {
        if (!AnsiConsole.Profile.Capabilities.Interactive || Console.IsOutputRedirected)
        {
            return compare((contestant, fold, result) => Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"  fold {fold}/{folds}  {contestant.Name,-20} {Describe(result)}")));
        }

        return AnsiConsole.Progress()
            .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn(), new ElapsedTimeColumn(), new SpinnerColumn())
            .Start(context =>
            {
                Dictionary<Contestant, ProgressTask> tasks = contestants.ToDictionary(
                    contestant => contestant, contestant => context.AddTask(contestant.Name, autoStart: false, maxValue: folds));
                tasks[contestants[0]].StartTask();
                return compare((contestant, fold, result) =>
                {
                    tasks[contestant].Value = fold;
                    tasks[contestant].Description = $"{contestant.Name}: {Describe(result)}";
                    int next = (contestants.ToList().IndexOf(contestant) + 1) % contestants.Count;
                    if (fold == 1 && next > 0)
                        tasks[contestants[next]].StartTask();
                });
            });
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
}
