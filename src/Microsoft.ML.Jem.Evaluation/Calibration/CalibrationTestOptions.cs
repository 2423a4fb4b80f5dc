namespace Microsoft.ML.Jem.Evaluation;

/// <summary>How the calibration error is resampled.</summary>
public sealed class CalibrationTestOptions
{
    /// <summary>Number of confidence bins of equal width, at least 1. The default value is 15.</summary>
    public int NumberOfBins { get; set; } = CalibrationAccumulator.DefaultBinCount;

    /// <summary>The probability with which the interval should hold the true error, above 0 and below 1. The default value is 0.95.</summary>
    public double ConfidenceLevel { get; set; } = 0.95;

    /// <summary>
    /// Number of resamples for the interval, and again for the test; at least 19. The p-value is never below 1 / (this number + 1). The
    /// default value is 999.
    /// </summary>
    public int NumberOfResamples { get; set; } = 999;

    /// <summary>Seed of the resamples. The same rows and seed give the same numbers. The default value is 0.</summary>
    public int Seed { get; set; }

    /// <summary>Checks all options, and reports all mistakes in one message.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is outside its range.</exception>
    public void Validate()
    {
        List<string> mistakes = [.. Mistakes()];
        if (mistakes.Count > 0)
            throw new ArgumentOutOfRangeException(paramName: null, "The options of the calibration test are invalid:\n- " + string.Join("\n- ", mistakes));
    }

    private IEnumerable<string> Mistakes()
    {
        if (NumberOfBins < 1)
            yield return $"{nameof(NumberOfBins)} is {NumberOfBins}: expected at least 1.";
        if (!(ConfidenceLevel > 0 && ConfidenceLevel < 1))
            yield return $"{nameof(ConfidenceLevel)} is {ConfidenceLevel}: expected a number above 0 and below 1.";
        if (NumberOfResamples < 19)
            yield return $"{nameof(NumberOfResamples)} is {NumberOfResamples}: expected at least 19.";
    }
}
