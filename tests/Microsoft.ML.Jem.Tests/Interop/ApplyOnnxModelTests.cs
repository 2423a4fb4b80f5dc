using Microsoft.ML.Data;

namespace Microsoft.ML.Jem.Tests.Interop;

/// <summary>ML.NET's own ApplyOnnxModel on what we export; docs/onnx.md documents these column shapes.</summary>
[Collection(DigitsModel.Shared)]
public sealed class ApplyOnnxModelTests(DigitsModel model)
{
    [Fact]
    public void ApplyOnnxModel_gives_the_scores_of_the_model_itself()
    {
        IDataView scored = Apply(model.Export(new JemOnnxExportOptions { IncludeLabelNames = true }));

        Row[] rows = [.. model.Context.Data.CreateEnumerable<Row>(scored, reuseRowObject: false)];

        Assert.Equal(model.Expected.Length, rows.Length);
        for (int i = 0; i < rows.Length; i++)
        {
            TestData.Scored expected = model.Expected[i];
            Assert.Equal(expected.PredictedLabel - 1, rows[i].PredictedLabel.Single());
            Assert.Equal(model.Jem.Model.ClassNames[(int)expected.PredictedLabel - 1], rows[i].PredictedLabelName.Single());
            Assert.All(expected.Score.Zip(rows[i].Score), pair => Assert.Equal(pair.First, pair.Second, 1e-5));
            Assert.Equal(expected.Energy, rows[i].Energy.Single(), 1e-5 * Math.Max(1, Math.Abs(expected.Energy)));
            Assert.Equal(expected.OodScore, rows[i].OodScore.Single(), 3.0 / model.Jem.Model.CalibrationRowCount);
        }
    }

    [Fact]
    public void Column_types_are_as_documented()
    {
        DataViewSchema schema = Apply(model.Export(new JemOnnxExportOptions { IncludeLabelNames = true })).Schema;

        Assert.Equal("Vector<Single, 1, 8>", schema["Score"].Type.ToString());
        Assert.Equal("Vector<Int64, 1>", schema["PredictedLabel"].Type.ToString());
        Assert.Equal("Vector<String, 1>", schema["PredictedLabelName"].Type.ToString());
        Assert.Equal("Vector<Single, 1>", schema["Energy"].Type.ToString());
        Assert.Equal("Vector<Single, 1>", schema["OodScore"].Type.ToString());
    }

    private IDataView Apply(string path)
    {
        IDataView data = model.Context.Data.LoadFromEnumerable(model.TestRows);
        return model.Context.Transforms.ApplyOnnxModel(["PredictedLabel", "PredictedLabelName", "Score", "Energy", "OodScore"], ["Features"], path).Fit(data).Transform(data);
    }

    private sealed class Row
    {
        public long[] PredictedLabel { get; set; } = [];

        public string[] PredictedLabelName { get; set; } = [];

        public float[] Score { get; set; } = [];

        public float[] Energy { get; set; } = [];

        public float[] OodScore { get; set; } = [];
    }
}
