using Microsoft.ML.Jem.Training;

namespace Microsoft.ML.Jem.Tests.Training;

public sealed class TrainingScheduleTests
{
    private static readonly JemTrainingOptions Options = new() { LearningRate = 2 };

    [Fact]
    public void A_planned_rate_rises_and_then_falls_to_nothing()
    {
        TrainingSchedule schedule = TrainingSchedule.For(Options, new TrainingPlan(64, Epochs: 11, WarmUp: 10, 0), updatesPerEpoch: 10);
        Assert.Equal(0.2, schedule.LearningRate(0), 1e-12);
        Assert.Equal(2, schedule.LearningRate(9), 1e-12);
        Assert.Equal(2, schedule.LearningRate(10), 1e-12);
        Assert.Equal(1.01, schedule.LearningRate(60), 1e-12);
        Assert.InRange(schedule.LearningRate(109), 0.02, 0.021);
    }

    [Fact]
    public void A_planned_rate_stays_where_no_decay_is_asked_for()
    {
        JemTrainingOptions constant = Options.With(o => o.Decay = LearningRateDecay.None);
        TrainingSchedule schedule = TrainingSchedule.For(constant, new TrainingPlan(64, Epochs: 11, WarmUp: 0, 0), updatesPerEpoch: 10);
        Assert.Equal(2, schedule.LearningRate(0));
        Assert.Equal(2, schedule.LearningRate(109));
    }

    [Fact]
    public void A_planned_training_ends_after_its_epochs_or_without_improvement()
    {
        TrainingSchedule schedule = TrainingSchedule.For(Options, new TrainingPlan(64, Epochs: 60, WarmUp: 0, 0), updatesPerEpoch: 10);
        Assert.Equal(20, RoundsUntilDone(schedule, 10, improves: _ => false));
        schedule = TrainingSchedule.For(Options, new TrainingPlan(64, Epochs: 60, WarmUp: 0, 0), updatesPerEpoch: 10);
        Assert.Equal(60, RoundsUntilDone(schedule, 10, improves: _ => true));
    }

    [Fact]
    public void An_open_training_goes_on_while_the_loss_falls_and_ends_soon_after()
    {
        int few = RoundsUntilDone(Open(), 100, improves: round => round <= 5), many = RoundsUntilDone(Open(), 100, improves: round => round <= 100);
        Assert.InRange(few, 8, 20);
        Assert.InRange(many, 110, 180);
    }

    [Fact]
    public void An_open_training_goes_on_without_noise_from_the_best_state_when_nothing_improves()
    {
        TrainingSchedule schedule = Open();
        var back = new List<int>();
        for (int round = 1; !schedule.IsDone; round++)
        {
            Assert.Equal(2, schedule.LearningRate(500 + (round * 100)));
            double noise = schedule.NoiseShare;
            if (schedule.Assess(round, round * 100, hasImproved: round <= 3, elapsedShare: 0))
                back.Add(round);
            Assert.Equal(back.Contains(round), schedule.NoiseShare < noise);
        }

        Assert.Single(back);
        Assert.Equal(0, schedule.NoiseShare);
    }

    [Fact]
    public void An_open_rate_rises_at_first()
    {
        TrainingSchedule schedule = Open();
        Assert.InRange(schedule.LearningRate(0), 0.001, 0.2);
        Assert.Equal(2, schedule.LearningRate(TrainingPlan.OpenWarmUp));
    }

    [Fact]
    public void A_time_limit_ends_an_open_training()
    {
        TrainingSchedule schedule = Open();
        schedule.Assess(1, 100, true, elapsedShare: 0.9);
        Assert.False(schedule.IsDone);
        schedule.Assess(2, 200, true, elapsedShare: 1);
        Assert.True(schedule.IsDone);
    }

    [Fact]
    public void Few_rows_are_passed_over_several_times_a_round()
    {
        Assert.Equal(1, TrainingSchedule.For(Options, new TrainingPlan(64, null, null, 0), updatesPerEpoch: 100).EpochsPerRound);
        Assert.True(TrainingSchedule.For(Options, new TrainingPlan(64, null, null, 0), updatesPerEpoch: 2).EpochsPerRound > 5);
    }

    [Theory]
    [InlineData(null)]
    [InlineData(9)]
    public void The_state_is_restored_whole_even_where_training_is_over(int? epochs)
    {
        var plan = new TrainingPlan(64, epochs, null, 0);
        TrainingSchedule schedule = TrainingSchedule.For(Options, plan, updatesPerEpoch: 100);
        for (int round = 1; !schedule.IsDone; round++)
        {
            schedule.Assess(round, round * 100, hasImproved: round <= 3, elapsedShare: 0.1 * round);
            TrainingSchedule restored = Restored(schedule, plan);
            Assert.Equal(schedule.IsDone, restored.IsDone);
            Assert.Equal(schedule.ExpectedEpochs, restored.ExpectedEpochs);
            Assert.Equal(schedule.NoiseShare, restored.NoiseShare);
            Assert.Equal(schedule.LearningRate(round * 100), restored.LearningRate(round * 100));
        }

        // The time allowed is over.
        schedule = TrainingSchedule.For(Options, plan, updatesPerEpoch: 100);
        schedule.Assess(1, 100, hasImproved: true, elapsedShare: 1);
        Assert.True(schedule.IsDone);
        Assert.True(Restored(schedule, plan).IsDone);
        Assert.Equal(1, schedule.ExpectedEpochs);
    }

    private static TrainingSchedule Open() => TrainingSchedule.For(Options, new TrainingPlan(64, null, null, 0), updatesPerEpoch: 100);

    private static TrainingSchedule Restored(TrainingSchedule schedule, TrainingPlan plan)
    {
        using var memory = new MemoryStream();
        schedule.Checkpoint(new StateStream(memory, isReading: false));
        memory.Position = 0;
        TrainingSchedule restored = TrainingSchedule.For(Options, plan, updatesPerEpoch: 100);
        restored.Checkpoint(new StateStream(memory, isReading: true));
        return restored;
    }

    private static int RoundsUntilDone(TrainingSchedule schedule, int updates, Func<int, bool> improves)
    {
        int round = 0;
        while (!schedule.IsDone)
        {
            round++;
            schedule.Assess(round, (long)round * updates, improves(round), elapsedShare: 0);
            Assert.InRange(round, 0, 1000);
        }

        return round;
    }
}
