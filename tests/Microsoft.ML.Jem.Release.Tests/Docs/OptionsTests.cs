using System.Globalization;
using System.Text.RegularExpressions;

namespace Microsoft.ML.Jem.Release.Tests.Docs;

/// <summary>docs/options.md is what the code says, and the code's own words name the true defaults.</summary>
public sealed partial class OptionsTests
{
    [Fact]
    public void The_options_page_is_up_to_date() => UpToDate.Check("options.md", OptionsReference.Write());

    [Fact]
    public void Every_option_names_its_true_default()
    {
        var mistakes = new List<string>();
        foreach ((System.Reflection.PropertyInfo property, object? value) in OptionsReference.All())
        {
            string summary = OptionsReference.Summary(property);
            Match stated = Default().Match(summary);
            string said = stated.Success ? stated.Groups[1].Value.Trim('`', '"').Replace(" ", "", StringComparison.Ordinal) : "";
            string actual = OptionsReference.Describe(value).Trim('`', '"').Replace(" ", "", StringComparison.Ordinal);
            bool agrees = double.TryParse(said, CultureInfo.InvariantCulture, out double number) && double.TryParse(actual, CultureInfo.InvariantCulture, out double other)
                ? number == other || (float)number == (float)other
                : said == actual || (value is null && summary.Contains("null, the default", StringComparison.Ordinal));
            if (!agrees)
                mistakes.Add($"{property.Name} is {actual}, but its documentation says: {summary}");
        }

        Assert.True(mistakes.Count == 0, string.Join('\n', mistakes));
    }

    [GeneratedRegex(@"The default value is (?:an? )?(`""?[^`]*""?`|none|null|true|false|[0-9][0-9 .]*[0-9]|[0-9])")]
    private static partial Regex Default();
}
