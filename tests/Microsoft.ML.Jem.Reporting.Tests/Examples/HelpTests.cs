namespace Microsoft.ML.Jem.Reporting.Tests.Examples;

public sealed class HelpTests
{
    [Theory]
    [InlineData("Quickstart", "--help")]
    [InlineData("Quickstart", "--seed", "2", "-h")]
    [InlineData("Images", "--help")]
    [InlineData("ModelComparison", "-h")]
    public void Help_is_no_mistake(string example, params string[] args)
    {
        (int code, string output, string error) = ExampleProcess.Run(example, args);

        Assert.Equal(0, code);
        Assert.Contains("Usage: ", output);
        Assert.Contains("--help", output);
        Assert.Empty(error);
    }

    [Theory]
    [InlineData("Quickstart", "--seed needs a whole number", "--seed", "one")]
    [InlineData("Quickstart", "--output needs a value", "--output")]
    [InlineData("Images", "Unknown argument '--what'", "--what", "x")]
    public void A_mistake_is_named_beside_the_usage(string example, string reason, params string[] args)
    {
        (int code, _, string error) = ExampleProcess.Run(example, args);

        Assert.Equal(2, code);
        Assert.Contains(reason, error);
        Assert.Contains("Usage: ", error);
    }
}
