using Microsoft.ML.Jem.Features;

namespace Microsoft.ML.Jem.Tests.Features;

public sealed class FeatureMatrixBuilderTests
{
    [Fact]
    public void Rows_of_bytes_are_stored_as_bytes_and_come_back_as_they_were()
    {
        FeatureMatrix matrix = Build([[0, 1, 255], [254, 7, 0]]);
        Assert.IsType<ByteFeatureMatrix>(matrix);
        Assert.Equal([[0, 1, 255], [254, 7, 0]], Rows(matrix));
    }

    [Theory]
    [InlineData(0.5f)]
    [InlineData(-1f)]
    [InlineData(256f)]
    [InlineData(1e30f)]
    public void The_first_value_that_is_no_byte_turns_all_rows_into_floats(float value)
    {
        float[][] rows = [[3, 1], [200, 0], [9, value], [4, 5], [6.25f, 1]];
        FeatureMatrix matrix = Build(rows);
        Assert.IsType<DenseFeatureMatrix>(matrix);
        Assert.Equal(rows, Rows(matrix));
    }

    [Fact]
    public void A_row_that_is_not_committed_is_overwritten()
    {
        var builder = new FeatureMatrixBuilder(1);
        builder.NextRow()[0] = 0.5f;
        builder.NextRow()[0] = 3;
        builder.Commit();
        FeatureMatrix matrix = builder.ToMatrix();
        Assert.IsType<ByteFeatureMatrix>(matrix);
        Assert.Equal([[3f]], Rows(matrix));
    }

    [Fact]
    public void Rows_beyond_a_block_keep_their_order()
    {
        const int Width = 700_000;
        var builder = new FeatureMatrixBuilder(Width);
        for (int row = 0; row < 4; row++)
        {
            builder.NextRow().Fill(row + 1);
            builder.Commit();
        }

        FeatureMatrix matrix = builder.ToMatrix();
        var values = new float[Width];
        for (int row = 0; row < 4; row++)
        {
            matrix.CopyRow(row, values);
            Assert.Equal(row + 1, values[0]);
            Assert.Equal(row + 1, values[^1]);
        }
    }

    [Fact]
    public void Wide_rows_of_few_values_are_stored_as_those()
    {
        float[][] rows = [.. Enumerable.Range(0, 50).Select(i => Wide(i, 100_000, 60))];
        FeatureMatrix matrix = Build(rows);

        Assert.IsType<SparseFeatureMatrix>(matrix);
        Assert.Equal(rows, Rows(matrix));
    }

    [Fact]
    public void Wide_rows_that_turn_out_to_be_dense_are_stored_as_such()
    {
        float[][] rows = [.. Enumerable.Range(0, 100).Select(i => Wide(i, 5000, i < 5 ? 10 : 4000))];
        FeatureMatrix matrix = Build(rows);

        Assert.IsType<DenseFeatureMatrix>(matrix);
        Assert.Equal(rows, Rows(matrix));
        float[][] whole = [.. rows.Select(row => Array.ConvertAll(row, value => MathF.Abs(MathF.Round(50 * value))))];
        Assert.IsType<ByteFeatureMatrix>(Build(whole));
        Assert.Equal(whole, Rows(Build(whole)));
    }

    private static float[] Wide(int seed, int width, int count)
    {
        var random = new Random(seed);
        var row = new float[width];
        for (int i = 0; i < count; i++)
            row[random.Next(width)] = random.NextSingle() - 0.5f;
        return row;
    }

    private static FeatureMatrix Build(float[][] rows)
    {
        var builder = new FeatureMatrixBuilder(rows[0].Length);
        foreach (float[] row in rows)
        {
            row.CopyTo(builder.NextRow());
            builder.Commit();
        }

        return builder.ToMatrix();
    }

    private static float[][] Rows(FeatureMatrix matrix) => [.. Enumerable.Range(0, matrix.RowCount).Select(row =>
    {
        var values = new float[matrix.Width];
        matrix.CopyRow(row, values);
        return values;
    })];
}
