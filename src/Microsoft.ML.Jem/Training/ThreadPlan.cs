using Microsoft.ML.Jem.Features;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Jem.Training;

/// <summary>What the threads of a training do: several members at a time with one thread each, or one member with all of them.</summary>
/// <param name="Members">Members trained at a time.</param>
/// <param name="PerOperation">CPU threads of one tensor operation; null for libtorch's own choice.</param>
internal readonly record struct ThreadPlan(int Members, int? PerOperation)
{
    /// <summary>Plans a training; never more than <see cref="JemTrainingOptions.NumberOfThreads"/> in all.</summary>
    /// <param name="options">The knobs.</param>
    /// <param name="train">The rows of one member.</param>
    /// <param name="members">Number of members.</param>
    /// <param name="device">Where to train; members take turns on a GPU.</param>
    public static ThreadPlan For(JemTrainingOptions options, TrainingRows train, int members, Device device)
    {
        int threads = options.NumberOfThreads ?? Environment.ProcessorCount;
        int atOnce = device.type == DeviceType.CPU ? Math.Clamp(threads, 1, members) : 1;
        return atOnce > 1
            ? new ThreadPlan(atOnce, 1)
            : new ThreadPlan(1, options.NumberOfThreads ?? options.Network.PreferredThreads(train.Features.Width, train.ClassCount, options.BatchSize ?? 128));
    }
}
