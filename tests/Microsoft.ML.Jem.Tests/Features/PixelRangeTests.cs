using Microsoft.ML.Jem.Features;

namespace Microsoft.ML.Jem.Tests.Features;

public sealed class PixelRangeTests
{
    [Fact]
    public void The_range_of_all_pixels_becomes_minus_one_to_one()
    {
        float[] rows = [10, 20, 15, 12, 30, 10];
        Standardization range = PixelRange.Fit(new DenseFeatureMatrix(rows, 2, 3), 10);
        range.Apply(rows);
        Near.Equal([-1f, 0, -0.5f, -0.8f, 1, -1], rows, 1e-6, 0);
    }

    [Fact]
    public void Images_of_one_colour_leave_nothing()
    {
        float[] rows = [7, 7, 7, 7];
        Standardization range = PixelRange.Fit(new DenseFeatureMatrix(rows, 2, 2), 10);
        range.Apply(rows);
        Assert.All(rows, value => Assert.Equal(0, value));
    }
}
