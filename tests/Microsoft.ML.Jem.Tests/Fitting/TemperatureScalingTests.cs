using System.Text.Json;
using CsCheck;
using Microsoft.ML.Jem.Fitting;
using Microsoft.ML.Jem.Tests.Fixtures;

namespace Microsoft.ML.Jem.Tests.Fitting;

public class TemperatureScalingTests
{
    [Theory]
    [InlineData("overconfident")]
    [InlineData("underconfident")]
    public void The_optimum_without_a_prior_equals_the_reference(string set)
    {
        JsonElement fixture = Fixture.Load("metrics_temperature.json").GetProperty(set);
        double expected = fixture.GetProperty("T").GetDouble();
        TemperatureFit fit = Fit(fixture, double.PositiveInfinity);

        Assert.Equal(expected, fit.Temperature, 1e-6 * expected);
        Assert.Equal(fixture.GetProperty("nll_before").GetDouble(), fit.LogLossBefore, 1e-10);
        Assert.Equal(fixture.GetProperty("nll_after").GetDouble(), fit.LogLossAfter, 1e-10);
        Assert.False(fit.AtBound);
    }

    [Theory]
    [InlineData("degenerate_all_correct", TemperatureScaling.Lowest)]
    [InlineData("degenerate_worse_than_uniform", TemperatureScaling.Highest)]
    public void Without_a_prior_degenerate_sets_stop_at_a_bound(string set, double bound)
    {
        TemperatureFit fit = Fit(Fixture.Load("metrics_temperature.json").GetProperty(set), double.PositiveInfinity);
        Assert.Equal(bound, fit.Temperature, 1e-12);
        Assert.True(fit.AtBound);
        Assert.True(double.IsFinite(fit.LogLossAfter) && fit.LogLossAfter <= fit.LogLossBefore);
    }

    [Theory]
    [InlineData("degenerate_all_correct")]
    [InlineData("degenerate_worse_than_uniform")]
    public void The_prior_keeps_degenerate_sets_away_from_the_bounds(string set)
    {
        TemperatureFit fit = Fit(Fixture.Load("metrics_temperature.json").GetProperty(set), TemperatureScaling.DefaultPriorDeviation);
        Assert.InRange(fit.Temperature, 0.1, 10);
        Assert.False(fit.AtBound);
        Assert.True(fit.LogLossAfter < fit.LogLossBefore);
    }

    [Theory]
    [InlineData("overconfident")]
    [InlineData("underconfident")]
    public void The_prior_hardly_moves_what_two_hundred_rows_say(string set)
    {
        JsonElement fixture = Fixture.Load("metrics_temperature.json").GetProperty(set);
        TemperatureFit fit = Fit(fixture, TemperatureScaling.DefaultPriorDeviation);
        Assert.InRange(Math.Log(fit.Temperature) / Math.Log(fixture.GetProperty("T").GetDouble()), 0.9, 1);
    }

    [Fact]
    public void The_log_loss_never_rises_and_the_temperature_stays_in_its_bounds()
    {
        Gen.Select(Gen.Double[-60, 60].Array[3].Array[1, 30], Gen.Int[0, 2].Array[30], Gen.Bool).Sample((rows, labels, hasPrior) =>
        {
            double[] logits = [.. rows.SelectMany(row => row)];
            TemperatureFit fit = TemperatureScaling.Fit(logits, 3, labels.AsSpan(0, rows.Length), priorDeviation: hasPrior ? 1 : double.PositiveInfinity);
            Assert.InRange(fit.Temperature, TemperatureScaling.Lowest * (1 - 1e-12), TemperatureScaling.Highest * (1 + 1e-12));
            Assert.True(fit.LogLossAfter <= fit.LogLossBefore + 1e-12, $"{fit}");
        });
    }

    [Fact]
    public void A_weight_of_two_counts_like_the_row_twice()
    {
        double[] logits = [1, 0, 0, 2, 3, 0];
        TemperatureFit weighted = TemperatureScaling.Fit(logits, 2, [0, 1, 1], [1, 1, 2]);
        TemperatureFit repeated = TemperatureScaling.Fit([.. logits, 3, 0], 2, [0, 1, 1, 1]);
        Assert.Equal(repeated.Temperature, weighted.Temperature, 1e-12);
        Assert.Equal(repeated.LogLossAfter, weighted.LogLossAfter, 1e-12);
    }

    [Fact]
    public void Equal_logits_leave_the_temperature_at_one() =>
        Assert.Equal(new TemperatureFit(1, Math.Log(2), Math.Log(2), false), TemperatureScaling.Fit([5.0, 5, 5, 5], 2, [0, 1]));

    [Fact]
    public void Bad_rows_are_refused_with_the_reason()
    {
        AssertRefused("at least one", () => TemperatureScaling.Fit(ReadOnlySpan<double>.Empty, 2, []));
        AssertRefused("label -1", () => TemperatureScaling.Fit([1.0, 2], 2, [-1]));
        AssertRefused("4 logits", () => TemperatureScaling.Fit([1.0, 2], 2, [0, 1]));
        AssertRefused("not finite", () => TemperatureScaling.Fit([1.0, double.NaN], 2, [0]));
        AssertRefused("weight", () => TemperatureScaling.Fit([1.0, 2], 2, [0], [-1]));
        AssertRefused("weight 0", () => TemperatureScaling.Fit([1.0, 2], 2, [0], [0]));
        AssertRefused("deviation", () => TemperatureScaling.Fit([1.0, 2], 2, [0], priorDeviation: 0));
    }

    private static void AssertRefused(string reason, Action fit) =>
        Assert.Contains(reason, Assert.ThrowsAny<ArgumentException>(fit).Message, StringComparison.Ordinal);

    private static TemperatureFit Fit(JsonElement fixture, double priorDeviation) =>
        TemperatureScaling.Fit(fixture.GetProperty("logits").Doubles(), 4, fixture.GetProperty("labels").Ints(), priorDeviation: priorDeviation);
}
