namespace Microsoft.ML.Jem.Training;

/// <summary>Means over an epoch of the terms that <see cref="ObjectiveValue.Terms"/> lists.</summary>
internal sealed class TermMeans
{
    private readonly double[] _sums = new double[6];
    private readonly int[] _counts = new int[6];

    /// <summary>Mean of l_p_y_given_x.</summary>
    public double Classification => _sums[1] / _counts[1];

    /// <summary>Mean energy of the rows.</summary>
    public double DataEnergy => _sums[4] / _counts[4];

    /// <summary>Mean energy of the samples; NaN where none were drawn.</summary>
    public double SampleEnergy => _sums[5] / _counts[5];

    /// <summary>Counts one update; terms that it has not, NaN, do not count.</summary>
    public void Add(ReadOnlySpan<float> terms)
    {
        for (int i = 0; i < _sums.Length; i++)
        {
            if (float.IsNaN(terms[i]))
                continue;
            _sums[i] += terms[i];
            _counts[i]++;
        }
    }
}
