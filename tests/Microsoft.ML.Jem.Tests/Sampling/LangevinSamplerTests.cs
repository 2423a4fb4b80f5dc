using System.Text.Json;
using Microsoft.ML.Jem.Sampling;
using Microsoft.ML.Jem.Tests.Fixtures;
using Microsoft.ML.Jem.Tests.Networks;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Jem.Tests.Sampling;

public sealed class LangevinSamplerTests : TorchTest
{
    [Theory]
    [InlineData("mlp_silu.json", "traj_zero_noise")]
    [InlineData("mlp_silu.json", "traj_class_cond_zero_noise")]
    [InlineData("mlp_lrelu.json", "traj_zero_noise")]
    [InlineData("mlp_lrelu.json", "traj_class_cond_zero_noise")]
    public void A_chain_without_noise_follows_the_reference(string file, string trajectory)
    {
        using var fixture = new PerceptronFixture(file);
        using var generator = new Generator(1);
        using DisposeScope scope = NewDisposeScope();
        JsonElement[] expected = [.. fixture.Json.GetProperty("sgld").GetProperty(trajectory).EnumerateArray()];
        Tensor? y = trajectory.Contains("class") ? fixture.Y : null;
        for (int steps = 1; steps <= expected.Length; steps++)
        {
            var sampler = new LangevinSampler(fixture.Network, fixture.Module, new LangevinSettings(steps, 1, 0), generator);
            Near.Equal(expected[steps - 1].Doubles(), sampler.Sample(fixture.X, y, TestContext.Current.CancellationToken), 2e-5, 1e-4);
        }
    }

    [Theory]
    [InlineData("mlp_silu.json")]
    [InlineData("mlp_lrelu.json")]
    public void A_chain_with_given_noise_follows_the_reference(string file)
    {
        using var fixture = new PerceptronFixture(file);
        using var generator = new Generator(1);
        using DisposeScope scope = NewDisposeScope();
        JsonElement sgld = fixture.Json.GetProperty("sgld");
        var sampler = new LangevinSampler(fixture.Network, fixture.Module, new LangevinSettings(5, 1, sgld.GetProperty("std").GetDouble()), generator);
        Tensor x = fixture.X;
        foreach ((JsonElement noise, JsonElement expected) in sgld.GetProperty("noise").EnumerateArray().Zip(sgld.GetProperty("traj_with_noise").EnumerateArray()))
        {
            x = sampler.Step(x, null, PerceptronFixture.Matrix(noise));
            Near.Equal(expected.Doubles(), x, 2e-5, 1e-4);
        }
    }

    [Fact]
    public void Noise_has_the_deviation_asked_for_and_comes_from_the_generator()
    {
        using var fixture = new PerceptronFixture("mlp_silu.json");
        using DisposeScope scope = NewDisposeScope();
        Tensor start = zeros(4000, 5);
        float[] Run(ulong seed, double noise)
        {
            using var generator = new Generator(seed);
            return Near.Floats(new LangevinSampler(fixture.Network, fixture.Module, new LangevinSettings(1, 1, noise), generator).Sample(start, null, TestContext.Current.CancellationToken));
        }

        float[] still = Run(1, 0), noisy = Run(1, 0.25);
        float[] added = [.. noisy.Zip(still, (a, b) => a - b)];
        Assert.InRange(Math.Sqrt(added.Average(value => value * (double)value)), 0.24, 0.26);
        Assert.Equal(noisy, Run(1, 0.25));
        Assert.NotEqual(noisy, Run(2, 0.25));
    }

    [Fact]
    public void Clipping_bounds_every_component_of_a_step()
    {
        using var fixture = new PerceptronFixture("mlp_silu.json");
        using var generator = new Generator(1);
        using DisposeScope scope = NewDisposeScope();
        var sampler = new LangevinSampler(fixture.Network, fixture.Module, new LangevinSettings(1, 2, 0, GradientClip: 0.01), generator);
        float[] moved = Near.Floats(sampler.Sample(fixture.X, null, TestContext.Current.CancellationToken) - fixture.X);
        Assert.All(moved, value => Assert.InRange(value, -0.0201, 0.0201));
        Assert.Contains(moved, value => Math.Abs(value) > 0.0199);
    }

    [Fact]
    public void Sampling_leaves_the_parameters_trainable_and_the_start_alone()
    {
        using var fixture = new PerceptronFixture("mlp_silu.json");
        using var generator = new Generator(1);
        using DisposeScope scope = NewDisposeScope();
        fixture.Module.train();
        Tensor start = fixture.X;
        Tensor end = new LangevinSampler(fixture.Network, fixture.Module, new LangevinSettings(3, 1, 0.1), generator).Sample(start, null, TestContext.Current.CancellationToken);
        Assert.False(end.requires_grad);
        Assert.True(fixture.Module.training);
        Assert.All(fixture.Module.parameters(), parameter => Assert.True(parameter.requires_grad));
        Assert.Equal(Near.Floats(fixture.X), Near.Floats(start));
    }

    [Fact]
    public void A_cancelled_chain_ends()
    {
        using var fixture = new PerceptronFixture("mlp_silu.json");
        using var generator = new Generator(1);
        var sampler = new LangevinSampler(fixture.Network, fixture.Module, new LangevinSettings(10_000, 1, 0.1), generator);
        Assert.Throws<OperationCanceledException>(() => sampler.Sample(fixture.X, null, new CancellationToken(canceled: true)));
        Assert.All(fixture.Module.parameters(), parameter => Assert.True(parameter.requires_grad));
    }
}
