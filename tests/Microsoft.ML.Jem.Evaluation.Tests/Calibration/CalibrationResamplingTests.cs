namespace Microsoft.ML.Jem.Evaluation.Tests;

/// <summary>Rows of one confidence: their errors are functions of a binomial count, whose distribution is known.</summary>
public sealed class CalibrationResamplingTests
{
    [Fact]
    public void Ten_rows_equal_a_hand_calculation()
    {
        // Stated 0.8, right 5 of 10 times: ECE 0.3.
        CalibrationTest test = Run(Rows(count: 10, right: 5, confidence: 0.8));

        Assert.Equal(0.3, test.ExpectedCalibrationError, 1e-12);

        // A bootstrap ECE is |B − 8| / 10 with B of Bin(10, 0.5). It is at least 0.6 with a probability of 0.055 and at least 0.7 with 0.011, so
        // its quantile 0.975 is 0.6. It is 0 with a probability of 0.044, so its quantile 0.025 is 0.
        Assert.Equal(2 * 0.3 - 0.6, test.LowerBound, 1e-12);
        Assert.Equal(2 * 0.3 - 0, test.UpperBound, 1e-12);

        // With B of Bin(10, 0.8): P(|B − 8| ≥ 3) = P(B ≤ 5) = 0.0328, and the mean of |B − 8| / 10 is 0.0966.
        Assert.InRange(test.PValue, 0.0328 - 0.017, 0.0328 + 0.017);
        Assert.InRange(test.ExpectedCalibrationErrorIfCalibrated, 0.0966 - 0.008, 0.0966 + 0.008);
    }

    [Fact]
    public void A_thousand_overconfident_rows_are_told_from_calibrated_ones()
    {
        CalibrationTest test = Run(Rows(count: 1000, right: 600, confidence: 0.8));

        // The normal distribution with deviation √(0.6 · 0.4 / 1000) = 0.0155.
        Assert.InRange(test.LowerBound, 0.2 - 1.96 * 0.0155 - 0.004, 0.2 - 1.96 * 0.0155 + 0.004);
        Assert.InRange(test.UpperBound, 0.2 + 1.96 * 0.0155 - 0.004, 0.2 + 1.96 * 0.0155 + 0.004);
        Assert.Equal(1 / 1000.0, test.PValue, 1e-12);
    }

    [Fact]
    public void Calibrated_rows_have_a_high_p_value_and_an_interval_from_zero()
    {
        CalibrationTest test = Run(Rows(count: 1000, right: 800, confidence: 0.8));

        Assert.Equal(1, test.PValue);
        Assert.Equal(0, test.LowerBound);

        // √(2/π) · √(0.8 · 0.2 / 1000).
        Assert.InRange(test.ExpectedCalibrationErrorIfCalibrated, 0.0101 - 0.0008, 0.0101 + 0.0008);
    }

    [Fact]
    public void Calibrated_models_are_rejected_no_more_often_than_stated()
    {
        const int Sets = 200, Count = 200;
        var options = new CalibrationTestOptions { NumberOfResamples = 99 };
        var random = new Random(1);
        int rejected = 0, covered = 0;
        for (int set = 0; set < Sets; set++)
        {
            double[] confidences = [.. Enumerable.Range(0, Count).Select(_ => 0.5 + 0.5 * random.NextDouble())];
            bool[] hits = Array.ConvertAll(confidences, confidence => random.NextDouble() < confidence);
            CalibrationTest test = new CalibrationResampling(confidences, hits, 15).Run(options, skipped: 0);
            rejected += test.PValue <= 0.1 ? 1 : 0;
            covered += test.LowerBound == 0 ? 1 : 0;
        }

        // 20 expected; four deviations more.
        TestContext.Current.TestOutputHelper?.WriteLine($"{rejected} of {Sets} rejected at 0.1; {covered} intervals hold the true error.");
        Assert.InRange(rejected, 3, 20 + 17);
        Assert.InRange(covered, (int)(0.95 * Sets) - 13, Sets);
    }

    [Fact]
    public void The_same_seed_gives_the_same_numbers()
    {
        (double[], bool[]) rows = Rows(count: 50, right: 30, confidence: 0.7);

        CalibrationTest first = Run(rows, seed: 3), second = Run(rows, seed: 3), other = Run(rows, seed: 4);

        Assert.Equal((first.LowerBound, first.UpperBound, first.PValue, first.ExpectedCalibrationErrorIfCalibrated), (second.LowerBound, second.UpperBound, second.PValue, second.ExpectedCalibrationErrorIfCalibrated));
        Assert.NotEqual(first.ExpectedCalibrationErrorIfCalibrated, other.ExpectedCalibrationErrorIfCalibrated);
    }

    [Fact]
    public void All_mistakes_in_the_options_are_told_at_once()
    {
        var options = new CalibrationTestOptions { NumberOfBins = 0, ConfidenceLevel = double.NaN, NumberOfResamples = 18 };

        string message = Assert.Throws<ArgumentOutOfRangeException>(options.Validate).Message;

        Assert.Contains("NumberOfBins is 0", message);
        Assert.Contains("ConfidenceLevel is NaN", message);
        Assert.Contains("NumberOfResamples is 18", message);
    }

    private static (double[] Confidences, bool[] Hits) Rows(int count, int right, double confidence) =>
        ([.. Enumerable.Repeat(confidence, count)], [.. Enumerable.Range(0, count).Select(i => i < right)]);

    private static CalibrationTest Run((double[] Confidences, bool[] Hits) rows, int seed = 0) =>
        new CalibrationResampling(rows.Confidences, rows.Hits, binCount: 15).Run(new CalibrationTestOptions { Seed = seed }, skipped: 0);
}
