using Microsoft.ML.Data;
using Microsoft.ML.Jem.Benchmarks.Data;
using Microsoft.ML.Jem.Features;
using static TorchSharp.torch;

namespace Microsoft.ML.Jem.Benchmarks.Baseline;

/// <summary>Batches of rows, read from an ML.NET cursor in a new order each time: every row becomes a tensor, a batch is stacked of them.</summary>
internal sealed class PaperRows(IDataView data, Standardization standardization, int batchSize, Random random)
{
    /// <summary>All full batches of one pass; a batch's tensors are the caller's.</summary>
    public IEnumerable<(Tensor X, Tensor Y)> Batches()
    {
        var x = new List<Tensor>();
        var y = new List<Tensor>();
        using DataViewRowCursor cursor = data.GetRowCursor(data.Schema, random);
        ValueGetter<VBuffer<float>> features = cursor.GetGetter<VBuffer<float>>(data.Schema[nameof(Row.Features)]);
        ValueGetter<uint> label = cursor.GetGetter<uint>(data.Schema[nameof(Row.Label)]);
        VBuffer<float> values = default;
        uint key = 0;
        while (cursor.MoveNext())
        {
            features(ref values);
            label(ref key);
            float[] row = [.. values.DenseValues()];
            standardization.Apply(row);
            x.Add(tensor(row));
            y.Add(tensor((long)key - 1));
            if (x.Count < batchSize)
                continue;
            yield return (stack(x), stack(y));
            Clear(x);
            Clear(y);
        }

        Clear(x);
        Clear(y);
    }

    private static void Clear(List<Tensor> tensors)
    {
        tensors.ForEach(tensor => tensor.Dispose());
        tensors.Clear();
    }
}
