using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace Microsoft.ML.Jem.Training;

/// <summary>An endless random order of rows: every row once, in a new order each time around.</summary>
/// <param name="rows">The rows to go through; at least one.</param>
/// <param name="generator">The source of randomness.</param>
internal sealed class RowShuffle(int[] rows, Generator generator)
{
    private readonly int[] _order = new int[rows.Length];
    private int _next = rows.Length;

    /// <summary>Fills <paramref name="batch"/> with the next rows; a batch may reach into the next time around.</summary>
    public void Next(Span<int> batch)
    {
        while (batch.Length > 0)
        {
            if (_next == _order.Length)
                Shuffle();
            int count = Math.Min(batch.Length, _order.Length - _next);
            _order.AsSpan(_next, count).CopyTo(batch);
            _next += count;
            batch = batch[count..];
        }
    }

    /// <summary>The order, and how far through it we are.</summary>
    public void Checkpoint(StateStream state)
    {
        state.Values(_order.AsSpan());
        state.Value(ref _next);
    }

    private void Shuffle()
    {
        using Tensor random = randperm(rows.Length, ScalarType.Int64, generator.device, generator: generator);
        using Tensor permutation = random.cpu();
        ReadOnlySpan<long> order = MemoryMarshal.Cast<byte, long>(permutation.bytes);
        for (int i = 0; i < order.Length; i++)
            _order[i] = rows[(int)order[i]];
        _next = 0;
    }
}
