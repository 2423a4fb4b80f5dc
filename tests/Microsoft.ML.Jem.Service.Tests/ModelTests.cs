using System.Diagnostics;
using Microsoft.ML.Data;
using ScoringService.Models;

namespace Microsoft.ML.Jem.Service.Tests;

/// <summary>Which model files the service takes, and how long a model lives.</summary>
public sealed class ModelTests : IDisposable
{
    private readonly string _path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName() + ".zip");

    [Fact]
    public void The_model_in_the_repository_is_small_and_loads()
    {
        Assert.InRange(new FileInfo(Files.BundledModel).Length, 1, 2 << 20);
        Assert.Equal(64, ModelLoading.Load(Files.BundledModel, 16 << 20).Width);
    }

    /// <summary>The command in examples/ScoringService/README.md, with another folder for what it writes.</summary>
    [Fact]
    [Trait("Category", "Long")]
    public async Task The_documented_command_makes_a_model_that_the_service_takes()
    {
        string readme = await File.ReadAllTextAsync(Path.Combine(Files.RepositoryRoot, "examples", "ScoringService", "README.md"), TestContext.Current.CancellationToken);
        string command = Assert.Single(readme.Split('\n'), line => line.Contains("--project examples/Quickstart -- ", StringComparison.Ordinal));
        string[] arguments = command.Split(" -- ")[1].Split(" && ")[0].Split(' ');
        DirectoryInfo folder = Directory.CreateTempSubdirectory("jem-quickstart-");
        try
        {
            arguments[Array.IndexOf(arguments, "--output") + 1] = folder.FullName;
            using Process process = Process.Start(new ProcessStartInfo("dotnet", [Path.Combine(Files.QuickstartOutput, "Quickstart.dll"), .. arguments]) { RedirectStandardOutput = true })!;
            string printed = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);

            Assert.True(process.ExitCode == 0, printed);
            Assert.Equal(64, ModelLoading.Load(Path.Combine(folder.FullName, "model.zip"), 16 << 20).Width);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public void The_output_folder_holds_no_libtorch()
    {
        string[] files = Directory.GetFiles(Files.ServiceOutput, "*", SearchOption.AllDirectories);

        Assert.Contains(files, file => Path.GetFileName(file) == "ScoringService.dll");
        Assert.DoesNotContain(files, file => Path.GetFileName(file) is var name
            && name.Contains("torch", StringComparison.OrdinalIgnoreCase) && name != "TorchSharp.dll");
        Assert.InRange(files.Sum(file => new FileInfo(file).Length), 0, 150L << 20);
    }

    [Fact]
    public void A_request_finishes_with_the_model_it_began_with()
    {
        using var slot = new ModelSlot();
        LoadedModel first = ModelLoading.Load(Files.BundledModel, 16 << 20);
        slot.Replace(first);
        float[][] rows = Files.Digits("test")[..20];
        RowScores[] before = first.Score(rows);
        ModelLease lease = slot.TryAcquire()!;

        slot.Replace(ModelLoading.Load(Files.BundledModel, 16 << 20));
        RowScores[] during = lease.Model.Score(rows);
        lease.Dispose();
        lease.Dispose();

        Assert.Same(first, lease.Model);
        Assert.Equal(before.Select(row => row.Energy), during.Select(row => row.Energy));
        Assert.Throws<ObjectDisposedException>(() => first.ScoreAtOnce(rows));
        using ModelLease next = slot.TryAcquire()!;
        Assert.NotSame(first, next.Model);
        Assert.Equal(before.Length, next.Model.Score(rows).Length);
    }

    [Fact]
    public void Engines_and_views_give_the_same_numbers()
    {
        LoadedModel model = ModelLoading.Load(Files.BundledModel, 16 << 20);
        float[][] rows = Files.Digits("novel")[..50];

        RowScores[] one = model.ScoreSingly(rows);
        RowScores[] many = model.ScoreAtOnce(rows);

        Assert.Equal(one.Select(row => row.PredictedLabel), many.Select(row => row.PredictedLabel));
        Assert.All(one.Zip(many), pair => Assert.Equal(pair.First.Energy, pair.Second.Energy, 1e-4));
    }

    [Fact]
    public void A_file_that_unpacks_to_too_much_is_refused()
    {
        var error = Assert.Throws<InvalidDataException>(() => ModelLoading.Load(Files.BundledModel, new FileInfo(Files.BundledModel).Length));
        Assert.Contains("unpacks to more than", error.Message);
        error = Assert.Throws<InvalidDataException>(() => ModelLoading.Load(Files.BundledModel, 1000));
        Assert.Contains("expected at most 1000", error.Message);
    }

    [Fact]
    public void A_file_without_a_checksum_is_refused_with_what_to_do()
    {
        File.WriteAllBytes(_path, Files.WithoutChecksum());

        var error = Assert.Throws<InvalidDataException>(() => ModelLoading.Load(_path, 16 << 20));

        Assert.Contains("save it with SaveVerified", error.Message);
    }

    [Fact]
    public void A_model_of_another_kind_and_one_that_computes_its_features_are_refused()
    {
        var context = new MLContext();
        var chain = (TransformerChain<ITransformer>)context.Model.Load(Files.BundledModel, out DataViewSchema schema);
        IDataView rows = context.Data.LoadFromEnumerable(new[] { new FeatureRow() }, FeaturesOf(schema));

        context.Model.SaveVerified(new TransformerChain<ITransformer>([.. chain.SkipLast(1)]), schema, _path);
        var error = Assert.Throws<InvalidDataException>(() => ModelLoading.Load(_path, 16 << 20));
        Assert.Contains("does not end with a Jem classifier", error.Message);

        ITransformer scaling = context.Transforms.CopyColumns("Features", "Features").Fit(rows);
        context.Model.SaveVerified(new TransformerChain<ITransformer>([scaling, chain.LastTransformer]), schema, _path);
        error = Assert.Throws<InvalidDataException>(() => ModelLoading.Load(_path, 16 << 20));
        Assert.Contains("computes its column 'Features'", error.Message);
    }

    private static SchemaDefinition FeaturesOf(DataViewSchema schema)
    {
        var definition = SchemaDefinition.Create(typeof(FeatureRow));
        definition[nameof(FeatureRow.Features)].ColumnType = schema["Features"].Type;
        return definition;
    }

    public void Dispose() => File.Delete(_path);
}
