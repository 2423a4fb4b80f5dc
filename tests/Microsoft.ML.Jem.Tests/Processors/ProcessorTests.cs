using System.Globalization;
using System.Text.RegularExpressions;

namespace Microsoft.ML.Jem.Tests.Processors;

/// <summary>The tests of code that computes with vectors, on processors with narrower vectors than this one's, and with none.</summary>
public sealed partial class ProcessorTests
{
    private static readonly string[] VectorCode =
    [
        "Networks.Kernels.*", "Networks.VectorizedPerceptronTests", "Networks.VectorizedWideResNetTests", "Sampling.LangevinSamplerTests",
        "Features.FeatureMatrixBuilderTests", "Features.StandardizationTests", "Scoring.OnnxScorerTests", "Training.JemTrainingOptionsTests",
        "Processors.ThisProcessor",
    ];

    [Theory]
    [InlineData(512)]
    [InlineData(256)]
    [InlineData(128)]
    [InlineData(0)]
    public async Task Vector_code_passes_its_tests_whatever_vectors_there_are(int bits)
    {
        string[] classes = [.. VectorCode.SelectMany(name => new[] { "-class", $"Microsoft.ML.Jem.Tests.{name}" })];

        string printed = await Processor.Of(bits).RunTests([.. classes, "-trait-", "Category=Long"]);

        Match report = Report().Match(printed);
        Assert.True(report.Success, printed);
        int seen = int.Parse(report.Groups["bits"].Value, CultureInfo.InvariantCulture);
        Assert.True(bits == 512 ? seen >= ThisProcessor.Bits : seen == Math.Min(bits, await OwnBits()), printed);
        Match result = Result().Match(printed);
        Assert.True(result.Success, printed);
        Assert.InRange(int.Parse(result.Groups["total"].Value, CultureInfo.InvariantCulture), 40, int.MaxValue);
        Assert.True(result.Groups["other"].Value == "Errors: 0, Failed: 0, Skipped: 0", printed);
    }

    /// <summary>Bits of this machine's vectors, whatever this process was told to believe.</summary>
    private static async Task<int> OwnBits()
    {
        string printed = await Processor.Of(512).RunTests("-class", typeof(ThisProcessor).FullName!);
        return int.Parse(Report().Match(printed).Groups["bits"].Value, CultureInfo.InvariantCulture);
    }

    [GeneratedRegex(@"vectors of (?<bits>\d+) bits")]
    private static partial Regex Report();

    [GeneratedRegex(@"Total: (?<total>\d+), (?<other>Errors: \d+, Failed: \d+, Skipped: \d+)")]
    private static partial Regex Result();
}
