using System.Text.Json;

namespace Microsoft.ML.Jem.Tests.Interop;

/// <summary>ONNX Runtime in Node.js on what we export.</summary>
[Collection(DigitsModel.Shared)]
public sealed class NodeTests(DigitsModel model)
{
    [Theory]
    [InlineData(13)]
    [InlineData(17)]
    [InlineData(21)]
    public async Task Node_scores_the_digits_as_ML_NET_does(int opset)
    {
        string node = await Tool.NodeWithPackages();

        string answer = await Tool.Run(node, "score.mjs", model.Export(new JemOnnxExportOptions { OperatorSet = opset, IncludeLabelNames = true }), model.RowsPath);

        JsonElement scores = JsonSerializer.Deserialize<JsonElement>(answer);
        model.AssertSame(scores);
        Assert.Equal(
            model.Expected.Select(row => model.Jem.Model.ClassNames[(int)row.PredictedLabel - 1]),
            scores.GetProperty("PredictedLabelName").EnumerateArray().Select(name => name.GetString()));
    }
}
