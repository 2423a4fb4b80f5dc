using static TorchSharp.torch;

namespace Microsoft.ML.Jem.Networks;

/// <summary>Input gradients of a network computed here rather than in libtorch: for small networks, a fraction of the time.</summary>
/// <remarks>
/// Weights are copied by <see cref="Refresh"/> and stand still until it is called again. Rows are computed a block at a time, on as
/// many threads as libtorch would use; a row's gradient depends on neither. Not safe for concurrent use.
/// </remarks>
internal abstract class VectorizedNetwork(int width, int blockRows)
{
    private readonly System.Collections.Concurrent.ConcurrentBag<Workspace> _workspaces = [];

    /// <summary>Takes over the weights as the module has them now.</summary>
    public abstract void Refresh();

    /// <summary>∂ logsumexp f(x)/∂x of rows, or ∂f(x)[y]/∂x.</summary>
    /// <param name="x">Features, row by row.</param>
    /// <param name="y">The class of each row; empty for logsumexp.</param>
    /// <param name="gradient">Receives the gradients, row by row.</param>
    public unsafe void InputGradient(ReadOnlySpan<float> x, ReadOnlySpan<long> y, Span<float> gradient)
    {
        int count = x.Length / width;
        if (y.Length > 0 && y.Length != count)
            throw new ArgumentException($"Expected a class for each of {count} rows, got {y.Length}.", nameof(y));
        _ = gradient[..x.Length];
        fixed (float* rows = x, gradients = gradient)
        fixed (long* classes = y)
        {
            (nint from, nint of, nint to, bool byClass) = ((nint)rows, (nint)classes, (nint)gradients, y.Length > 0);
            Workspace Block(int block, Workspace workspace)
            {
                int start = block * blockRows, size = Math.Min(blockRows, count - start);
                workspace.InputGradient(
                    new ReadOnlySpan<float>((float*)from + (start * width), size * width),
                    byClass ? new ReadOnlySpan<long>((long*)of + start, size) : [],
                    new Span<float>((float*)to + (start * width), size * width));
                return workspace;
            }

            int blocks = (count + blockRows - 1) / blockRows, threads = Math.Min(get_num_threads(), blocks);
            if (threads > 1)
            {
                Parallel.For(0, blocks, new ParallelOptions { MaxDegreeOfParallelism = threads }, Rent, (block, _, workspace) => Block(block, workspace), _workspaces.Add);
                return;
            }

            Workspace own = Rent();
            for (int block = 0; block < blocks; block++)
                Block(block, own);
            _workspaces.Add(own);
        }
    }

    /// <summary>Makes the memory for one thread.</summary>
    protected abstract Workspace CreateWorkspace();

    private Workspace Rent() => _workspaces.TryTake(out Workspace? workspace) ? workspace : CreateWorkspace();

    /// <summary>Computes blocks of rows, one at a time.</summary>
    protected abstract class Workspace
    {
        /// <summary>The gradients of a block; see <see cref="VectorizedNetwork.InputGradient"/>.</summary>
        public abstract void InputGradient(ReadOnlySpan<float> x, ReadOnlySpan<long> y, Span<float> gradient);
    }
}
