using Microsoft.ML.Jem.Features;
using Microsoft.ML.Jem.Native;
using Microsoft.ML.Jem.Networks;
using Microsoft.ML.Jem.Tests.Data;
using Microsoft.ML.Jem.Training;
using static TorchSharp.torch;

namespace Microsoft.ML.Jem.Tests.Training;

/// <summary>Runs while no other test does: what is looked at is one number for the whole process.</summary>
[CollectionDefinition(nameof(ThreadLimitTests), DisableParallelization = true)]
[Collection(nameof(ThreadLimitTests))]
public sealed class ThreadLimitTests
{
    private static readonly TrainingRows Rows = Digits.Train.Slice(0, 400);
    private static readonly Standardization Scale = Standardization.Fit(Rows.Features, 3);

    public ThreadLimitTests() => TorchLibrary.EnsureLoaded();

    [Fact]
    public void The_number_of_threads_is_set_and_restored()
    {
        int before = get_num_threads();
        int during = 0;
        foreach (TrainedNetwork member in Train(before + 1, 1, new Watch(() => during = get_num_threads())))
            member.Dispose();
        Assert.Equal(before + 1, during);
        Assert.Equal(before, get_num_threads());
    }

    [Fact]
    public void Work_that_cannot_wait_makes_do_with_the_number_in_force()
    {
        int before = get_num_threads();
        ThreadLimit first = ThreadLimit.Require(before + 1, cancellation: TestContext.Current.CancellationToken);
        ThreadLimit second = ThreadLimit.Prefer(before + 2);
        Assert.Equal(before + 1, get_num_threads());
        first.Dispose();
        first.Dispose();
        Assert.Equal(before + 1, get_num_threads());
        second.Dispose();
        Assert.Equal(before, get_num_threads());
    }

    [Fact]
    public void A_training_with_another_number_begins_when_the_first_has_ended()
    {
        int before = get_num_threads();
        ThreadLimit first = ThreadLimit.Require(before + 1, cancellation: TestContext.Current.CancellationToken);
        using ThreadLimit same = ThreadLimit.Require(before + 1, cancellation: TestContext.Current.CancellationToken);
        using var isWaiting = new ManualResetEventSlim();
        int inForce = 0, during = 0;
        var other = new Thread(() =>
        {
            using ThreadLimit second = ThreadLimit.Require(before + 2, number => { inForce = number; isWaiting.Set(); }, TestContext.Current.CancellationToken);
            during = get_num_threads();
        });
        other.Start();
        isWaiting.Wait(TestContext.Current.CancellationToken);
        Assert.Equal(before + 1, inForce);
        first.Dispose();
        Assert.True(other.IsAlive);
        same.Dispose();
        other.Join();
        Assert.Equal(before + 2, during);
        Assert.Equal(before, get_num_threads());
    }

    [Fact]
    public void Waiting_for_another_number_can_be_cancelled()
    {
        using ThreadLimit first = ThreadLimit.Require(get_num_threads() + 1, cancellation: TestContext.Current.CancellationToken);
        using var source = new CancellationTokenSource();
        Assert.ThrowsAny<OperationCanceledException>(() => ThreadLimit.Require(get_num_threads() + 1, _ => source.Cancel(), source.Token));
    }

    [Fact]
    public async Task Trainings_with_different_numbers_at_the_same_time_do_not_disturb_each_other()
    {
        byte[][] one = Bytes(Train(1, 1)), two = Bytes(Train(2, 1));
        byte[][][] together = await Task.WhenAll(new[] { 1, 2, 1, 2 }.Select(threads => Task.Run(() => Bytes(Train(threads, 1)))));
        Assert.Equal([one[0], two[0], one[0], two[0]], together.Select(members => members[0]));
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(1, 3)]
    [InlineData(2, 3)]
    [InlineData(4, 3)]
    [InlineData(4, 1)]
    public void NumberOfThreads_is_what_a_training_takes_in_all(int threads, int members)
    {
        // One thread per member at a time (those beyond wait for their turn), or all of them in each operation of a single member.
        var plan = ThreadPlan.For(new JemTrainingOptions { NumberOfThreads = threads }, Rows, members, CPU);
        Assert.InRange(plan.Members * plan.PerOperation!.Value, 1, threads);
        Assert.Equal(members == 1 ? threads : Math.Min(threads, members), plan.Members * plan.PerOperation!.Value);

        var reports = new System.Collections.Concurrent.ConcurrentBag<(int Thread, int PerOperation)>();
        Bytes(Train(threads, members, new Watch(() => reports.Add((Environment.CurrentManagedThreadId, get_num_threads())))));
        Assert.InRange(reports.Select(report => report.Thread).Distinct().Count(), 1, plan.Alive);
        Assert.All(reports, report => Assert.Equal(plan.PerOperation, report.PerOperation));
    }

    [Fact]
    public void What_a_waiting_training_says_of_the_other_is_true()
    {
        // The other one may well have NumberOfThreads = 3: three members at a time, and one thread per operation.
        string? said = null;
        using (ThreadLimit.Require(ThreadPlan.For(new JemTrainingOptions { NumberOfThreads = 3 }, Rows, 3, CPU).PerOperation, cancellation: TestContext.Current.CancellationToken))
        {
            using var stop = new CancellationTokenSource();
            var options = new JemTrainingOptions { Network = new MultilayerPerceptron(8), NumberOfThreads = 2 };
            Assert.ThrowsAny<OperationCanceledException>(() => EnsembleTraining.Run(
                CrossFitting.Split(Rows, 1, 0.2, new Random(1)), Scale, options, 1, CPU,
                message =>
                {
                    said = message;
                    stop.Cancel();
                },
                null, stop.Token));
        }

        Assert.Contains("1 thread(s) per tensor operation", said);
        Assert.DoesNotContain("NumberOfThreads = 1", said);
    }

    [Fact]
    public void Members_come_out_the_same_however_many_are_trained_at_a_time()
    {
        byte[][] one = Bytes(Train(1, 3)), three = Bytes(Train(3, 3));
        Assert.Equal(one, three);
        Assert.NotEqual(one[0], one[1]);
    }

    [Fact]
    public async Task Trainings_at_the_same_time_do_not_disturb_each_other()
    {
        byte[][] alone = Bytes(Train(null, 3));
        byte[][][] together = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => Task.Run(() => Bytes(Train(null, 3)))));
        Assert.All(together, members => Assert.Equal(alone, members));
    }

    private static TrainedNetwork[] Train(int? threads, int members, IProgress<TrainingProgress>? progress = null)
    {
        var options = new JemTrainingOptions { Network = new MultilayerPerceptron(48, 32), NumberOfEpochs = 3, BufferSize = 500, NumberOfThreads = threads };
        return EnsembleTraining.Run(
            CrossFitting.Split(Rows, members, 0.2, new Random(1)), Scale, options, 1, CPU, _ => { }, progress, TestContext.Current.CancellationToken);
    }

    private static byte[][] Bytes(TrainedNetwork[] members) => Array.ConvertAll(members, member =>
    {
        using (member)
            return member.Module.parameters().SelectMany(parameter => parameter.bytes.ToArray()).ToArray();
    });

    private sealed class Watch(Action look) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => look();
    }
}
