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
        Assert.Contains("Usage:", output);
        Assert.Contains("--help", output);
        Assert.Empty(error);
    }

    [Theory]
    [InlineData("Quickstart", "--seed needs a whole number, but got 'one'", "--seed", "one")]
    [InlineData("Quickstart", "Required argument missing for option: '--output'", "--output")]
    [InlineData("Images", "Unrecognized command or argument '--what'", "--what", "x")]
    [InlineData("Images", "--size needs a whole number of at least 8, but got '4'", "--size", "4")]
    [InlineData("Images", "--prepare-idx needs --data", "--prepare-idx", "folder")]
    [InlineData("ModelComparison", "Required argument missing for option: '--ignore'", "--data", "x.csv", "--label", "b", "--ignore")]
    [InlineData("ModelComparison", "--separator needs one character", "--separator", "::")]
    [InlineData("ModelComparison", "--data FILE and --label COLUMN belong together", "--data", "x.csv")]
    [InlineData("ModelComparison", "--ignore names 'b', which is the label", "--data", "x.csv", "--label", "b", "--ignore", "a", "b")]
    [InlineData("ModelComparison", "--data and --set exclude each other", "--data", "x.csv", "--label", "b", "--set", "iris")]
    public void A_mistake_is_named_beside_the_usage(string example, string reason, params string[] args)
    {
        (int code, string output, string error) = ExampleProcess.Run(example, args);

        Assert.Equal(2, code);
        Assert.Contains(reason, error);
        Assert.Contains("Usage:", error);
        Assert.Empty(output);
    }
}
