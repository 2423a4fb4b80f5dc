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
    public void The_first_training_s_number_stays_until_the_last_has_ended()
    {
        int before = get_num_threads();
        var first = new ThreadLimit(before + 1);
        var second = new ThreadLimit(before + 2);
        Assert.Equal(before + 1, get_num_threads());
        first.Dispose();
        first.Dispose();
        Assert.Equal(before + 1, get_num_threads());
        second.Dispose();
        Assert.Equal(before, get_num_threads());
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
