using System.Diagnostics;
using System.Globalization;

namespace Microsoft.ML.Jem.Tests.Reliability;

/// <summary>Rows of very many features are trained on in bounded memory, measured in a process of their own.</summary>
public sealed class WideRowsTests(ITestOutputHelper output)
{
    private const long Limit = 2L << 30;

    [Fact]
    [Trait("Category", "Long")]
    public void Two_thousand_sparse_rows_of_a_hundred_thousand_columns_train_within_two_gigabytes()
    {
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "Microsoft.ML.Jem.Wide"), ["2000", "100000"]) { RedirectStandardOutput = true };
        using Process process = Process.Start(start)!;
        string[] lines = process.StandardOutput.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        process.WaitForExit();

        output.WriteLine(string.Join('\n', lines));
        Assert.Equal(0, process.ExitCode);
        Assert.Equal("features 100000, members 3", lines[^2]);
        Assert.InRange(long.Parse(lines[^1], CultureInfo.InvariantCulture), 1, Limit);
    }
}
