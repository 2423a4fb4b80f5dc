using Xunit.Sdk;

namespace Microsoft.ML.Jem.Tests;

public sealed class PrerequisiteTests
{
    [Fact]
    public void A_test_without_what_it_needs_is_skipped_and_the_summary_says_how_to_get_it()
    {
        var tool = new Prerequisite("A hammer", "buy one");
        tool.Require(isThere: true);
        Assert.Equal("", Prerequisite.Summary([tool]));

        Assert.Contains("A hammer is missing: buy one. There is a stone.", ReasonOfSkip(tool, "There is a stone."));
        Assert.Equal("A hammer is missing: buy one. Tests skipped: 1.", Prerequisite.Summary([tool, new Prerequisite("A nail", "buy one")]));
    }

    [Fact]
    public void Every_prerequisite_is_in_the_summary()
    {
        IEnumerable<object?> declared = typeof(Prerequisite).GetFields().Where(field => field.IsStatic).Select(field => field.GetValue(null));

        Assert.Equal(declared, Prerequisite.All);
    }

    /// <summary>xUnit's own assertions let the exception of a skipped test through, and would skip this one.</summary>
    private static string ReasonOfSkip(Prerequisite prerequisite, string detail)
    {
        try
        {
            prerequisite.Require(isThere: false, detail);
        }
        catch (SkipException skip)
        {
            return skip.Message;
        }

        return "";
    }
}
