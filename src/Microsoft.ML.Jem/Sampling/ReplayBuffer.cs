using Microsoft.ML.Jem.Native;
using static TorchSharp.torch;

namespace Microsoft.ML.Jem.Sampling;

/// <summary>
/// Chains that live on between updates (persistent contrastive divergence; appendix A of the paper): a chain starts where
/// some chain of the buffer ended, or, with a small probability, anew at p0, and its end is written back.
/// </summary>
/// <remarks>
/// For chains of a class the buffer is cut into K equal parts, and part y holds those of class y: entry y·⌊size/K⌋ + j. When
/// two chains of one batch come from the same entry, the later write stays.
/// </remarks>
/// <param name="chains">The first chains, [size, d]; taken over.</param>
/// <param name="classCount">Number of classes, K; at most size.</param>
/// <param name="restartProbability">How often a chain starts anew, from 0 to 1.</param>
/// <param name="starts">p0.</param>
/// <param name="generator">The source of randomness, on the device of the chains.</param>
internal sealed class ReplayBuffer(Tensor chains, int classCount, double restartProbability, ChainStarts starts, Generator generator) : IDisposable
{
    /// <summary>The chains, [size, d].</summary>
    public Tensor Chains => chains;

    private long PartSize => chains.shape[0] / classCount;

    /// <summary>The class whose part each entry lies in, int64 [size]; entries left over count for the last class.</summary>
    public static Tensor ClassOfEntries(int size, int classCount, Device device)
    {
        int partSize = size / classCount;
        long[] classes = [.. Enumerable.Range(0, size).Select(entry => (long)Math.Min(entry / partSize, classCount - 1))];
        return tensor(classes, device: device);
    }

    /// <summary>Draws where chains of p(x) start, and the entries their ends belong to.</summary>
    /// <param name="freshClasses">The class at whose p0 a chain starts if it starts anew, int64 [n].</param>
    public (Tensor Start, Tensor Entries) Draw(Tensor freshClasses)
    {
        Tensor entries = randint(chains.shape[0], [freshClasses.shape[0]], int64, generator.device, generator: generator);
        return (DrawStart(entries, freshClasses), entries);
    }

    /// <summary>Draws where a chain of each class starts, and the entries their ends belong to.</summary>
    /// <param name="y">A class a chain, int64 [n].</param>
    public (Tensor Start, Tensor Entries) DrawOfClass(Tensor y)
    {
        using Tensor within = randint(PartSize, [y.shape[0]], int64, generator.device, generator: generator);
        Tensor entries = EntryOfClass(y, within);
        return (DrawStart(entries, y), entries);
    }

    /// <summary>Keeps the chains' ends, [n, d], in their entries, int64 [n].</summary>
    public void Store(Tensor entries, Tensor ends)
    {
        using IDisposable noGradients = no_grad();
        chains.index_copy_(0, entries, ends);
    }

    /// <summary>The entry that is <paramref name="within"/>-th, [n], in the part of class <paramref name="y"/>, [n].</summary>
    internal Tensor EntryOfClass(Tensor y, Tensor within)
    {
        using Tensor first = y.Times(PartSize);
        return first.Plus(within);
    }

    /// <summary>The buffer's entries, but points of p0 wherever <paramref name="u"/> is below the restart probability.</summary>
    /// <param name="entries">Which chains, int64 [n].</param>
    /// <param name="u">Uniform draws from [0, 1), [n].</param>
    /// <param name="fresh">Draws a point of p0 for each position in the batch that is given, int64 [m], to [m, d].</param>
    internal Tensor Start(Tensor entries, Tensor u, Func<Tensor, Tensor> fresh)
    {
        using Tensor restarts = u.IsBelow(restartProbability);
        using Tensor indices = restarts.nonzero();
        using Tensor positions = indices.squeeze(1);
        Tensor start = chains.index_select(0, entries);
        if (positions.shape[0] == 0)
            return start;
        using Tensor points = fresh(positions);
        return start.index_copy_(0, positions, points);
    }

    /// <inheritdoc/>
    public void Dispose() => chains.Dispose();

    private Tensor DrawStart(Tensor entries, Tensor freshClasses)
    {
        using Tensor u = rand([entries.shape[0]], float32, generator.device, generator: generator);
        return Start(entries, u, positions =>
        {
            using Tensor classes = freshClasses.index_select(0, positions);
            return starts.Draw(classes);
        });
    }
}
