using Microsoft.ML.Jem.Training;

namespace Microsoft.ML.Jem.Tests.Training;

public sealed class TrainingScheduleTests
{
    private static readonly JemTrainingOptions Options = new() { LearningRate = 2 };

    [Fact]
    public void A_planned_rate_rises_and_then_falls_to_nothing()
    {
        TrainingSchedule schedule = TrainingSchedule.For(Options, new TrainingPlan(64, Epochs: 11, WarmUp: 10, 0, 1), updatesPerEpoch: 10);
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
        TrainingSchedule schedule = TrainingSchedule.For(constant, new TrainingPlan(64, Epochs: 11, WarmUp: 0, 0, 1), updatesPerEpoch: 10);
        Assert.Equal(2, schedule.LearningRate(0));
        Assert.Equal(2, schedule.LearningRate(109));
    }

    [Fact]
    public void A_planned_training_ends_after_its_epochs_or_without_improvement()
    {
        TrainingSchedule schedule = TrainingSchedule.For(Options, new TrainingPlan(64, Epochs: 60, WarmUp: 0, 0, 1), updatesPerEpoch: 10);
        Assert.Equal(20, RoundsUntilDone(schedule, 10, improves: _ => false));
        schedule = TrainingSchedule.For(Options, new TrainingPlan(64, Epochs: 60, WarmUp: 0, 0, 1), updatesPerEpoch: 10);
        Assert.Equal(60, RoundsUntilDone(schedule, 10, improves: _ => true));
    }

    [Fact]
    public void An_open_training_goes_on_while_the_loss_falls_and_ends_soon_after()
    {
        int few = RoundsUntilDone(Open(), 100, improves: round => round <= 5), many = RoundsUntilDone(Open(), 100, improves: round => round <= 100);
        Assert.InRange(few, 8, 20);
        Assert.InRange(many, 105, 150);
    }

    [Fact]
    public void An_open_rate_stays_after_the_warm_up()
    {
        TrainingSchedule schedule = Open();
        Assert.True(schedule.LearningRate(0) < 0.1);
        Assert.All([200, 1000, 30_000], update => Assert.Equal(2, schedule.LearningRate(update)));
    }

    [Fact]
    public void Input_noise_goes_from_the_best_state_when_the_loss_stands_still()
    {
        TrainingSchedule schedule = Open();
        int round = 0;
        bool back = false;
        while (schedule.NoiseShare == 1)
        {
            Assert.False(back);
            round++;
            back = schedule.Assess(round, round * 100, hasImproved: round <= 3, elapsedShare: 0);
        }

        Assert.True(back);
        Assert.Equal(0, schedule.NoiseShare);
        Assert.False(schedule.IsDone);
        Assert.InRange(round, 5, 12);
    }

    [Fact]
    public void A_time_limit_ends_the_training()
    {
        TrainingSchedule open = Open(), planned = TrainingSchedule.For(Options, new TrainingPlan(64, Epochs: 60, WarmUp: 0, 0, 1), updatesPerEpoch: 10);
        foreach (TrainingSchedule schedule in new[] { open, planned })
        {
            schedule.Assess(1, 100, true, elapsedShare: 0.9);
            Assert.False(schedule.IsDone);
            schedule.Assess(2, 101, true, elapsedShare: 1);
            Assert.True(schedule.IsDone);
            Assert.Equal(2, schedule.ExpectedEpochs);
        }
    }

    [Theory]
    [InlineData(null)]
    [InlineData(9)]
    public void The_state_is_restored_whole_even_where_training_is_over(int? epochs)
    {
        var plan = new TrainingPlan(64, epochs, null, 0, 1);
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

    [Fact]
    public void Few_rows_are_passed_over_several_times_a_round()
    {
        Assert.Equal(1, TrainingSchedule.For(Options, new TrainingPlan(64, null, null, 0, 1), updatesPerEpoch: 100).EpochsPerRound);
        Assert.True(TrainingSchedule.For(Options, new TrainingPlan(64, null, null, 0, 1), updatesPerEpoch: 2).EpochsPerRound > 5);
    }

    private static TrainingSchedule Open() => TrainingSchedule.For(Options, new TrainingPlan(64, null, null, 0, 1), updatesPerEpoch: 100);

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
