using Microsoft.ML.Jem.Training;
using Spectre.Console;

namespace Shared;

/// <summary>Shows how training goes: a bar where the console can draw one, a line now and then where it can't.</summary>
internal static class TrainingDisplay
{
    public static T Run<T>(Func<IProgress<TrainingProgress>, T> train) =>
        AnsiConsole.Profile.Capabilities.Interactive ? RunWithBar(train) : train(new Lines());

    private static T RunWithBar<T>(Func<IProgress<TrainingProgress>, T> train) =>
        AnsiConsole.Progress()
            .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
            .Start(context => train(new Bar(context.AddTask("Training"))));

    private static string Describe(TrainingProgress progress) => FormattableString.Invariant(
        $"epoch {progress.Epoch}/{progress.Epochs}, loss {progress.ClassificationLoss:F3}, energy of data {progress.DataEnergy:F2}, of samples {progress.SampleEnergy:F2}, held-out accuracy {progress.ValidationAccuracy:P1}");

    private sealed class Bar(ProgressTask task) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value)
        {
            task.MaxValue = value.Epochs;
            task.Value = value.Epoch;
            task.Description = "Training: " + Describe(value);
        }
    }

    private sealed class Lines : IProgress<TrainingProgress>
    {
        private TimeSpan _next;

        public void Report(TrainingProgress value)
        {
            if (value.Elapsed < _next && value.Epoch < value.Epochs)
                return;
            Console.WriteLine($"  {Describe(value)}, {value.Remaining.TotalSeconds:F0} s left");
            _next = value.Elapsed + TimeSpan.FromSeconds(2);
        }
    }
}
