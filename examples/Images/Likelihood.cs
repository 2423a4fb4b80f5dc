using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Jem;

namespace Images;

/// <summary>The test images the model finds most and least likely.</summary>
internal sealed record Likelihood(float[][] Images, float[] Energies)
{
    private const int Shown = 10;

    public static Likelihood Of(MLContext mlContext, JemTransformer model, IDataView scored)
    {
        Row[] rows = [.. mlContext.Data.CreateEnumerable<Row>(scored, reuseRowObject: false, ignoreMissingColumns: true).OrderBy(row => row.Energy)];
        Row[] shown = [.. rows.Take(Shown), .. rows.TakeLast(Shown)];
        return new Likelihood([.. shown.Select(row => row.Features)], [.. shown.Select(row => row.Energy)]);
    }

    public float[] Most => Energies[..(Energies.Length / 2)];

    public float[] Least => Energies[(Energies.Length / 2)..];

    private sealed class Row
    {
        [VectorType]
        public float[] Features { get; set; } = [];

        public float Energy { get; set; }
    }
}
