namespace Microsoft.ML.Jem.Tests;

/// <summary>Holds the layers apart: data flows one way, and nothing below knows what stands above.</summary>
public sealed class ArchitectureTests
{
    private const string Root = "Microsoft.ML.Jem";

    private static readonly References.Reference[] All = References.Of(typeof(JemTrainer).Assembly.Location);

    /// <summary>Each folder, and the folders it may know.</summary>
    public static TheoryData<string, string[]> Layers => new()
    {
        { "Features", [] },
        { "Images", [] },
        { "Evaluation", [] },
        { "Files", [] },
        { "Native", ["Files"] },
        { "Onnx", [] },
        { "Ood", ["Onnx", "Features", "Native"] },
        { "ModelFile", ["Ood", "Onnx", "Features", "Files"] },
        { "Scoring", ["ModelFile", "Onnx", "Features"] },
        { "Networks", ["Onnx", "Features", "Images", "Native"] },
        { "Energy", ["Networks", "Onnx", "Features", "Images", "Native"] },
        { "Sampling", ["Energy", "Networks", "ModelFile", "Onnx", "Features", "Images", "Native"] },
        { "Training", ["Sampling", "Energy", "Networks", "ModelFile", "Ood", "Onnx", "Features", "Images", "Native"] },
        { "Fitting", ["Training", "Sampling", "Energy", "Networks", "Scoring", "ModelFile", "Ood", "Onnx", "Features", "Images", "Native"] },
        { "Generation", ["Training", "Sampling", "Energy", "Networks", "ModelFile", "Onnx", "Features", "Images", "Native"] },
        { "Robustness", ["Evaluation", "Energy", "ModelFile", "Onnx", "Features", "Native"] },
    };

    [Theory]
    [MemberData(nameof(Layers))]
    public void A_folder_knows_only_what_stands_below_it(string folder, string[] below)
    {
        Assert.Empty(From(folder)
            .Where(reference => reference.ToNamespace.StartsWith(Root, StringComparison.Ordinal))
            .Where(reference => !below.Append(folder).Any(known => IsWithin(reference.ToNamespace, known)))
            .Select(reference => $"{reference.From} knows {reference.ToNamespace}"));
    }

    [Theory]
    [InlineData("Features")]
    [InlineData("Images")]
    [InlineData("Evaluation")]
    [InlineData("Onnx")]
    [InlineData("ModelFile")]
    [InlineData("Scoring")]
    public void Scoring_and_what_it_needs_never_touches_TorchSharp(string folder) =>
        Assert.Empty(From(folder).Where(reference => reference.ToAssembly == "TorchSharp").Select(reference => reference.From));

    [Fact]
    public void A_witness_touches_TorchSharp_where_it_is_fitted_alone() => Assert.Empty(From("Ood")
        .Where(reference => reference.ToAssembly == "TorchSharp")
        .Where(reference => reference.Member.StartsWith("Write", StringComparison.Ordinal) || reference.Member.StartsWith("Read", StringComparison.Ordinal))
        .Select(reference => $"{reference.From}.{reference.Member}"));

    [Fact]
    public void Only_the_root_and_MLNet_know_ML_NET()
    {
        string[] mlNet = ["Microsoft.ML.Core", "Microsoft.ML.Data", "Microsoft.ML.DataView", "Microsoft.ML.ImageAnalytics", "Microsoft.ML.Transforms"];
        Assert.Empty(Layers.SelectMany(layer => From(layer.Data.Item1))
            .Where(reference => mlNet.Contains(reference.ToAssembly))
            .Select(reference => $"{reference.From} knows {reference.ToNamespace}"));
    }

    [Fact]
    public void Metrics_are_computed_from_numbers_and_know_no_ML_NET()
    {
        References.Reference[] metrics = References.Of(typeof(Evaluation.CalibrationMetrics).Assembly.Location);

        Assert.Equal(
            ["Microsoft.ML.Jem.Evaluation.ScoredData", "Microsoft.ML.Jem.Evaluation.ScoredLabel", "Microsoft.ML.JemEvaluationCatalog"],
            metrics.Where(reference => reference.ToAssembly.StartsWith("Microsoft.ML.Data", StringComparison.Ordinal))
                .Select(reference => reference.From.Split('/')[0]).Distinct().Order(StringComparer.Ordinal));
        Assert.DoesNotContain(metrics, reference => reference.ToAssembly is Root or "TorchSharp" || reference.ToAssembly.StartsWith("Microsoft.ML.OnnxRuntime", StringComparison.Ordinal));
    }

    [Fact]
    public void Only_kernels_know_the_vectors_of_the_processor() => Assert.Equal(
        [$"{Root}.Networks.Kernels"],
        All.Where(reference => IsOrIsBelow(reference.ToNamespace, "System.Runtime.Intrinsics")).Select(reference => reference.FromNamespace).Distinct());

    [Fact]
    public void Every_folder_has_its_rule()
    {
        IEnumerable<string> folders = All.Select(reference => reference.FromNamespace)
            .Where(name => name.StartsWith(Root + ".", StringComparison.Ordinal))
            .Select(name => name[(Root.Length + 1)..].Split('.')[0]);
        Assert.Equal(Layers.Select(layer => layer.Data.Item1).Append("MLNet").Order(), folders.Distinct().Order());
    }

    [Fact]
    public void The_rules_see_what_they_forbid()
    {
        Assert.Contains(From("Training"), reference => reference.ToAssembly == "TorchSharp");
        Assert.Contains(From("Training"), reference => IsWithin(reference.ToNamespace, "Sampling"));
        Assert.Contains(From("Ood"), reference => reference.ToAssembly == "TorchSharp" && reference.Member == "Fit");
        Assert.Contains(From("MLNet"), reference => reference.ToAssembly == "Microsoft.ML.Data");
    }

    private static IEnumerable<References.Reference> From(string folder) => All.Where(reference => IsWithin(reference.FromNamespace, folder));

    private static bool IsWithin(string name, string folder) =>
        IsOrIsBelow(name, $"{Root}.{folder}");

    private static bool IsOrIsBelow(string name, string other) => name == other || name.StartsWith($"{other}.", StringComparison.Ordinal);
}
