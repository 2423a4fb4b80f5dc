using System.Reflection;

namespace Microsoft.ML.Jem.Evaluation.Tests;

/// <summary>The metrics need ML.NET alone.</summary>
public sealed class DependencyTests
{
    [Fact]
    public void The_assembly_refers_to_NET_and_to_ML_NET_alone()
    {
        AssemblyName[] references = typeof(CalibrationMetrics).Assembly.GetReferencedAssemblies();

        Assert.Equal(
            ["Microsoft.ML.Data", "Microsoft.ML.DataView"],
            references.Select(reference => reference.Name!).Where(name => !name.StartsWith("System.", StringComparison.Ordinal)).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Neither_the_trainer_nor_its_runtimes_are_beside_it()
    {
        string[] files = [.. Directory.GetFiles(AppContext.BaseDirectory, "*", SearchOption.AllDirectories).Select(path => Path.GetFileName(path))];

        Assert.Contains("Microsoft.ML.Jem.Evaluation.dll", files);
        Assert.DoesNotContain(files, file => file == "Microsoft.ML.Jem.dll"
            || file.Contains("torch", StringComparison.OrdinalIgnoreCase) || file.Contains("onnx", StringComparison.OrdinalIgnoreCase));
    }
}
