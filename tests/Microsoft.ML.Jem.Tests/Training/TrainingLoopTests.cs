using Microsoft.ML.Jem.Features;
using Microsoft.ML.Jem.Networks;
using Microsoft.ML.Jem.Tests.Data;
using Microsoft.ML.Jem.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Jem.Tests.Training;

public sealed class TrainingLoopTests : TorchTest
{
    private static readonly TrainingRows All = Digits.Train;
    private static readonly TrainingRows Train = All.Slice(0, 400);
    private static readonly TrainingRows HeldOut = All.Slice(400, 500);

    [Fact]
    public void The_same_seed_gives_the_same_bytes_and_another_seed_other_ones()
    {
        using TrainedNetwork first = Run(Small(), seed: 1);
        using TrainedNetwork second = Run(Small(), seed: 1);
        using TrainedNetwork other = Run(Small(), seed: 2);
        Assert.Equal(Bytes(first), Bytes(second));
        Assert.NotEqual(Bytes(first), Bytes(other));
    }

    [Fact]
    public void The_global_random_state_neither_matters_nor_moves()
    {
        using Generator one = torch.random.manual_seed(1);
        using TrainedNetwork first = Run(Small());
        using Tensor afterTraining = rand(4);
        using Generator again = torch.random.manual_seed(1);
        using Tensor untouched = rand(4);
        using Generator two = torch.random.manual_seed(2);
        using TrainedNetwork second = Run(Small());
        Assert.Equal(Near.Floats(untouched), Near.Floats(afterTraining));
        Assert.Equal(Bytes(first), Bytes(second));
    }

    [Theory]
    [InlineData(0.3, 0, false)]
    [InlineData(0.3, 0, true)]
    [InlineData(0, 0.2, false)]
    [InlineData(0.2, 0.2, true)]
    [InlineData(0, 0, false)]
    public void Every_mixture_of_losses_learns(double marginal, double joint, bool conditional)
    {
        JemTrainingOptions options = Small();
        (options.MarginalWeight, options.JointWeight, options.ConditionalSamples, options.NumberOfEpochs) = (marginal, joint, conditional, 40);
        using TrainedNetwork trained = Run(options);
        Assert.InRange(trained.History[^1].ValidationAccuracy, 0.9, 1);
        Assert.Equal(marginal > 0 || joint > 0, !double.IsNaN(trained.History[^1].SampleEnergy));
    }

    [Fact]
    public void The_epoch_with_the_lowest_held_out_log_loss_is_kept()
    {
        JemTrainingOptions options = Small();
        (options.NumberOfEpochs, options.LearningRate, options.Decay, options.InputNoise) = (25, 0.02, LearningRateDecay.None, 0);
        options.MarginalWeight = 0;
        using TrainedNetwork trained = Run(options);
        double[] losses = [.. trained.History.Select(state => state.ValidationLogLoss)];
        Assert.True(Array.IndexOf(losses, losses.Min()) < losses.Length - 1, "The last epoch is the best: this test cannot tell.");
        Assert.Equal(losses.Min(), HeldOutMetrics.Of(trained.Logits(HeldOut.Features, TestContext.Current.CancellationToken), HeldOut).LogLoss, 1e-6);
    }

    [Fact]
    public void Unlabelled_rows_train_the_density_and_lift_the_accuracy_of_few_labels()
    {
        int[] labels = [.. Train.Labels];
        for (int i = 40; i < labels.Length; i++)
            labels[i] = TrainingRows.Unlabelled;
        JemTrainingOptions options = Small();
        options.NumberOfEpochs = 40;
        using TrainedNetwork trained = Run(options, Train with { Labels = labels });
        Assert.InRange(trained.History[^1].ValidationAccuracy, 0.6, 1);
        Assert.False(double.IsNaN(trained.History[^1].SampleEnergy));
    }

    [Fact]
    public void Rows_without_any_label_train_the_density_alone()
    {
        int[] none = [.. Train.Labels.Select(_ => TrainingRows.Unlabelled)];
        using TrainedNetwork trained = Run(Small(), Train with { Labels = none });
        Assert.All(trained.History, state => Assert.True(double.IsNaN(state.ClassificationLoss) && double.IsFinite(state.DataEnergy)));
    }

    [Fact]
    public void Rows_of_weight_zero_teach_nothing()
    {
        // Every label of class 0 and 1 is swapped in the second half, which weighs nothing.
        int[] labels = [.. Train.Labels];
        float[] weights = [.. labels.Select((_, i) => i < 200 ? 1f : 0f)];
        for (int i = 200; i < labels.Length; i++)
            labels[i] = (labels[i] + 1) % Digits.ClassCount;
        JemTrainingOptions options = Small();
        options.NumberOfEpochs = 40;
        using TrainedNetwork trained = Run(options, Train with { Labels = labels, Weights = weights });
        Assert.InRange(trained.History[^1].ValidationAccuracy, 0.85, 1);
    }

    [Fact]
    public void Progress_comes_after_each_epoch_and_counts()
    {
        var reports = new Reports();
        var lines = new List<string>();
        using TrainedNetwork trained = TrainingLoop.Run(Train, HeldOut, Standardization.Fit(Train.Features, 10), Small(), 1, CPU, lines.Add, reports, TestContext.Current.CancellationToken);
        Assert.Equal([1, 2, 3], reports.States.Select(state => state.Epoch));
        Assert.All(reports.States, state => Assert.Equal(3, state.Epochs));
        Assert.Equal(TimeSpan.Zero, reports.States[^1].Remaining);
        Assert.Equal(reports.States, trained.History);
        Assert.Empty(lines);
    }

    [Fact]
    public void Cancelling_ends_training_and_frees_its_tensors()
    {
        using var source = new CancellationTokenSource();
        var reports = new Reports(_ => source.Cancel());
        JemTrainingOptions options = Small();
        options.NumberOfEpochs = 100_000;
        long before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        Assert.Throws<OperationCanceledException>(() =>
            TrainingLoop.Run(Train, HeldOut, Standardization.Fit(Train.Features, 10), options, 1, CPU, null, reports, source.Token));
        Assert.Single(reports.States);
        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    [Fact]
    public void The_number_of_live_tensors_stays_the_same_over_epochs()
    {
        var counts = new List<long>();
        var reports = new Reports(_ => counts.Add(DisposeScopeManager.Statistics.ThreadTotalLiveCount));
        JemTrainingOptions options = Small();
        (options.NumberOfEpochs, options.JointWeight, options.LearningRate) = (6, 0.1, 1e-4);
        long before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        using (TrainingLoop.Run(Train, HeldOut, Standardization.Fit(Train.Features, 10), options, 1, CPU, null, reports, TestContext.Current.CancellationToken))
        {
        }

        Assert.Equal(6, counts.Count);
        Assert.All(counts, count => Assert.Equal(counts[0], count));
        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    [Fact]
    public void Divergence_is_rolled_back_and_training_goes_on_more_gently()
    {
        JemTrainingOptions options = Small();
        (options.NumberOfEpochs, options.LearningRate, options.StepSize, options.GradientClip, options.EnergyPenalty) = (40, 3, 30, null, 0);
        var lines = new List<string>();
        using TrainedNetwork trained = TrainingLoop.Run(Train, HeldOut, Standardization.Fit(Train.Features, 10), options, 1, CPU, lines.Add, null, TestContext.Current.CancellationToken);
        Assert.NotEmpty(lines);
        Assert.Contains("Went back to the last good state", lines[0]);
        Assert.True(trained.History[^1].Recoveries > 0);
        Assert.All(trained.Logits(HeldOut.Features, TestContext.Current.CancellationToken), logit => Assert.True(float.IsFinite(logit)));
    }

    [Fact]
    public void A_density_that_drowns_the_classifier_is_left_out()
    {
        JemTrainingOptions options = Small();
        (options.NumberOfEpochs, options.MarginalWeight, options.EnergyPenalty) = (40, 1e6, 1e5);
        var lines = new List<string>();
        using TrainedNetwork trained = MemberTraining.Run(Train, HeldOut, Standardization.Fit(Train.Features, 3), options, 1, CPU, lines.Add, null, TestContext.Current.CancellationToken);
        Assert.InRange(HeldOutMetrics.Of(trained.Logits(HeldOut.Features, TestContext.Current.CancellationToken), HeldOut).Accuracy, 0.9, 1);
        Assert.Contains(lines, line => line.Contains("The plain classifier is kept"));
    }

    [Fact]
    public void A_learning_rate_that_settles_on_a_worse_classifier_without_a_sign_of_trouble_is_found_out()
    {
        JemTrainingOptions options = Small();
        (options.NumberOfEpochs, options.LearningRate, options.SamplerSteps) = (40, 0.15, 5);
        var lines = new List<string>();
        using TrainedNetwork trained = MemberTraining.Run(Train, HeldOut, Standardization.Fit(Train.Features, 3), options, 1, CPU, lines.Add, null, TestContext.Current.CancellationToken);
        Assert.DoesNotContain(lines, line => line.Contains("Went back"));
        Assert.Contains(lines, line => line.Contains("The plain classifier is kept"));
    }

    [Fact]
    public void Digits_are_learnt_and_unseen_digits_have_higher_energies()
    {
        var options = new JemTrainingOptions { NumberOfEpochs = 40 };
        TrainingRows train = All.Slice(0, 860), heldOut = All.Slice(860, All.Count), test = Digits.Test;
        using TrainedNetwork trained = TrainingLoop.Run(train, heldOut, Standardization.Fit(train.Features, options.FeatureLimit), options, 1, CPU, null, null, TestContext.Current.CancellationToken);

        HeldOutMetrics metrics = HeldOutMetrics.Of(trained.Logits(test.Features, TestContext.Current.CancellationToken), test);
        Assert.InRange(metrics.Accuracy, 0.97, 1);
        Assert.InRange(metrics.LogLoss, 0, 0.12);
        Assert.InRange(ShareOfNovelAboveSeen(Energies(trained, test), Energies(trained, Digits.Novel)), 0.9, 1);
    }

    private static JemTrainingOptions Small() => new() { Network = new MultilayerPerceptron(48, 32), NumberOfEpochs = 3, BufferSize = 500, WarmUp = 5 };

    private static TrainedNetwork Run(JemTrainingOptions options, TrainingRows? train = null, int seed = 1) =>
        TrainingLoop.Run(train ?? Train, HeldOut, Standardization.Fit(Train.Features, 10), options, seed, CPU, null, null, TestContext.Current.CancellationToken);

    private static byte[] Bytes(TrainedNetwork trained) =>
        [.. trained.Module.parameters().SelectMany(parameter => parameter.bytes.ToArray())];

    private static double[] Energies(TrainedNetwork trained, TrainingRows rows)
    {
        float[] logits = trained.Logits(rows.Features);
        return [.. logits.Chunk(trained.ClassCount).Select(row => -Math.Log(row.Sum(logit => Math.Exp(logit))))];
    }

    /// <summary>The AUROC: how often an unseen row's energy is above a seen one's.</summary>
    private static double ShareOfNovelAboveSeen(double[] seen, double[] novel) =>
        novel.Average(energy => seen.Average(other => energy > other ? 1.0 : 0.0));

    private sealed class Reports(Action<TrainingProgress>? then = null) : IProgress<TrainingProgress>
    {
        public List<TrainingProgress> States { get; } = [];

        public void Report(TrainingProgress value)
        {
            States.Add(value);
            then?.Invoke(value);
        }
    }
}
