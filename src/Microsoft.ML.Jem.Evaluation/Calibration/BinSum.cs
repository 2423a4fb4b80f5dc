namespace Microsoft.ML.Jem.Evaluation;

/// <summary>What a bin needs to know of its rows.</summary>
internal struct BinSum
{
    private long _count;
    private long _hits;
    private double _probability;

    /// <summary>Number of rows · |share of hits − mean probability|.</summary>
    public readonly double Error => Math.Abs(_hits - _probability);

    /// <summary>Adds a row.</summary>
    /// <param name="probability">The probability that was stated.</param>
    /// <param name="hit">Whether what it was stated of is true.</param>
    public void Add(double probability, bool hit)
    {
        _count++;
        _hits += hit ? 1 : 0;
        _probability += probability;
    }

    /// <summary>The bin, with its bounds.</summary>
    public readonly ReliabilityBin ToBin(double lower, double upper) => new(
        lower, upper, _count, _count == 0 ? double.NaN : _probability / _count, _count == 0 ? double.NaN : (double)_hits / _count);
}
