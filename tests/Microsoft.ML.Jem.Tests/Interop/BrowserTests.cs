using System.Text.Json;

namespace Microsoft.ML.Jem.Tests.Interop;

/// <summary>ONNX Runtime in a browser on what we export, and the page of examples/Browser, used as a person would.</summary>
[Trait("Category", "Long")]
public sealed class BrowserTests : TorchTest
{
    [Fact]
    public async Task The_page_scores_as_ML_NET_does_and_tells_digits_from_scribbles()
    {
        string node = await Tool.NodeWithPackages(), chromium = Tool.Chromium();
        using var model = new DigitsModel(numberOfEpochs: null);

        string answer = await Tool.Run(node, "browser.mjs", model.Export(), model.RowsPath, chromium);

        JsonElement page = JsonSerializer.Deserialize<JsonElement>(answer);
        Assert.Empty(page.GetProperty("errors").EnumerateArray());
        Assert.Empty(page.GetProperty("foreign").EnumerateArray());
        Assert.False(page.GetProperty("overflow").GetBoolean());
        Assert.Equal("–", page.GetProperty("cleared").GetString());
        model.AssertSame(page.GetProperty("scores"));
        AssertDrawings(page.GetProperty("drawings"));
    }

    private static void AssertDrawings(JsonElement drawings)
    {
        (string Name, string Digit)[] digits = [("zero", "0"), ("a zero", "0"), ("a three", "3")];
        Assert.All(digits, drawing => Assert.Equal(drawing.Digit, drawings.GetProperty(drawing.Name).GetProperty("digit").GetString()));
        Assert.All(digits, drawing => Assert.InRange(drawings.GetProperty(drawing.Name).GetProperty("sure").GetDouble(), 0.7, 1));

        double OodScore(string name) => drawings.GetProperty(name).GetProperty("ood").GetDouble();
        double strangestDigit = digits.Max(drawing => OodScore(drawing.Name));
        foreach (string name in new[] { "a square", "a scribble", "scribble" })
            Assert.True(OodScore(name) > Math.Max(0.95, strangestDigit), $"{name}: OodScore {OodScore(name)}, but a digit has {strangestDigit}.");
    }
}
