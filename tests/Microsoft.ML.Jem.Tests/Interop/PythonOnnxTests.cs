using System.Text.Json;

namespace Microsoft.ML.Jem.Tests.Interop;

/// <summary>ONNX's own checker and shape inference, in Python, on what we export.</summary>
[Collection(DigitsModel.Shared)]
public sealed class PythonOnnxTests(DigitsModel model)
{
    [Theory]
    [InlineData(13, false)]
    [InlineData(15, true)]
    [InlineData(17, false)]
    public async Task The_checker_accepts_the_file_and_infers_every_shape(int opset, bool half)
    {
        string python = await Tool.PythonWithOnnx();

        JsonElement file = await Check(python, new JemOnnxExportOptions { OperatorSet = opset, HalfPrecisionWeights = half, IncludeLabelNames = half, IncludeStandardization = !half });

        Assert.Equal(opset, file.GetProperty("opset").GetInt32());
        Assert.Empty(file.GetProperty("unknown").EnumerateArray());
    }

    [Fact]
    public async Task Inputs_outputs_and_metadata_are_as_documented()
    {
        string python = await Tool.PythonWithOnnx();

        JsonElement file = await Check(python, new JemOnnxExportOptions { IncludeLabelNames = true, License = "MIT" });

        Assert.Equal(["Features FLOAT [N, 64]"], file.GetProperty("inputs").EnumerateArray().Select(Describe));
        Assert.Equal(
            ["Energy FLOAT [N]", "OodScore FLOAT [N]", "PredictedLabel INT64 [N]", "PredictedLabelName STRING [N]", "Score FLOAT [N, 8]"],
            file.GetProperty("outputs").EnumerateArray().Select(Describe).Order(StringComparer.Ordinal));
        JsonElement metadata = file.GetProperty("metadata");
        Assert.Equal(model.Jem.Model.ClassNames, JsonSerializer.Deserialize<string[]>(metadata.GetProperty("jem.class_names").GetString()!));
        Assert.Equal("MIT", metadata.GetProperty("license").GetString());
    }

    private async Task<JsonElement> Check(string python, JemOnnxExportOptions options) =>
        JsonSerializer.Deserialize<JsonElement>(await Tool.Run(python, "check.py", model.Export(options)));

    private static string Describe(JsonElement value) =>
        $"{value.GetProperty("name")} {value.GetProperty("type")} [{string.Join(", ", value.GetProperty("shape").EnumerateArray())}]";
}
