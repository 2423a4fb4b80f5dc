namespace Microsoft.ML.Jem.Training;

/// <summary>Means over an epoch of the terms that <see cref="ObjectiveValue.Terms"/> lists.</summary>
internal sealed class TermMeans
{
    private readonly double[] _sums = new double[6];
    private int _count;

    /// <summary>Mean of l_p_y_given_x.</summary>
    public double Classification => _sums[1] / _count;

    /// <summary>Mean energy of the rows.</summary>
    public double DataEnergy => _sums[4] / _count;

    /// <summary>Mean energy of the samples; NaN where none were drawn.</summary>
    public double SampleEnergy => _sums[5] / _count;

    /// <summary>Counts one update.</summary>
    public void Add(ReadOnlySpan<float> terms)
    {
        for (int i = 0; i < _sums.Length; i++)
            _sums[i] += terms[i];
        _count++;
    }
}
