using TorchSharp;

namespace Microsoft.ML.Jem.Tests;

/// <summary>Compares numbers within |a − b| ≤ atol + rtol·|b|.</summary>
internal static class Near
{
    public static void Equal(IReadOnlyList<double> expected, torch.Tensor actual, double atol, double rtol) =>
        Equal(expected, (IReadOnlyList<float>)Floats(actual), atol, rtol);

    public static void Equal(float[] expected, float[] actual, double atol, double rtol) =>
        Equal(Array.ConvertAll(expected, value => (double)value), actual, atol, rtol);

    public static void Equal(double[] expected, float[] actual, double atol, double rtol) =>
        Equal(expected, (IReadOnlyList<float>)actual, atol, rtol);

    public static void Equal(IReadOnlyList<double> expected, IReadOnlyList<float> actual, double atol, double rtol)
    {
        Assert.Equal(expected.Count, actual.Count);
        for (int i = 0; i < expected.Count; i++)
        {
            double allowed = atol + (rtol * Math.Abs(expected[i]));
            Assert.True(Math.Abs(actual[i] - expected[i]) <= allowed, $"Value {i}: expected {expected[i]} ± {allowed:g2}, got {actual[i]}.");
        }
    }

    public static float[] Floats(torch.Tensor values)
    {
        using torch.Tensor plain = values.detach().cpu().contiguous();
        return plain.data<float>().ToArray();
    }
}
