namespace Microsoft.ML.Jem.Features;

/// <summary>Rows of which only the values other than 0 are stored.</summary>
internal sealed class SparseFeatureMatrix(SparseRows rows, int width) : FeatureMatrix(rows.Count, width)
{
    /// <inheritdoc/>
    public override void CopyRow(int row, Span<float> destination) => rows.CopyTo(row, destination);
}

/// <summary>Collects rows of which few values differ from 0.</summary>
internal sealed class SparseRows
{
    private readonly List<(int[] Indices, float[] Values)> _rows = [];

    /// <summary>Number of rows.</summary>
    public int Count => _rows.Count;

    /// <summary>Bytes that indices and values take.</summary>
    public long Bytes { get; private set; }

    /// <summary>Adds a row.</summary>
    public void Add(ReadOnlySpan<float> row)
    {
        int count = row.Length - row.Count(0f);
        var indices = new int[count];
        var values = new float[count];
        for (int j = 0, next = 0; next < count; j++)
        {
            if (row[j] == 0)
                continue;
            (indices[next], values[next]) = (j, row[j]);
            next++;
        }

        _rows.Add((indices, values));
        Bytes += count * (long)(sizeof(int) + sizeof(float));
    }

    /// <summary>Writes a whole row.</summary>
    public void CopyTo(int row, Span<float> destination)
    {
        destination.Clear();
        (int[] indices, float[] values) = _rows[row];
        for (int i = 0; i < indices.Length; i++)
            destination[indices[i]] = values[i];
    }
}
