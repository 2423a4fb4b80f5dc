using Microsoft.ML.Data;
using ScoringService.Api;
using ScoringService.Models;

namespace Microsoft.ML.Jem.Service.Tests;

/// <summary>What ML.NET's own PredictionEngine says of rows, to compare the service's answers with.</summary>
internal static class Expected
{
    public static RowScores[] Of(string modelPath, float[][] rows)
    {
        var context = new MLContext();
        ITransformer chain = context.Model.Load(modelPath, out DataViewSchema schema);
        var definition = SchemaDefinition.Create(typeof(LabelledRow));
        definition[nameof(LabelledRow.Features)].ColumnType = schema["Features"].Type;
        using var engine = context.Model.CreatePredictionEngine<LabelledRow, RowScores>(chain, inputSchemaDefinition: definition);
        return Array.ConvertAll(rows, row => engine.Predict(new LabelledRow { Features = row }));
    }

    public static void Equal(RowScores[] expected, IReadOnlyList<RowPrediction> actual, IReadOnlyList<string> classes)
    {
        Assert.Equal(expected.Length, actual.Count);
        for (int i = 0; i < expected.Length; i++)
        {
            Assert.Equal(classes[(int)expected[i].PredictedLabel - 1], actual[i].Label);
            Assert.Equal(expected[i].Energy, actual[i].Energy, 1e-4);
            Assert.Equal(expected[i].OodScore, actual[i].OodScore, 2e-3);
            Assert.All(expected[i].Score.Zip(actual[i].Probabilities), pair => Assert.Equal(pair.First, pair.Second, 1e-5));
            Assert.Equal(actual[i].OodScore > 0.95, actual[i].IsUnfamiliar);
        }
    }

    private sealed class LabelledRow
    {
        public string Label { get; set; } = "";

        public float[] Features { get; set; } = [];
    }
}
