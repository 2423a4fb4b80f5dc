using System.Runtime.CompilerServices;

namespace Microsoft.ML.Jem.Networks.Kernels;

/// <summary>What happens between the products of a network, to matrices whose columns are rows of data.</summary>
/// <remarks>Compiled once, at the highest level: code of other levels may round otherwise, and a seed must give the same bits.</remarks>
internal static class ColumnKernels
{
    /// <summary>Replaces z by its activation.</summary>
    /// <param name="activation">Which one.</param>
    /// <param name="values">z; whole vectors.</param>
    /// <param name="slopes">Receives the derivative at each z.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Activate<TVector>(Activation activation, Span<float> values, Span<float> slopes)
        where TVector : struct, IVector<TVector>
    {
        slopes = slopes[..values.Length];
        var one = TVector.Create(1);
        switch (activation)
        {
            case Activation.LeakyReLU:
                TVector slopeBelow = TVector.Create((float)PerceptronModule.NegativeSlope), zero = TVector.Create(0);
                for (int i = 0; i < values.Length; i += TVector.Count)
                {
                    var z = TVector.Load(in values[i]);
                    TVector slope = TVector.WhereGreater(z, zero, one, slopeBelow);
                    TVector.Store(slope, ref slopes[i]);
                    TVector.Store(z * slope, ref values[i]);
                }

                break;
            case Activation.SiLU:
                // a = z·σ(z), so a' = σ + z·σ·(1 − σ) = σ + a·(1 − σ). e^−z stays finite.
                TVector largest = TVector.Create(80), negative = TVector.Create(-1);
                for (int i = 0; i < values.Length; i += TVector.Count)
                {
                    var z = TVector.Load(in values[i]);
                    TVector sigmoid = one / (one + TVector.Exp(TVector.Min(z * negative, largest)));
                    TVector a = z * sigmoid;
                    TVector.Store(TVector.MultiplyAdd(a, one - sigmoid, sigmoid), ref slopes[i]);
                    TVector.Store(a, ref values[i]);
                }

                break;
            default:
                throw Activations.Unknown(activation);
        }
    }

    /// <summary>values ← values · factors.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Multiply<TVector>(Span<float> values, ReadOnlySpan<float> factors)
        where TVector : struct, IVector<TVector>
    {
        factors = factors[..values.Length];
        for (int i = 0; i < values.Length; i += TVector.Count)
            TVector.Store(TVector.Load(in values[i]) * TVector.Load(in factors[i]), ref values[i]);
    }

    /// <summary>Replaces the logits by their softmax over classes, and gives logsumexp.</summary>
    /// <param name="logits">A row of <paramref name="row"/> values per class.</param>
    /// <param name="row">Values from one class to the next.</param>
    /// <param name="classes">Number of classes K.</param>
    /// <param name="logSumExp">Receives logsumexp f(x) per column; its length, whole vectors, is the number of columns.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Softmax<TVector>(Span<float> logits, int row, int classes, Span<float> logSumExp)
        where TVector : struct, IVector<TVector>
    {
        for (int column = 0; column < logSumExp.Length; column += TVector.Count)
        {
            var highest = TVector.Load(in logits[column]);
            for (int k = 1; k < classes; k++)
                highest = TVector.Max(highest, TVector.Load(in logits[(k * row) + column]));
            TVector total = TVector.Create(0);
            for (int k = 0; k < classes; k++)
            {
                TVector share = TVector.Exp(TVector.Load(in logits[(k * row) + column]) - highest);
                total += share;
                TVector.Store(share, ref logits[(k * row) + column]);
            }

            TVector.Store(highest + TVector.Log(total), ref logSumExp[column]);
            TVector scale = TVector.Create(1) / total;
            for (int k = 0; k < classes; k++)
                TVector.Store(TVector.Load(in logits[(k * row) + column]) * scale, ref logits[(k * row) + column]);
        }
    }

    /// <summary>Adds up each row.</summary>
    /// <param name="values">Rows of <paramref name="row"/> values, of which the first <paramref name="columns"/> count.</param>
    /// <param name="row">Values from one row to the next.</param>
    /// <param name="columns">Whole vectors.</param>
    /// <param name="sums">Each row's sum is added to what stands here.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void AddRowSums<TVector>(ReadOnlySpan<float> values, int row, int columns, Span<float> sums)
        where TVector : struct, IVector<TVector>
    {
        Span<float> lanes = stackalloc float[TVector.Count];
        for (int i = 0; i < sums.Length; i++)
        {
            TVector total = TVector.Create(0);
            for (int column = 0; column < columns; column += TVector.Count)
                total += TVector.Load(in values[(i * row) + column]);
            TVector.Store(total, ref lanes[0]);
            foreach (float lane in lanes)
                sums[i] += lane;
        }
    }
}
