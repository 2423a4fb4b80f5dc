using System.Diagnostics;
using System.Globalization;
using System.IO.Compression;
using Microsoft.ML.Data;

namespace Microsoft.ML.Jem.Tests;

/// <summary>Models that are saved, loaded, moved to another process, and damaged on the way.</summary>
public sealed class JemTransformerPersistenceTests(CloudModel model) : IClassFixture<CloudModel>
{
    private readonly MLContext _context = model.Context;

    [Fact]
    public void A_loaded_model_scores_as_the_saved_one_did()
    {
        using var file = new MemoryStream(Save());

        ITransformer loaded = new MLContext().Model.Load(file, out DataViewSchema schema);

        TestData.Scored[] expected = TestData.Read(_context, model.Chain.Transform(model.Data));
        TestData.Scored[] actual = TestData.Read(_context, loaded.Transform(model.Data));
        Assert.Equal(expected.Select(row => row.PredictedLabel), actual.Select(row => row.PredictedLabel));
        Assert.Equal(expected.Select(row => row.Energy), actual.Select(row => row.Energy));
        Assert.Equal(expected.Select(row => row.OodScore), actual.Select(row => row.OodScore));
        Assert.Equal(expected.SelectMany(row => row.Score), actual.SelectMany(row => row.Score));
        Assert.Equal(model.Data.Schema.Select(column => column.Name), schema.Select(column => column.Name));
    }

    [Fact]
    public void The_history_is_read_when_it_is_asked_for_and_not_to_score()
    {
        using var file = new MemoryStream(Save());
        var loaded = (TransformerChain<ITransformer>)new MLContext().Model.Load(file, out _);
        JemModelParameters parameters = loaded.OfType<JemTransformer>().Single().Model;

        TestData.Read(_context, loaded.Transform(model.Data));

        Assert.False(parameters.History.IsValueCreated);
        Assert.Equal(
            model.Jem.Model.TrainingHistory.Select(epoch => (epoch.Epoch, epoch.Member, epoch.ClassificationLoss, epoch.Elapsed)),
            parameters.TrainingHistory.Select(epoch => (epoch.Epoch, epoch.Member, epoch.ClassificationLoss, epoch.Elapsed)));
        Assert.All(parameters.TrainingHistory, epoch => Assert.True(epoch.Elapsed > TimeSpan.Zero));
        Assert.Equal(model.Jem.Model.ClassNames, parameters.ClassNames);
        Assert.Equal(model.Jem.Model.CalibrationRowCount, parameters.CalibrationRowCount);
    }

    [Fact]
    public void A_loaded_model_keeps_its_column_annotations()
    {
        using var file = new MemoryStream(Save());
        DataViewSchema expected = model.Chain.GetOutputSchema(model.Data.Schema);

        DataViewSchema actual = new MLContext().Model.Load(file, out _).GetOutputSchema(model.Data.Schema);

        Assert.Equal(
            expected.SelectMany(column => column.Annotations.Schema.Select(kind => (column.Name, kind.Name))),
            actual.SelectMany(column => column.Annotations.Schema.Select(kind => (column.Name, kind.Name))));
    }

    [Fact]
    public async Task A_process_without_libtorch_scores_the_saved_model()
    {
        string program = Path.Combine(AppContext.BaseDirectory, "ScoreOnly");
        Assert.DoesNotContain(
            Directory.GetFiles(program, "*", SearchOption.AllDirectories),
            file => Path.GetFileName(file).Contains("torch", StringComparison.OrdinalIgnoreCase) && !file.EndsWith(".dll", StringComparison.Ordinal));
        string path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName() + ".zip");
        await File.WriteAllBytesAsync(path, Save(), TestContext.Current.CancellationToken);
        TestData.Row[] rows = TestData.Clouds(2, seed: 9);
        try
        {
            string[] lines = await Run(program, path, rows);

            TestData.Scored[] expected = TestData.Read(_context, model.Chain.Transform(_context.Data.LoadFromEnumerable(rows)));
            Assert.Equal(rows.Length, lines.Length);
            for (int i = 0; i < rows.Length; i++)
            {
                float[] values = [.. lines[i].Split(' ').Select(value => float.Parse(value, CultureInfo.InvariantCulture))];
                Assert.Equal(expected[i].PredictedLabel, values[0]);
                Assert.Equal(expected[i].Energy, values[1], 1e-5);
                Assert.Equal(expected[i].OodScore, values[2], 1e-6);
                Assert.All(expected[i].Score.Zip(values[3..]), pair => Assert.Equal(pair.First, pair.Second, 1e-6));
            }
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Theory]
    [InlineData(0.1)]
    [InlineData(0.5)]
    [InlineData(0.99)]
    public void A_truncated_file_is_refused(double share)
    {
        byte[] file = Save();

        Assert.ThrowsAny<Exception>(() => Load(file[..(int)(file.Length * share)]));
    }

    [Fact]
    public void An_altered_graph_is_refused_with_a_clear_message()
    {
        byte[] file = WithEntry(Save(), "model.onnx", bytes => bytes[bytes.Length / 2] ^= 0x10);

        Exception error = Assert.ThrowsAny<Exception>(() => Load(file));

        Assert.Contains("checksum", error.ToString());
    }

    [Fact]
    public void A_file_of_a_newer_format_is_refused_as_newer()
    {
        // The header of Model.key: signature, then the version written and the version readable (ModelHeader).
        byte[] file = WithEntry(Save(), "Model.key", bytes =>
        {
            int signature = bytes.AsSpan().IndexOf("JEMCLASS"u8) is var found && found >= 0
                ? found
                : bytes.AsSpan().IndexOf("SSALCMEJ"u8);
            Assert.True(signature >= 0);
            bytes[signature + 8] = 0x77;
            bytes[signature + 12] = 0x77;
        });

        Exception error = Assert.ThrowsAny<Exception>(() => Load(file));

        Assert.Contains("version", error.ToString(), StringComparison.OrdinalIgnoreCase);
    }

    private static void Load(byte[] file)
    {
        using var stream = new MemoryStream(file);
        new MLContext().Model.Load(stream, out _);
    }

    private byte[] Save()
    {
        using var file = new MemoryStream();
        _context.Model.Save(model.Chain, model.Data.Schema, file);
        return file.ToArray();
    }

    /// <summary>The file with one of the Jem model's own streams changed.</summary>
    private static byte[] WithEntry(byte[] file, string name, Action<byte[]> change)
    {
        using var memory = new MemoryStream();
        memory.Write(file);
        using (var archive = new ZipArchive(memory, ZipArchiveMode.Update, leaveOpen: true))
        {
            string graph = archive.Entries.Single(entry => entry.FullName.EndsWith("model.onnx", StringComparison.Ordinal)).FullName;
            string path = graph.Replace("model.onnx", name);
            ZipArchiveEntry entry = archive.Entries.Single(candidate => candidate.FullName == path);
            using var content = new MemoryStream();
            using (Stream stream = entry.Open())
                stream.CopyTo(content);
            byte[] bytes = content.ToArray();
            change(bytes);
            entry.Delete();
            using Stream target = archive.CreateEntry(path).Open();
            target.Write(bytes);
        }

        return memory.ToArray();
    }

    private static async Task<string[]> Run(string program, string modelPath, TestData.Row[] rows)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add(Path.Combine(program, "Microsoft.ML.Jem.ScoreOnly.dll"));
        start.ArgumentList.Add(modelPath);
        foreach (TestData.Row row in rows)
            start.ArgumentList.Add(string.Join(',', row.Features.Select(value => value.ToString("R", CultureInfo.InvariantCulture))));
        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        Task<string> error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(process.ExitCode == 0, await output + await error);
        return (await output).Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
