using Microsoft.ML.Jem.Features;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Jem.Training;

/// <summary>What the threads of a training do: several members at a time with one thread each, or one member with all of them.</summary>
/// <param name="Members">Members trained at a time.</param>
/// <param name="PerOperation">CPU threads of one tensor operation; null for libtorch's own choice.</param>
/// <param name="Alive">Members that hold their weights at a time and take turns.</param>
internal readonly record struct ThreadPlan(int Members, int? PerOperation, int Alive)
{
    /// <summary>Plans a training; never more than <see cref="JemTrainingOptions.NumberOfThreads"/> in all.</summary>
    /// <param name="options">The settings.</param>
    /// <param name="train">The rows of one member.</param>
    /// <param name="members">Number of members.</param>
    /// <param name="device">Where to train; members take turns on a GPU.</param>
    public static ThreadPlan For(JemTrainingOptions options, TrainingRows train, int members, Device device)
    {
        int threads = options.NumberOfThreads ?? Environment.ProcessorCount;
        int atOnce = device.type == DeviceType.CPU ? Math.Clamp(Math.Min(threads, MostAtOnce(train, options)), 1, members) : 1;
        return atOnce > 1
            ? new ThreadPlan(atOnce, 1, Math.Min(members, MostAtOnce(train, options)))
            : new ThreadPlan(1, options.NumberOfThreads ?? options.Network.PreferredThreads(train.Features.Width, train.ClassCount, options.BatchSize ?? 128), 1);
    }

    /// <summary>As many members as may train at a time without holding more than a gigabyte of weights, gradients, moments and snapshots.</summary>
    private static int MostAtOnce(TrainingRows train, JemTrainingOptions options)
    {
        const long MostBytes = 1L << 30, CopiesOfWeights = 8;
        long weights = Math.Max(1, options.Network.WeightCount(train.Features.Width, train.ClassCount));
        return (int)Math.Min(int.MaxValue, MostBytes / (weights * CopiesOfWeights * sizeof(float)));
    }
}
