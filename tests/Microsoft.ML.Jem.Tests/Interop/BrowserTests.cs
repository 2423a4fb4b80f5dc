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
        foreach ((string name, string digit) in new[] { ("zero", "0"), ("a zero", "0"), ("a three", "3") })
        {
            JsonElement drawing = drawings.GetProperty(name);
            Assert.Equal(digit, drawing.GetProperty("digit").GetString());
            Assert.InRange(drawing.GetProperty("sure").GetDouble(), 0.7, 1);
            Assert.InRange(drawing.GetProperty("ood").GetDouble(), 0, 0.95);
        }

        foreach (string name in new[] { "a square", "a scribble", "scribble" })
            Assert.InRange(drawings.GetProperty(name).GetProperty("ood").GetDouble(), 0.95, 1);
    }
}
