using Microsoft.ML.Jem.Features;
using Microsoft.ML.Jem.Robustness;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Jem.Tests.Robustness;

public sealed class FeatureScaleTests : TorchTest
{
    private static readonly Standardization Plain = new([5, 0, 1], [0.5f, 4, 0], float.PositiveInfinity);

    private static readonly Standardization Tailed = new(
        [1, 0], [2, 0.5f], float.PositiveInfinity, new HeavyTails([true, false], [10, 0], [0.1f, 1]));

    [Fact]
    public void A_change_of_one_is_one_deviation_of_each_feature_and_none_of_a_constant_one()
    {
        using var scale = new FeatureScale(Plain, CPU);
        using DisposeScope scope = NewDisposeScope();
        Tensor moved = scale.Move(tensor(new double[,] { { 1, 2, 3 } }), ones(1, 3, float64));
        Assert.Equal([3, 2.25, 3], moved.data<double>().ToArray());
    }

    [Fact]
    public void A_heavy_tailed_feature_moves_by_deviations_of_what_the_model_sees()
    {
        using var scale = new FeatureScale(Tailed, CPU);
        using DisposeScope scope = NewDisposeScope();
        float[] row = [1e5f, 3];
        double[] moved = scale.Move(tensor(row, 1, 2).to(float64), tensor(new double[,] { { 0.25, -2 } })).data<double>().ToArray();
        float[] standardized = [.. row];
        float[] standardizedMoved = Array.ConvertAll(moved, value => (float)value);
        Tailed.Apply(standardized);
        Tailed.Apply(standardizedMoved);
        Assert.Equal(0.25, standardizedMoved[0] - standardized[0], 1e-4);
        Assert.Equal(-2, standardizedMoved[1] - standardized[1], 1e-4);
    }

    [Fact]
    public void Gradients_stay_finite_beside_values_that_overflow_a_hyperbolic_sine()
    {
        using var scale = new FeatureScale(Tailed, CPU);
        using DisposeScope scope = NewDisposeScope();
        Tensor change = zeros(1, 2, float64).requires_grad_();
        Tensor gradient = autograd.grad([scale.Move(tensor(new double[,] { { 12, 1e6 } }), change).sum()], [change])[0];
        Assert.All(gradient.data<double>().ToArray(), value => Assert.True(double.IsFinite(value) && value > 0));
    }

    [Fact]
    public void The_room_to_a_limit_leads_to_the_limit()
    {
        using var scale = new FeatureScale(Tailed, CPU);
        using DisposeScope scope = NewDisposeScope();
        Tensor rows = tensor(new double[,] { { 12, -1 } });
        Assert.All(scale.Move(rows, scale.Room(rows, 200)).data<double>().ToArray(), value => Assert.Equal(200, value, 1e-9));
        Assert.All(scale.Room(rows, double.NegativeInfinity).data<double>().ToArray(), value => Assert.Equal(double.NegativeInfinity, value));

        using var plain = new FeatureScale(Plain, CPU);
        Assert.Equal([2, 8, 0], plain.Room(tensor(new double[,] { { 1, 3, 9 } }), 5).data<double>().ToArray());
    }
}
