using System.Runtime.CompilerServices;
using Microsoft.ML.Jem.Features;

namespace Microsoft.ML.Jem.Networks.Kernels;

/// <summary>A <see cref="PiecewiseLinearEncoding"/> of matrices whose columns are rows of data.</summary>
/// <remarks>Compiled once, at the highest level: code of other levels may round otherwise, and a seed must give the same bits.</remarks>
internal static class EncodingKernels
{
    /// <summary>Fills in the entries behind the features.</summary>
    /// <param name="encoding">The encoding.</param>
    /// <param name="columns">A row of values per feature, then one per entry.</param>
    /// <param name="row">Values from one row to the next.</param>
    /// <param name="count">Values of a row that count, whole vectors.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Encode<TVector>(PiecewiseLinearEncoding encoding, Span<float> columns, int row, int count)
        where TVector : struct, IVector<TVector>
    {
        int width = (columns.Length / row) - encoding.Count;
        TVector zero = TVector.Create(0), one = TVector.Create(1);
        for (int e = 0; e < encoding.Count; e++)
        {
            ReadOnlySpan<float> x = columns.Slice(encoding.Feature[e] * row, count);
            Span<float> entry = columns.Slice((width + e) * row, count);
            TVector offset = TVector.Create(encoding.Offset[e]), scale = TVector.Create(encoding.Scale[e]);
            for (int i = 0; i < count; i += TVector.Count)
                TVector.Store(TVector.Max(zero, TVector.Min(one, (TVector.Load(in x[i]) - offset) * scale)), ref entry[i]);
        }
    }

    /// <summary>Adds to the gradient of each feature what comes through its entries.</summary>
    /// <param name="encoding">The encoding.</param>
    /// <param name="columns">What <see cref="Encode"/> has filled in.</param>
    /// <param name="gradient">The gradients of features and entries, laid out alike.</param>
    /// <param name="row">Values from one row to the next.</param>
    /// <param name="count">Values of a row that count, whole vectors.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void AddGradient<TVector>(PiecewiseLinearEncoding encoding, ReadOnlySpan<float> columns, Span<float> gradient, int row, int count)
        where TVector : struct, IVector<TVector>
    {
        int width = (columns.Length / row) - encoding.Count;
        TVector zero = TVector.Create(0), one = TVector.Create(1);
        for (int e = 0; e < encoding.Count; e++)
        {
            ReadOnlySpan<float> entry = columns.Slice((width + e) * row, count);
            ReadOnlySpan<float> from = gradient.Slice((width + e) * row, count);
            Span<float> to = gradient.Slice(encoding.Feature[e] * row, count);
            var scale = TVector.Create(encoding.Scale[e]);
            for (int i = 0; i < count; i += TVector.Count)
            {
                var value = TVector.Load(in entry[i]);
                TVector slope = TVector.WhereGreater(value, zero, TVector.WhereGreater(one, value, scale, zero), zero);
                TVector.Store(TVector.MultiplyAdd(TVector.Load(in from[i]), slope, TVector.Load(in to[i])), ref to[i]);
            }
        }
    }
}
