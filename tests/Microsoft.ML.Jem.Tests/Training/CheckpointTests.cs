using Microsoft.ML.Jem.Features;
using Microsoft.ML.Jem.Fitting;
using Microsoft.ML.Jem.Networks;
using Microsoft.ML.Jem.Sampling;
using Microsoft.ML.Jem.Tests.Data;
using Microsoft.ML.Jem.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Jem.Tests.Training;

public sealed class CheckpointTests : TorchTest, IDisposable
{
    private static readonly TrainingRows Rows = Digits.Train.Slice(0, 300);

    private readonly TrainingFolder _folder = new();

    public static TheoryData<string> Trainings => ["ensemble", "unlabelled rows", "weights", "p(x, y)", "chains of a class", "plain classifier", "validation rows", "patience", "no number of epochs"];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Trainings))]
    public void Training_broken_off_at_random_epochs_ends_at_the_same_bytes(string training)
    {
        JemTrainingOptions options = Small();
        TrainingRows rows = Rows;
        TrainingRows? validation = null;
        switch (training)
        {
            case "unlabelled rows":
                rows = rows with { Labels = [.. rows.Labels.Select((label, i) => i % 3 > 0 ? TrainingRows.Unlabelled : label)] };
                break;
            case "weights":
                rows = rows with { Weights = [.. rows.Labels.Select((_, i) => 0.5f + (i % 4))] };
                break;
            case "p(x, y)":
                (options.JointWeight, options.InitialDistribution) = (0.2, InitialDistribution.Normal);
                break;
            case "chains of a class":
                options.ConditionalSamples = true;
                break;
            case "plain classifier":
                (options.MarginalWeight, options.WeightDecay) = (0, 1e-4);
                break;
            case "validation rows":
                validation = Digits.Train.Slice(300, 400);
                break;
            case "patience":
                (options.NumberOfEpochs, options.LearningRate, options.Decay, options.MarginalWeight) = (60, 0.02, LearningRateDecay.None, 0);
                break;
            case "no number of epochs":
                options.NumberOfEpochs = null;
                break;
        }

        byte[] whole = InterruptedTraining.Finish(options, rows, validation);
        (byte[] resumed, int breaks) = InterruptedTraining.FinishAtLast(WithCheckpoint(options), rows, new Random(5), validation);
        Assert.True(breaks > 1, $"Training was broken off {breaks} times: too few to tell.");
        Assert.Equal(whole, resumed);
    }

    [Fact]
    public void Recoveries_are_resumed_too()
    {
        JemTrainingOptions options = Small();
        (options.LearningRate, options.StepSize, options.GradientClip, options.EnergyPenalty, options.NumberOfMembers) = (3, 30, null, 0, 1);
        var history = new List<TrainingProgress>();
        byte[] whole = InterruptedTraining.Finish(options, Rows, progress: new Inline(history.Add));
        Assert.Contains(history, state => state.Recoveries > 0);

        // The first report is of where training stands, the second of the epoch that gets it on.
        byte[]? resumed = null;
        for (int reports = 1; resumed is null; reports = 2)
            resumed = InterruptedTraining.BreakOff(WithCheckpoint(options), Rows, reports);
        Assert.Equal(whole, resumed);
    }

    [Fact]
    public void The_comparison_with_a_plain_classifier_goes_on_where_it_was()
    {
        // Labels that mean nothing: there is always reason for doubt.
        TrainingRows rows = Rows with { Labels = [.. Enumerable.Range(0, Rows.Count).Select(i => i % Rows.ClassCount)] };
        JemTrainingOptions options = Small();
        (options.NumberOfMembers, options.NumberOfEpochs) = (1, 40);
        byte[] whole = InterruptedTraining.Finish(options, rows);

        // The classifier reports nothing: it is stopped by what it writes.
        options = WithCheckpoint(options);
        using var source = new CancellationTokenSource();
        using var watcher = new Timer(_ =>
        {
            if (File.Exists(Path.Combine(_folder.Checkpoint, "member1-classifier.checkpoint")))
                source.Cancel();
        }, null, 1, 1);
        Assert.Throws<OperationCanceledException>(() => InterruptedTraining.Finish(options, rows, stop: source));
        Assert.Equal(2, _folder.Files.Length);
        Assert.Equal(whole, InterruptedTraining.Finish(options, rows));
    }

    [Fact]
    public void Gaussians_fitted_to_a_draw_of_many_rows_are_the_same_after_resuming()
    {
        var random = new Random(1);
        float[] values = [.. Enumerable.Range(0, 2 * 21_000).Select(_ => random.NextSingle())];
        var rows = new TrainingRows(new DenseFeatureMatrix(values, 21_000, 2), [.. Enumerable.Range(0, 21_000).Select(i => values[2 * i] > 0.5 ? 1 : 0)], null, 2);
        TrainingRows heldOut = rows.Subset([.. Enumerable.Range(0, 100)]);
        var options = new JemTrainingOptions { Network = new MultilayerPerceptron(8), NumberOfEpochs = 3, BatchSize = 4000, InputNoise = 0.1, RestartProbability = 0.5 };
        Standardization standardization = Standardization.Fit(rows.Features, 3);
        CheckpointFile State() => new(Path.Combine(_folder.Path, "member1.checkpoint"), Fingerprint.Of(options, rows, heldOut, 1, CPU), TimeSpan.Zero);
        float[] Train(IProgress<TrainingProgress>? progress, CheckpointFile? checkpoint, CancellationToken cancellation)
        {
            using TrainedNetwork trained = TrainingLoop.Run(rows, heldOut, standardization, options, 1, CPU, null, progress, cancellation, checkpoint);
            return trained.Logits(heldOut.Features, CancellationToken.None);
        }

        float[] whole = Train(null, null, TestContext.Current.CancellationToken);
        using var source = new CancellationTokenSource();
        Assert.Throws<OperationCanceledException>(() => Train(new Inline(_ => source.Cancel()), State(), source.Token));
        Assert.Equal(whole, Train(null, State(), TestContext.Current.CancellationToken));
    }

    [Fact]
    public void A_member_that_is_finished_is_not_trained_again()
    {
        JemTrainingOptions options = WithCheckpoint(Small());
        (options.NumberOfMembers, options.NumberOfThreads) = (2, 1);
        Assert.Null(InterruptedTraining.BreakOff(options, Rows, reports: options.NumberOfEpochs!.Value + 3));

        var reports = new List<TrainingProgress>();
        InterruptedTraining.Finish(options, Rows, progress: new Inline(reports.Add));
        Assert.Equal([1, .. Enumerable.Repeat(2, 10)], reports.Select(state => state.Member));
        Assert.Equal([12, .. Enumerable.Range(15, 10)], reports.Select(state => state.Epoch));
        Assert.Equal(24, reports[^1].Epochs);
    }

    [Fact]
    public void The_history_of_a_resumed_training_is_whole()
    {
        JemTrainingOptions options = WithCheckpoint(Small());
        options.NumberOfMembers = 1;
        Assert.Null(InterruptedTraining.BreakOff(options, Rows, reports: 4));
        IReadOnlyList<TrainingProgress> history = new ModelFitting(options, 1, CPU)
            .Fit(Rows, null, [.. Enumerable.Range(0, Rows.ClassCount).Select(k => $"{k}")], []).History;
        Assert.Equal(Enumerable.Range(1, options.NumberOfEpochs!.Value), history.Select(state => state.Epoch));
        Assert.All(history.Zip(history.Skip(1)), pair => Assert.True(pair.First.Elapsed <= pair.Second.Elapsed));
    }

    [Fact]
    public void The_directory_goes_with_the_finished_model_unless_it_holds_something_else()
    {
        JemTrainingOptions options = WithCheckpoint(Small());
        options.NumberOfEpochs = 2;
        InterruptedTraining.Finish(options, Rows);
        Assert.False(Directory.Exists(_folder.Checkpoint));

        Directory.CreateDirectory(_folder.Checkpoint);
        string note = Path.Combine(_folder.Checkpoint, "note.txt");
        File.WriteAllText(note, "mine");
        InterruptedTraining.Finish(options, Rows);
        Assert.Equal([note], _folder.Files);
    }

    [Fact]
    public void Going_on_from_a_checkpoint_is_told()
    {
        JemTrainingOptions options = WithCheckpoint(Small());
        options.NumberOfMembers = 1;
        InterruptedTraining.BreakOff(options, Rows, reports: 2);
        var lines = new List<string>();
        new ModelFitting(options, 1, CPU) { Log = lines.Add }.Fit(Rows, null, [.. Enumerable.Range(0, Rows.ClassCount).Select(k => $"{k}")], []);
        Assert.StartsWith($"Training goes on from the checkpoint '{_folder.Checkpoint}', which holds the state of 1 network.", lines[0]);
    }

    [Fact]
    public void Two_trainings_cannot_share_a_directory()
    {
        JemTrainingOptions options = WithCheckpoint(Small());
        using Checkpoint? first = Checkpoint.Open(options, Rows, null, 1, CPU);
        var error = Assert.Throws<IOException>(() => Checkpoint.Open(options, Rows, null, 1, CPU));
        Assert.Contains($"CheckpointPath '{_folder.Checkpoint}' cannot be used", error.Message);
        Assert.Contains("no other training uses", error.Message);
    }

    [Fact]
    public void A_path_that_can_be_no_directory_is_refused_before_training()
    {
        string file = Path.Combine(_folder.Path, "file");
        File.WriteAllText(file, "mine");
        JemTrainingOptions options = Small();
        options.CheckpointPath = file;
        var error = Assert.Throws<IOException>(() => InterruptedTraining.Finish(options, Rows, progress: new Inline(_ => Assert.Fail("It trains."))));
        Assert.Contains($"CheckpointPath '{file}' cannot be used", error.Message);
        Assert.Equal("mine", File.ReadAllText(file));
    }

    [Fact]
    public void A_set_up_that_fails_leaks_nothing()
    {
        long before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        var wrongWidth = new Standardization(new float[3], [1, 1, 1], 3);
        Assert.ThrowsAny<ArgumentException>(() => TrainingLoop.Run(Rows, Rows, wrongWidth, Small(), 1, CPU, null, null, TestContext.Current.CancellationToken));
        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    private static JemTrainingOptions Small() => new()
    {
        Network = new MultilayerPerceptron(24, 16),
        NumberOfEpochs = 12,
        BufferSize = 200,
        WarmUp = 5,
        NumberOfMembers = 3,
        NumberOfThreads = 2,
    };

    private JemTrainingOptions WithCheckpoint(JemTrainingOptions options) =>
        options.With(o => (o.CheckpointPath, o.CheckpointInterval) = (_folder.Checkpoint, TimeSpan.Zero));

    /// <summary>Reports at once, on the thread that trains.</summary>
    private sealed class Inline(Action<TrainingProgress> then) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => then(value);
    }
}
