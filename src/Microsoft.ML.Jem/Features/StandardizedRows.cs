namespace Microsoft.ML.Jem.Features;

/// <summary>Standardised rows: kept where they take little memory, computed anew each time where they take much. Not safe for concurrent use.</summary>
/// <param name="matrix">The rows as they came.</param>
/// <param name="standardization">What is done to them.</param>
internal sealed class StandardizedRows(FeatureMatrix matrix, Standardization standardization)
{
    /// <summary>Values kept at most: 128 megabytes.</summary>
    private const long MostKept = 1 << 25;

    private readonly Standardization _standardization = standardization.Width == matrix.Width
        ? standardization
        : throw new ArgumentException($"Rows of {matrix.Width} features cannot be standardised by offsets and scales for {standardization.Width}.", nameof(standardization));

    private float[]? _kept;
    private float[] _block = [];

    /// <summary>Copies rows in the order given.</summary>
    /// <param name="chosen">Which rows.</param>
    /// <param name="target">Receives them, row by row.</param>
    public void Copy(ReadOnlySpan<int> chosen, Span<float> target)
    {
        if (Kept() is not { } all)
        {
            matrix.CopyRows(chosen, target);
            _standardization.Apply(target[..(chosen.Length * matrix.Width)]);
            return;
        }

        for (int i = 0; i < chosen.Length; i++)
            all.AsSpan(chosen[i] * matrix.Width, matrix.Width).CopyTo(target[(i * matrix.Width)..]);
    }

    /// <summary>Neighbouring rows, row by row; valid until the next call.</summary>
    public ReadOnlySpan<float> Read(int start, int count)
    {
        if (Kept() is { } all)
            return all.AsSpan(start * matrix.Width, count * matrix.Width);
        if (_block.Length < count * matrix.Width)
            _block = new float[count * matrix.Width];
        Span<float> block = _block.AsSpan(0, count * matrix.Width);
        for (int i = 0; i < count; i++)
            matrix.CopyRow(start + i, block.Slice(i * matrix.Width, matrix.Width));
        _standardization.Apply(block);
        return block;
    }

    private float[]? Kept()
    {
        if (_kept is not null || (long)matrix.RowCount * matrix.Width > MostKept)
            return _kept;
        var values = new float[matrix.RowCount * matrix.Width];
        for (int i = 0; i < matrix.RowCount; i++)
            matrix.CopyRow(i, values.AsSpan(i * matrix.Width, matrix.Width));
        _standardization.Apply(values);
        return _kept = values;
    }
}
