using NetArchTest.Rules;

namespace Microsoft.ML.Jem.Tests;

/// <summary>Holds the layers apart: data flows one way, and nothing below knows what stands above.</summary>
public sealed class ArchitectureTests
{
    private const string Root = "Microsoft.ML.Jem";

    /// <summary>Each folder, and the folders it may know.</summary>
    public static TheoryData<string, string[]> Layers => new()
    {
        { "Features", [] },
        { "Images", [] },
        { "Calibration", [] },
        { "Evaluation", [] },
        { "Native", [] },
        { "Onnx", ["Features", "Calibration"] },
        { "Scoring", ["Onnx", "Features", "Calibration"] },
        { "Networks", ["Onnx", "Features", "Images"] },
        { "Energy", ["Networks", "Onnx", "Features", "Images"] },
        { "Sampling", ["Energy", "Networks", "Onnx", "Features", "Images"] },
        { "Training", ["Sampling", "Energy", "Networks", "Onnx", "Calibration", "Features", "Images", "Native"] },
        { "Generation", ["Training", "Sampling", "Energy", "Networks", "Onnx", "Features", "Images"] },
    };

    [Theory]
    [MemberData(nameof(Layers))]
    public void A_folder_knows_only_what_stands_below_it(string folder, string[] below)
    {
        string[] others =
        [
            .. Layers.Select(layer => layer.Data.Item1).Append("MLNet")
                .Where(other => other != folder && !below.Contains(other)).Select(other => $"{Root}.{other}"),
        ];

        AssertSuccess(Types.InAssembly(typeof(JemTrainer).Assembly).That().ResideInNamespace($"{Root}.{folder}")
            .ShouldNot().HaveDependencyOnAny(others).GetResult());
    }

    [Theory]
    [InlineData("Features")]
    [InlineData("Images")]
    [InlineData("Calibration")]
    [InlineData("Evaluation")]
    [InlineData("Onnx")]
    [InlineData("Scoring")]
    public void Scoring_and_what_it_needs_never_touches_TorchSharp(string folder) =>
        AssertSuccess(Types.InAssembly(typeof(JemTrainer).Assembly).That().ResideInNamespace($"{Root}.{folder}")
            .ShouldNot().HaveDependencyOn("TorchSharp").GetResult());

    [Fact]
    public void Only_the_root_and_MLNet_know_ML_NET()
    {
        string[] mlNet = ["Microsoft.ML.Data", "Microsoft.ML.Runtime", "Microsoft.ML.IDataView", "Microsoft.ML.DataViewSchema", "Microsoft.ML.MLContext", "Microsoft.ML.Trainers"];
        foreach (string folder in Layers.Select(layer => layer.Data.Item1))
        {
            AssertSuccess(Types.InAssembly(typeof(JemTrainer).Assembly).That().ResideInNamespace($"{Root}.{folder}")
                .ShouldNot().HaveDependencyOnAny(mlNet).GetResult());
        }
    }

    [Fact]
    public void The_rules_see_what_they_forbid() =>
        Assert.False(Types.InAssembly(typeof(JemTrainer).Assembly).That().ResideInNamespace($"{Root}.Training")
            .ShouldNot().HaveDependencyOn("TorchSharp").GetResult().IsSuccessful);

    private static void AssertSuccess(NetArchTest.Rules.TestResult result) =>
        Assert.True(result.IsSuccessful, "Layers are crossed by " + string.Join(", ", (result.FailingTypes ?? []).Select(type => type.FullName)));
}
