using Microsoft.ML.Data;

namespace Microsoft.ML.Jem.Tests.MLNet;

/// <summary>A cursor over many rows, whose blocks are read ahead and scored by several threads.</summary>
public sealed class ScoringCursorTests(CloudModel model) : IClassFixture<CloudModel>
{
    private const int Many = 4000;

    private static readonly TestData.Row[] Rows = [.. TestData.Clouds(Many / 3 + 1, seed: 11).Take(Many)];

    [Fact]
    public void All_threads_together_give_the_bits_of_one_in_the_order_of_the_source()
    {
        IDataView scored = Score(Rows);
        using DataViewRowCursor alone = scored.GetRowCursorSet(scored.Schema, 1).Single();
        using DataViewRowCursor together = scored.GetRowCursor(scored.Schema);

        Assert.Equal(Energies(alone), Energies(together));
    }

    [Fact]
    public void The_source_is_read_by_the_consumers_thread_alone()
    {
        var readers = new HashSet<int>();
        IEnumerable<TestData.Row> Watched()
        {
            foreach (TestData.Row row in Rows)
            {
                readers.Add(Environment.CurrentManagedThreadId);
                yield return row;
            }
        }

        IDataView scored = Score(Watched());
        using DataViewRowCursor cursor = scored.GetRowCursor([scored.Schema["Energy"]]);

        Assert.Equal(Many, Energies(cursor).Length);
        Assert.Equal([Environment.CurrentManagedThreadId], readers);
    }

    [Theory]
    [InlineData(1, 64)]
    [InlineData(64, 64)]
    [InlineData(65, 64 + 128)]
    [InlineData(Many / 2, Many)]
    public void Not_much_more_is_read_than_is_asked_for(int asked, int mostRead)
    {
        int read = 0;
        IEnumerable<TestData.Row> Counted()
        {
            foreach (TestData.Row row in Rows)
            {
                read++;
                yield return row;
            }
        }

        IDataView scored = Score(Counted());
        using DataViewRowCursor cursor = scored.GetRowCursor([scored.Schema["Energy"]]);
        ValueGetter<float> energy = cursor.GetGetter<float>(scored.Schema["Energy"]);
        float value = 0;
        for (int i = 0; i < asked; i++)
        {
            Assert.True(cursor.MoveNext());
            energy(ref value);
        }

        Assert.InRange(read, asked, mostRead);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(30)]
    [InlineData(3000)]
    public void A_bad_row_fails_where_it_comes_and_the_rows_before_it_are_delivered(int bad)
    {
        TestData.Row[] rows = [.. Rows];
        rows[bad] = new TestData.Row { Features = [1, 2, 3] };
        IDataView scored = Score(rows);
        using DataViewRowCursor cursor = scored.GetRowCursor([scored.Schema["Energy"]]);
        ValueGetter<float> energy = cursor.GetGetter<float>(scored.Schema["Energy"]);
        float value = 0;
        for (int i = 0; i < bad; i++)
        {
            Assert.True(cursor.MoveNext());
            energy(ref value);
        }

        Assert.Contains($"row {bad}", Assert.Throws<InvalidOperationException>(() => cursor.MoveNext()).Message, StringComparison.Ordinal);
        Assert.Throws<InvalidOperationException>(() => cursor.MoveNext());
    }

    [Fact]
    public void A_consumer_may_look_at_some_rows_only_and_ask_for_more_later()
    {
        IDataView scored = Score(Rows);
        TestData.Scored[] expected = TestData.Read(model.Context, scored);
        using DataViewRowCursor cursor = scored.GetRowCursor(scored.Schema);
        ValueGetter<float> energy = cursor.GetGetter<float>(scored.Schema["Energy"]);
        ValueGetter<float>? oodScore = null;
        float value = 0;
        for (int i = 0; cursor.MoveNext(); i++)
        {
            // Two blocks in a row, then one in some.
            if (i < 1500 || i % 900 == 0)
            {
                energy(ref value);
                Assert.Equal(expected[i].Energy, value);
            }

            if (i == 2000)
                oodScore = cursor.GetGetter<float>(scored.Schema["OodScore"]);
            if (i >= 3000)
            {
                oodScore!(ref value);
                Assert.Equal(expected[i].OodScore, value);
            }
        }
    }

    [Fact]
    public void A_cursor_left_early_stops_its_threads()
    {
        for (int round = 0; round < 20; round++)
        {
            using JemTransformer victim = model.Jem.WithTemperature(2);
            IDataView scored = victim.Transform(model.Context.Data.LoadFromEnumerable(Rows));
            DataViewRowCursor cursor = scored.GetRowCursor([scored.Schema["Energy"]]);
            ValueGetter<float> energy = cursor.GetGetter<float>(scored.Schema["Energy"]);
            float value = 0;
            for (int i = 0; i < 1000 + (100 * round); i++)
            {
                cursor.MoveNext();
                energy(ref value);
            }

            cursor.Dispose();
            cursor.Dispose();
            Assert.Throws<InvalidOperationException>(() => energy(ref value));
            Assert.False(cursor.MoveNext());
        }
    }

    [Fact]
    public void A_model_disposed_meanwhile_is_reported_to_the_consumer()
    {
        using JemTransformer victim = model.Jem.WithTemperature(2);
        IDataView scored = victim.Transform(model.Context.Data.LoadFromEnumerable(Rows));
        using DataViewRowCursor cursor = scored.GetRowCursor([scored.Schema["Energy"]]);
        ValueGetter<float> energy = cursor.GetGetter<float>(scored.Schema["Energy"]);

        Assert.Throws<ObjectDisposedException>(() =>
        {
            float value = 0;
            for (int i = 0; cursor.MoveNext(); i++)
            {
                energy(ref value);
                if (i == 2000)
                    victim.Dispose();
            }
        });
    }

    [Theory]
    [InlineData(new[] { "PredictedLabel" }, 2)]
    [InlineData(new[] { "Features", "Energy" }, 2)]
    [InlineData(new[] { "Score", "OodScore" }, 1)]
    public void Only_what_the_consumer_asks_for_is_computed(string[] columns, int sessions)
    {
        using JemTransformer jem = model.Jem.WithTemperature(2);
        IDataView scored = jem.Transform(model.Context.Data.LoadFromEnumerable(Rows));
        TestData.Scored[] expected = TestData.Read(model.Context, scored);
        Assert.Equal(1, jem.Scorer.SessionCount);

        // CreateEnumerable would ask for all columns that the row type has.
        IDataView some = model.Context.Transforms.SelectColumns(columns).Fit(scored).Transform(scored);
        TestData.Scored[] actual = TestData.Read(model.Context, some);

        Assert.Equal(sessions, jem.Scorer.SessionCount);
        if (columns.Contains("PredictedLabel"))
            Assert.Equal(expected.Select(row => row.PredictedLabel), actual.Select(row => row.PredictedLabel));
        if (columns.Contains("Energy"))
            Assert.Equal(expected.Select(row => row.Energy), actual.Select(row => row.Energy));
    }

    [Fact]
    public void Cursors_of_a_set_share_the_rows_and_may_be_read_by_threads_of_their_own()
    {
        IDataView scored = Score(Rows);
        float[] expected = [.. scored.GetColumn<float>("Energy")];
        DataViewRowCursor[] cursors = scored.GetRowCursorSet([scored.Schema["Energy"]], 3);
        var parts = new float[cursors.Length][];

        Parallel.For(0, cursors.Length, i =>
        {
            using (cursors[i])
                parts[i] = Energies(cursors[i]);
        });

        Assert.Equal(3, cursors.Length);
        Assert.Equal(expected.Order(), parts.SelectMany(part => part).Order());
    }

    private IDataView Score(IEnumerable<TestData.Row> rows) => model.Jem.Transform(model.Context.Data.LoadFromEnumerable(rows));

    private static float[] Energies(DataViewRowCursor cursor)
    {
        ValueGetter<float> getter = cursor.GetGetter<float>(cursor.Schema["Energy"]);
        var energies = new List<float>();
        float value = 0;
        while (cursor.MoveNext())
        {
            getter(ref value);
            energies.Add(value);
        }

        return [.. energies];
    }
}
