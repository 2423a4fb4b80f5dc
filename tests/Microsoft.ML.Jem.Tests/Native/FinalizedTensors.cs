using System.Runtime.CompilerServices;
using TorchSharp;

namespace Microsoft.ML.Jem.Tests.Native;

/// <summary>Counts tensors that were left to their finaliser instead of being disposed.</summary>
/// <remarks>TorchSharp counts disposals thread by thread; what the finaliser thread has disposed, nobody else has.</remarks>
internal static class FinalizedTensors
{
    /// <summary>How many there have been in this process.</summary>
    public static long Count()
    {
        Settle();
        var seen = new StrongBox<long>(-1);
        Look(seen);
        Settle();
        return seen.Value;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Look(StrongBox<long> seen) => _ = new Glance(seen);

    private static void Settle()
    {
        for (int i = 0; i < 2; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
    }

    private sealed class Glance(StrongBox<long> seen)
    {
        ~Glance()
        {
            LifetimeStatistics tensors = DisposeScopeManager.Statistics.TensorStatistics;
            seen.Value = tensors.DisposedInScopeCount + tensors.DisposedOutsideScopeCount;
        }
    }
}
