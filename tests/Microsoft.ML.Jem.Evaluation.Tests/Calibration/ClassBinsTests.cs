namespace Microsoft.ML.Jem.Evaluation.Tests;

public sealed class ClassBinsTests
{
    [Fact]
    public void Errors_equal_a_hand_calculation()
    {
        // Two bins per class: up to 0.5, and above.
        var bins = new ClassBins(2);
        bins.Add([0.6, 0.3, 0.1], 0);
        bins.Add([0.2, 0.7, 0.1], 0);
        bins.Add([0.1, 0.2, 0.7], 2);
        bins.Add([0.4, 0.4, 0.2], 1);

        // Class 0: |1 − (0.2 + 0.1 + 0.4)| and |1 − 0.6|. Class 1: |1 − (0.3 + 0.2 + 0.4)| and |0 − 0.7|. Class 2: |0 − (0.1 + 0.1 + 0.2)| and |1 − 0.7|.
        double[] errors = bins.ExpectedErrors();
        Assert.Equal((0.3 + 0.4) / 4, errors[0], 1e-12);
        Assert.Equal((0.1 + 0.7) / 4, errors[1], 1e-12);
        Assert.Equal((0.4 + 0.3) / 4, errors[2], 1e-12);
    }
}
