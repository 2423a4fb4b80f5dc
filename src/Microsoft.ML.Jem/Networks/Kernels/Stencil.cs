namespace Microsoft.ML.Jem.Networks.Kernels;

/// <summary>A weighted sum over a patch of pixels, the same at all pixels of a map or at every second one.</summary>
/// <typeparam name="TVector">The width of vectors.</typeparam>
internal sealed class Stencil<TVector>
    where TVector : struct, IVector<TVector>
{
    private readonly MapShape _source;
    private readonly int[] _taps;
    private readonly int _lines;
    private readonly int[] _from;
    private readonly int[] _to;
    private readonly AlignedFloats _weights;
    private readonly int _width;

    /// <param name="source">The map that patches are taken from.</param>
    /// <param name="edge">Where a patch begins, in lines and columns from its pixel: −1 or 0.</param>
    /// <param name="sourceStep">Pixels of the source from one patch to the next.</param>
    /// <param name="target">The map of the sums.</param>
    /// <param name="first">Line and column of the first sum.</param>
    /// <param name="targetStep">Pixels of the target from one sum to the next.</param>
    /// <param name="taps">Which of the convolution's weights each pixel of the patch meets, line by line.</param>
    /// <param name="lines">Lines per patch.</param>
    public Stencil(MapShape source, int edge, int sourceStep, MapShape target, (int Y, int X) first, int targetStep, int[] taps, int lines)
    {
        (_source, _taps, _lines, _width) = (source, taps, lines, target.Channels);
        (int Y, int X)[] sums =
        [
            .. Enumerable.Range(0, (target.Height - first.Y + targetStep - 1) / targetStep)
                .SelectMany(y => Enumerable.Range(0, (target.Width - first.X + targetStep - 1) / targetStep).Select(x => (y, x))),
        ];
        _from = [.. sums.Select(sum => source.IndexOf((sum.Y * sourceStep) + edge, (sum.X * sourceStep) + edge))];
        _to = [.. sums.Select(sum => target.IndexOf(first.Y + (sum.Y * targetStep), first.X + (sum.X * targetStep)))];
        _weights = new AlignedFloats(taps.Length * source.Channels * _width);
    }

    /// <summary>Takes over weights.</summary>
    /// <param name="values">The convolution's weights.</param>
    /// <param name="sources">Channels of the source, and values from the weight of one to that of the next.</param>
    /// <param name="targets">Channels of the target, and values from the weight of one to that of the next.</param>
    public void Refresh(ReadOnlySpan<float> values, (int Count, int Step) sources, (int Count, int Step) targets)
    {
        for (int t = 0; t < _taps.Length; t++)
        {
            for (int source = 0; source < sources.Count; source++)
            {
                Span<float> row = _weights.Span.Slice(((t * _source.Channels) + source) * _width, _width);
                for (int target = 0; target < targets.Count; target++)
                    row[target] = values[(source * sources.Step) + (target * targets.Step) + _taps[t]];
            }
        }
    }

    /// <summary>Computes the sums.</summary>
    /// <param name="source">The map that patches are taken from.</param>
    /// <param name="start">What each sum starts from, per channel of the target.</param>
    /// <param name="target">Receives the sums.</param>
    public void Apply(ReadOnlySpan<float> source, ReadOnlySpan<float> start, Span<float> target) => PatchProduct.Compute<TVector>(
        new(source, _from, _lines, _source.Pitch, _taps.Length / _lines * _source.Channels), _weights.Span, start, target, _to);
}
