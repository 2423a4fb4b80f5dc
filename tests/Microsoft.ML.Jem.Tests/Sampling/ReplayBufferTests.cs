using System.Text.Json;
using Microsoft.ML.Jem.Sampling;
using Microsoft.ML.Jem.Tests.Fixtures;
using Microsoft.ML.Jem.Tests.Networks;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Jem.Tests.Sampling;

public sealed class ReplayBufferTests : TorchTest
{
    private static readonly JsonElement Json = Fixture.Load("replay_buffer.json");

    [Fact]
    public void Starts_and_entries_written_back_equal_the_reference()
    {
        using DisposeScope scope = NewDisposeScope();
        using var generator = new Generator(1);
        using ReplayBuffer buffer = Create(generator, 3);
        Tensor entries = PerceptronFixture.Labels(Json.GetProperty("idx"));

        Tensor fresh = PerceptronFixture.Matrix(Json.GetProperty("fresh"));

        Tensor start = buffer.Start(entries, PerceptronFixture.Matrix(Json.GetProperty("u")), positions => fresh.index_select(0, positions));
        buffer.Store(entries, PerceptronFixture.Matrix(Json.GetProperty("final")));

        Near.Equal(Json.GetProperty("start").Doubles(), start, 1e-6, 0);
        Near.Equal(Json.GetProperty("buffer_after").Doubles(), buffer.Chains, 1e-6, 0);
    }

    [Fact]
    public void The_entry_of_a_class_equals_the_reference()
    {
        using DisposeScope scope = NewDisposeScope();
        using var generator = new Generator(1);
        JsonElement expected = Json.GetProperty("class_cond");
        using ReplayBuffer buffer = Create(generator, expected.GetProperty("n_classes").GetInt32());

        Tensor entries = buffer.EntryOfClass(
            PerceptronFixture.Labels(expected.GetProperty("y")), PerceptronFixture.Labels(expected.GetProperty("within_class_draw")));

        Assert.Equal(Array.ConvertAll(expected.GetProperty("idx").Ints(), value => (long)value), entries.data<long>().ToArray());
    }

    [Fact]
    public void Chains_restart_as_often_as_asked_for()
    {
        using DisposeScope scope = NewDisposeScope();
        using var generator = new Generator(1);
        var starts = new ChainStarts(InitialDistribution.Normal, null, 1, generator);
        using var buffer = new ReplayBuffer(full(100, 1, 1000f), 2, 0.2, starts, generator);

        float[] start = Near.Floats(buffer.Draw(zeros(5000, int64)).Start);

        Assert.InRange(start.Count(value => value < 500) / 5000.0, 0.18, 0.22);
    }

    [Fact]
    public void Chains_of_a_class_come_from_its_part_and_cover_it()
    {
        using DisposeScope scope = NewDisposeScope();
        using var generator = new Generator(1);
        var starts = new ChainStarts(InitialDistribution.Normal, null, 1, generator);
        using var buffer = new ReplayBuffer(zeros(32, 1), 3, 0, starts, generator);

        long[] entries = buffer.DrawOfClass(full([500], 1L, int64)).Entries.data<long>().ToArray();

        Assert.Equal(Enumerable.Range(10, 10).Select(entry => (long)entry), entries.Distinct().Order());
    }

    [Fact]
    public void Every_entry_belongs_to_a_class()
    {
        using Tensor classes = ReplayBuffer.ClassOfEntries(11, 3, CPU);
        Assert.Equal([0, 0, 0, 1, 1, 1, 2, 2, 2, 2, 2], classes.data<long>().ToArray());
    }

    private static ReplayBuffer Create(Generator generator, int classCount) => new(
        PerceptronFixture.Matrix(Json.GetProperty("buffer")).DetachFromDisposeScope(), classCount, Json.GetProperty("reinit_freq").GetDouble(),
        new ChainStarts(InitialDistribution.Normal, null, 2, generator), generator);
}
