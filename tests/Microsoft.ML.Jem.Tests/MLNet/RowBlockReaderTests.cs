using Microsoft.ML.Jem.MLNet;
using Microsoft.ML.Jem.Scoring;

namespace Microsoft.ML.Jem.Tests.MLNet;

public sealed class RowBlockReaderTests(CloudModel model) : IClassFixture<CloudModel>
{
    private static readonly TestData.Row[] Rows = TestData.Clouds(3000, seed: 12);

    [Theory]
    [InlineData(1, true, 64 + 128 + 256 + 512)]
    [InlineData(3, true, 64 + 128 + 256 + 512 + (3 * 512))]
    [InlineData(3, false, 64 + 128 + 256 + 512)]
    public void A_block_a_thread_is_read_ahead_once_blocks_are_full_and_their_scores_are_wanted(int threads, bool wanted, int expected)
    {
        int read = 0;
        using RowBlockReader reader = Open(threads, () => read++);
        RowBlock? block = null;
        for (int i = 0; i < 4; i++)
        {
            block = reader.Next(block, ScoreOutputs.Energy);
            if (wanted)
                block.Scores.Compute(ScoreOutputs.Energy);
        }

        block!.Dispose();
        Assert.Equal(expected, read);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(7)]
    public void Any_number_of_threads_gives_the_same_rows_with_the_same_bits(int threads)
    {
        float[] expected = Energies(1);

        Assert.Equal(Rows.Length, expected.Length);
        Assert.Equal(expected, Energies(threads));
    }

    private float[] Energies(int threads)
    {
        using RowBlockReader reader = Open(threads, () => { });
        var energies = new List<float>();
        RowBlock block = reader.Next(null, ScoreOutputs.Energy);
        while (block.MoveNext())
        {
            do
            {
                block.Scores.Compute(ScoreOutputs.Energy);
                energies.Add(block.Scores.Energy);
            }
            while (block.MoveNext());
            block = reader.Next(block, ScoreOutputs.Energy);
        }

        block.Dispose();
        return [.. energies];
    }

    private RowBlockReader Open(int threads, Action onRead)
    {
        IDataView source = model.Context.Data.LoadFromEnumerable(Rows.Select(row =>
        {
            onRead();
            return row;
        }));
        DataViewSchema.Column features = source.Schema["Features"];
        return new RowBlockReader(source.GetRowCursor([features]), [], features, image: null, model.Jem.Scorer, source, threads);
    }
}
