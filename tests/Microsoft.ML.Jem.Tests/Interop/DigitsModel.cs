using System.Text.Json;
using Microsoft.ML.Data;
using Microsoft.ML.Jem.Tests.Data;

namespace Microsoft.ML.Jem.Tests.Interop;

/// <summary>A model of the digits, trained briefly, and what ML.NET says of the test set.</summary>
[CollectionDefinition(Shared)]
public sealed class DigitsModel : IDisposable, ICollectionFixture<DigitsModel>
{
    /// <summary>The collection of tests that share one such model.</summary>
    public const string Shared = "Digits model";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("jem-interop-");
    private readonly TransformerChain<JemTransformer> _chain;

    public DigitsModel()
        : this(numberOfEpochs: 3)
    {
    }

    internal DigitsModel(int? numberOfEpochs)
    {
        Context = new MLContext(seed: 1);
        _chain = TestData.Pipeline(Context, new JemTrainer.Options { NumberOfEpochs = numberOfEpochs })
            .Fit(Context.Data.LoadFromEnumerable(Digits.Read("train")));
        TestRows = Digits.Read("test");
        Expected = TestData.Read(Context, _chain.Transform(Context.Data.LoadFromEnumerable(TestRows)));
        RowsPath = Path.Combine(_folder.FullName, "rows.json");
        File.WriteAllText(RowsPath, JsonSerializer.Serialize(new { width = 64, features = TestRows.SelectMany(row => row.Features) }));
    }

    internal MLContext Context { get; }

    /// <summary>The test set's features, in the form the scripts read.</summary>
    internal string RowsPath { get; }

    internal Digits.Digit[] TestRows { get; }

    internal TestData.Scored[] Expected { get; }

    internal JemTransformer Jem => _chain.LastTransformer;

    /// <summary>Writes the model to a file of its own.</summary>
    internal string Export(JemOnnxExportOptions? options = null)
    {
        string path = Path.Combine(_folder.FullName, Path.GetRandomFileName() + ".onnx");
        using FileStream file = File.Create(path);
        Jem.ExportToOnnx(file, options ?? new JemOnnxExportOptions());
        return path;
    }

    /// <summary>
    /// Compares scores from another runtime with ML.NET's, to 1e-5. OodScore counts held-out rows: where two scores are equal to the
    /// last bits, another order of additions may count a row more or less. How many rows this concerns depends on the model: 5 of 433 in the browser
    /// for the model of these tests, so 2 % are allowed.
    /// </summary>
    internal void AssertSame(JsonElement scores)
    {
        float[] score = Floats(scores, "Score"), energy = Floats(scores, "Energy"), oodScore = Floats(scores, "OodScore");
        float[] labels = Floats(scores, "PredictedLabel");
        int classCount = Jem.Model.NumberOfClasses;
        Assert.Equal(Expected.Length, energy.Length);
        int moved = 0;
        for (int i = 0; i < Expected.Length; i++)
        {
            Assert.Equal(Expected[i].PredictedLabel - 1, labels[i]);
            Assert.All(Expected[i].Score.Zip(score.Skip(i * classCount)), pair => Assert.Equal(pair.First, pair.Second, 1e-5));
            Assert.Equal(Expected[i].Energy, energy[i], 1e-5 * Math.Max(1, Math.Abs(energy[i])));
            Assert.Equal(Expected[i].OodScore, oodScore[i], 3.0 / Jem.Model.CalibrationRowCount);
            moved += Math.Abs(Expected[i].OodScore - oodScore[i]) > 1e-5 ? 1 : 0;
        }

        Assert.InRange(moved, 0, Expected.Length / 50);
    }

    public void Dispose()
    {
        _chain.Dispose();
        _folder.Delete(recursive: true);
    }

    private static float[] Floats(JsonElement scores, string name) => [.. scores.GetProperty(name).EnumerateArray().Select(value => value.GetSingle())];
}
