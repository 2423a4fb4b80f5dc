using Microsoft.ML.Jem.Features;
using Microsoft.ML.Jem.Fitting;
using Microsoft.ML.Jem.Networks;
using Microsoft.ML.Jem.Tests.Data;
using Microsoft.ML.Jem.Training;
using static TorchSharp.torch;

namespace Microsoft.ML.Jem.Tests.Training;

/// <summary>Training without a number of epochs: what is reported while it runs, and what ends it.</summary>
public sealed class OpenTrainingTests : TorchTest
{
    private static readonly TrainingRows Rows = Digits.Train.Slice(0, 300);

    [Fact]
    public void Progress_counts_epochs_and_estimates_the_time_left_from_them()
    {
        var reports = new List<TrainingProgress>();
        Fit(Small(), reports.Add);
        Assert.Equal(reports.Select(report => report.Epoch).Order(), reports.Select(report => report.Epoch));
        Assert.True(reports[0].Epoch > 1, "Few rows are passed over several times between two reports.");
        Assert.All(reports, report => Assert.True(report.Epochs >= report.Epoch));

        // One member after the other: they have trained for no longer than the time that has passed.
        Assert.All(reports, report => Assert.InRange(report.Remaining, TimeSpan.Zero, report.Elapsed / report.Epoch * (report.Epochs - report.Epoch) * 1.001));
        Assert.True(reports[0].Remaining > TimeSpan.Zero);
        Assert.Equal(reports[^1].Epochs, reports[^1].Epoch);
        Assert.Equal(TimeSpan.Zero, reports[^1].Remaining);
    }

    [Fact]
    public void A_time_limit_ends_the_training_of_every_member()
    {
        IReadOnlyList<TrainingProgress> free = Fit(Small()).History;
        JemTrainingOptions options = Small();
        options.MaximumTrainingTime = TimeSpan.FromMilliseconds(1);
        IReadOnlyList<TrainingProgress> limited = Fit(options).History;
        Assert.Equal([1, 2], limited.Select(state => state.Member));
        Assert.All(free.CountBy(state => state.Member), rounds => Assert.True(rounds.Value > 1));
    }

    [Fact]
    public void Members_share_the_time_allowed()
    {
        // Labels that mean nothing: a plain classifier is tried as well where there is time.
        JemTrainingOptions options = Small();
        (options.Network, options.NumberOfMembers, options.MaximumTrainingTime) = (new MultilayerPerceptron(256, 256), 4, TimeSpan.FromSeconds(2));
        TrainingRows rows = Rows with { Labels = [.. Enumerable.Range(0, Rows.Count).Select(i => i % Rows.ClassCount)] };
        IReadOnlyList<TrainingProgress> history = Fit(options, rows: rows).History;
        TimeSpan longestRound = history.GroupBy(state => state.Member).SelectMany(member => member.Select(state => state.Elapsed).Prepend(TimeSpan.Zero).Zip(member, (before, state) => state.Elapsed - before)).Max();
        foreach (IGrouping<int, TrainingProgress> member in history.GroupBy(state => state.Member))
            Assert.InRange(member.Last().Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(0.5) + longestRound);
    }

    private static JemTrainingOptions Small() => new() { Network = new MultilayerPerceptron(24, 16), BufferSize = 200, NumberOfMembers = 2, NumberOfThreads = 1 };

    private static FittedModel Fit(JemTrainingOptions options, Action<TrainingProgress>? progress = null, TrainingRows? rows = null) =>
        new ModelFitting(options, 1, CPU) { Progress = progress is null ? null : new Inline(progress), Cancellation = TestContext.Current.CancellationToken }
            .Fit(rows ?? Rows, null, [.. Enumerable.Range(0, Rows.ClassCount).Select(k => $"{k}")], []);

    /// <summary>Reports at once, on the thread that trains.</summary>
    private sealed class Inline(Action<TrainingProgress> then) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => then(value);
    }
}
