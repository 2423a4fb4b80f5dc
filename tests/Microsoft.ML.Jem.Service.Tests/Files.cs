using System.Globalization;
using System.IO.Compression;
using System.Reflection;
using Microsoft.ML.Data;

namespace Microsoft.ML.Jem.Service.Tests;

/// <summary>Models and rows the tests use.</summary>
internal static class Files
{
    public static string RepositoryRoot => Path.GetFullPath(Metadata("RepositoryRoot"));

    public static string ServiceOutput => Path.GetFullPath(Metadata("ScoringServiceOutput"));

    public static string QuickstartOutput => Path.GetFullPath(Metadata("QuickstartOutput"));

    public static string BundledModel => Path.Combine(RepositoryRoot, "examples", "ScoringService", "Data", "model.zip");

    /// <summary>The bundled model with another temperature: other probabilities, the same energies.</summary>
    public static byte[] AnotherModel(double temperature)
    {
        var context = new MLContext();
        var chain = (TransformerChain<ITransformer>)context.Model.Load(BundledModel, out DataViewSchema schema);
        using JemTransformer other = ((JemTransformer)chain.LastTransformer).WithTemperature(temperature);
        string path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        try
        {
            context.Model.SaveVerified(new TransformerChain<ITransformer>([.. chain.SkipLast(1), other]), schema, path);
            return File.ReadAllBytes(path);
        }
        finally
        {
            File.Delete(path);
        }
    }

    /// <summary>The bundled model as plain <c>Model.Save</c> writes it.</summary>
    public static byte[] WithoutChecksum()
    {
        var context = new MLContext();
        using var file = new MemoryStream();
        context.Model.Save(context.Model.Load(BundledModel, out DataViewSchema schema), schema, file);
        return file.ToArray();
    }

    /// <summary>The pixels of digits: "test" holds known ones, "novel" ones the model never saw.</summary>
    public static float[][] Digits(string split)
    {
        using FileStream file = File.OpenRead(Path.Combine(AppContext.BaseDirectory, "Digits", $"{split}.csv.gz"));
        using var text = new StreamReader(new GZipStream(file, CompressionMode.Decompress));
        text.ReadLine();
        var digits = new List<float[]>();
        while (text.ReadLine() is { } line)
            digits.Add([.. line.Split(',').Skip(1).Select(value => float.Parse(value, CultureInfo.InvariantCulture))]);
        return [.. digits];
    }

    private static string Metadata(string key) =>
        typeof(Files).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(attribute => attribute.Key == key).Value!;
}
