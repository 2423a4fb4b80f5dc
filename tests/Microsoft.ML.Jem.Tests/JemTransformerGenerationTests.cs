using Microsoft.ML.Data;
using Microsoft.ML.Jem.Features;
using Microsoft.ML.Jem.Generation;
using Microsoft.ML.Jem.Networks;
using Microsoft.ML.Jem.Sampling;
using Microsoft.ML.Jem.Tests.Images;
using Microsoft.ML.Jem.Tests.Networks;
using Microsoft.ML.Jem.Training;

namespace Microsoft.ML.Jem.Tests;

public sealed class JemTransformerGenerationTests(CloudModel shared) : TorchTest, IClassFixture<CloudModel>
{
    private static readonly float[][] Rows = [.. TestData.Clouds().Select(row => row.Features)];

    private JemTransformer Model => shared.Jem;

    [Fact]
    public void Energies_of_arrays_and_views_are_those_of_the_column()
    {
        float[] column = [.. TestData.Read(shared.Context, shared.Chain.Transform(shared.Data)).Select(row => row.Energy)];
        Near.Equal(column, Model.Energy(Rows), 1e-6, 1e-6);
        Assert.Equal(Model.Energy(Rows), Model.Energy(shared.Data));
    }

    [Fact]
    public void Class_energies_add_up_to_the_energy_and_are_lowest_for_the_predicted_class()
    {
        using TransformerChain<JemTransformer> single = TestData.Pipeline(shared.Context, TestData.Fast(options => (options.NumberOfMembers, options.NumberOfEpochs) = (1, 2))).Fit(shared.Data);
        float[][] energies = single.LastTransformer.ClassEnergies(Rows);

        float[] total = [.. energies.Select(row => (float)-Math.Log(row.Sum(energy => Math.Exp(-energy))))];
        Near.Equal(single.LastTransformer.Energy(Rows), total, 1e-4, 1e-4);
        uint[] predicted = [.. TestData.Read(shared.Context, single.Transform(shared.Data)).Select(row => row.PredictedLabel)];
        Assert.Equal(predicted, energies.Select(row => (uint)Array.IndexOf(row, row.Min()) + 1));
        Near.Equal([.. energies.SelectMany(row => row)], [.. single.LastTransformer.ClassEnergies(shared.Data).SelectMany(row => row)], 1e-6, 1e-6);
    }

    [Fact]
    public void With_several_members_the_energy_is_at_most_what_the_class_energies_add_up_to()
    {
        Assert.True(Model.Model.NumberOfMembers > 1);
        float[] energies = Model.Energy(Rows);
        double[] total = [.. Model.ClassEnergies(Rows).Select(row => -Math.Log(row.Sum(energy => Math.Exp(-energy))))];

        Assert.All(energies.Zip(total), pair => Assert.True(pair.First <= pair.Second + 1e-4, $"{pair.First} > {pair.Second}"));
        Assert.Contains(energies.Zip(total), pair => pair.First < pair.Second - 1e-3);

        // The energy is the mean of the members' own.
        using var members = new Members(Model);
        Near.Equal([.. members.Energies(Rows).Select(energy => (float)energy)], energies, 1e-4, 1e-4);
    }

    [Fact]
    public void A_feature_that_never_varied_comes_back_as_it_was()
    {
        TestData.Row[] rows = TestData.Clouds();
        foreach (TestData.Row row in rows)
        {
            float apart = row.Label == "c" ? 4 : 0;
            row.Features = [row.Features[0] + apart, row.Features[1] + apart, 5, 2e38f];
        }

        IDataView data = shared.Context.Data.LoadFromEnumerable(rows);
        using TransformerChain<JemTransformer> trained = TestData.Pipeline(shared.Context, TestData.Fast(options => options.NumberOfMembers = 2)).Fit(data);
        JemTransformer model = trained.LastTransformer;

        Assert.All(model.Sample(20, seed: 1, cancellationToken: TestContext.Current.CancellationToken), sample => Assert.Equal([5, 2e38f], sample[2..]));
        Assert.All(model.Refine(data, 2), row => Assert.Equal([5, 2e38f], row[2..]));

        // No finite value of the features says anything, not even where its difference from the constant overflows.
        float[][] extremes = [.. new[] { 5, 0, float.MaxValue, -float.MaxValue }.Select(value => new[] { 1, 1, value, value })];
        Assert.All(model.Refine(extremes, 0, cancellationToken: TestContext.Current.CancellationToken), row => Assert.Equal([5, 2e38f], row[2..]));
        Assert.All(model.Energy(extremes), energy => Assert.Equal(model.Energy(extremes)[0], energy));
        Assert.True(float.IsFinite(model.Energy(extremes)[0]));
        Assert.All(model.Energy([[1, 1, float.NaN, 1], [1, 1, float.PositiveInfinity, 1]]), energy => Assert.True(float.IsNaN(energy)));
    }

    [Fact]
    public void The_approximate_mass_is_the_slope_of_the_energy_in_standardised_features()
    {
        Standardization standardization = Model.Model.Settings.Standardization;
        const float Step = 0.003f;
        float[] mass = Model.ApproximateMass(Rows);
        int[] smooth = [.. Enumerable.Range(0, Rows.Length).Where(i => IsSmooth(Rows[i]))];
        Assert.True(smooth.Length >= 20, $"Only {smooth.Length} rows lie apart from the borders of all ramps.");
        foreach (int i in smooth.Take(20))
        {
            double squares = 0;
            for (int j = 0; j < 4; j++)
            {
                float step = Step / standardization.Scale[j];
                float[] up = [.. Rows[i]], down = [.. Rows[i]];
                up[j] += step;
                down[j] -= step;
                float[] energies = Model.Energy([up, down]);
                squares += Math.Pow((energies[0] - energies[1]) / (2 * Step), 2);
            }

            Assert.Equal(-Math.Sqrt(squares), mass[i], 0.02 * Math.Sqrt(squares));
        }

        Near.Equal(mass, Model.ApproximateMass(shared.Data), 1e-6, 1e-5);

        // The energy has no slope where a ramp of the encoding begins or ends.
        bool IsSmooth(float[] row)
        {
            PiecewiseLinearEncoding encoding = ((PerceptronSettings)NetworkDescription.Read(Model.Model.Settings.Metadata, null).Settings!).Encoding!;
            float[] x = [.. row];
            standardization.Apply(x);
            return Enumerable.Range(0, encoding.Count).All(e =>
                Math.Abs(x[encoding.Feature[e]] - encoding.Offset[e]) > 2 * Step && Math.Abs(x[encoding.Feature[e]] - encoding.Offset[e] - (1 / encoding.Scale[e])) > 2 * Step);
        }
    }

    [Fact]
    public void A_seed_determines_the_samples()
    {
        float[][] samples = Model.Sample(300, seed: 1, cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(300, samples.Length);
        Assert.All(samples, sample => Assert.All(sample, value => Assert.True(float.IsFinite(value))));
        Assert.Equal(samples, Model.Sample(300, seed: 1, cancellationToken: TestContext.Current.CancellationToken));
        Assert.NotEqual(samples, Model.Sample(300, seed: 2, cancellationToken: TestContext.Current.CancellationToken));
    }

    [Fact]
    public void Samples_lie_among_the_data_in_the_features_own_scale()
    {
        float[][] samples = Model.Sample(600, seed: 1, cancellationToken: TestContext.Current.CancellationToken);
        for (int j = 0; j < 4; j++)
            Assert.InRange(samples.Average(sample => sample[j]), Rows.Average(row => row[j]) - 1.2, Rows.Average(row => row[j]) + 1.2);
    }

    [Theory]
    [InlineData(SampleStart.ReplayBuffer)]
    [InlineData(SampleStart.InitialDistribution)]
    public void Samples_of_a_class_are_classified_as_it(SampleStart start)
    {
        foreach ((string name, int k) in new[] { ("a", 0), ("b", 1), ("c", 2) })
        {
            float[][] samples = Model.Sample(100, name, start: start, seed: 3, cancellationToken: TestContext.Current.CancellationToken);
            int right = Model.ClassEnergies(samples).Count(row => Array.IndexOf(row, row.Min()) == Array.IndexOf([.. Model.Model.ClassNames], name));
            Assert.True(right >= 85, $"{right} of 100 samples of class {name} ({k}) are classified as it.");
        }
    }

    [Fact]
    public void Refining_lowers_the_energy_and_no_step_leaves_the_rows_alone()
    {
        float[][] start = [.. Rows.Select(row => row.Select(value => value + 2).ToArray())];
        float before = Model.Energy(start).Average();
        float after = Model.Energy(Model.Refine(start, 5, cancellationToken: TestContext.Current.CancellationToken)).Average();
        Assert.True(after < before, $"Energy {before} became {after}.");
        Near.Equal([.. Rows.SelectMany(row => row)], [.. Model.Refine(shared.Data, 0).SelectMany(row => row)], 1e-4, 1e-4);
    }

    [Fact]
    public void A_loaded_model_draws_the_same_samples()
    {
        using var stream = new MemoryStream();
        shared.Context.Model.Save(shared.Chain, shared.Data.Schema, stream);
        stream.Position = 0;
        var loaded = (TransformerChain<ITransformer>)new MLContext().Model.Load(stream, out _);
        using var model = (JemTransformer)loaded.LastTransformer;

        Assert.Equal(
            Model.Sample(20, "b", seed: 5, cancellationToken: TestContext.Current.CancellationToken),
            model.Sample(20, "b", seed: 5, cancellationToken: TestContext.Current.CancellationToken));
        Near.Equal([.. Model.ClassEnergies(Rows).SelectMany(row => row)], [.. model.ClassEnergies(Rows).SelectMany(row => row)], 1e-6, 1e-6);
    }

    [Fact]
    public void An_own_network_is_handed_in_after_loading()
    {
        using TransformerChain<JemTransformer> trained = TestData.Pipeline(shared.Context, TestData.Fast(options => (options.Network, options.NumberOfEpochs) = (new NormalizedNetwork(9), 1))).Fit(shared.Data);
        float[][] expected = trained.LastTransformer.ClassEnergies(Rows);
        using var stream = new MemoryStream();
        shared.Context.Model.Save(trained, shared.Data.Schema, stream);
        stream.Position = 0;
        using var model = (JemTransformer)((TransformerChain<ITransformer>)new MLContext().Model.Load(stream, out _)).LastTransformer;

        Near.Equal(trained.LastTransformer.Energy(Rows), model.Energy(Rows), 0, 0);
        Assert.Contains(nameof(NormalizedNetwork), Assert.Throws<InvalidOperationException>(() => model.ClassEnergies(Rows)).Message);
        model.UseNetwork(new NormalizedNetwork(9));
        Near.Equal([.. expected.SelectMany(row => row)], [.. model.ClassEnergies(Rows).SelectMany(row => row)], 1e-6, 1e-6);
    }

    [Fact]
    public void A_model_trained_without_samples_refines_but_draws_none()
    {
        using TransformerChain<JemTransformer> trained = TestData.Pipeline(shared.Context, TestData.Fast(options => (options.MarginalWeight, options.NumberOfEpochs) = (0, 1))).Fit(shared.Data);
        Assert.Equal(Rows.Length, trained.LastTransformer.Refine(Rows, 2, cancellationToken: TestContext.Current.CancellationToken).Length);
        var error = Assert.Throws<InvalidOperationException>(() => trained.LastTransformer.Sample(1, cancellationToken: TestContext.Current.CancellationToken));
        Assert.Contains("MarginalWeight", error.Message);
    }

    [Fact]
    public void What_is_asked_for_wrongly_is_named()
    {
        CancellationToken none = TestContext.Current.CancellationToken;
        Assert.Contains("'d'. It knows 'a'", Assert.Throws<ArgumentException>(() => Model.Sample(1, "d", cancellationToken: none)).Message.Replace("'b', ", "").Replace("'c', ", ""));
        Assert.Contains("Row 1 has 3 values, but the model takes 4", Assert.Throws<ArgumentException>(() => Model.Energy([new float[4], new float[3]])).Message);
        Assert.Throws<ArgumentOutOfRangeException>(() => Model.Sample(0, cancellationToken: none));
        Assert.Throws<ArgumentOutOfRangeException>(() => Model.Refine(Rows, -1, cancellationToken: none));
        Assert.Throws<ArgumentOutOfRangeException>(() => Model.Refine(Rows, 1, noise: double.NaN, cancellationToken: none));
        Assert.Contains("no images", Assert.Throws<InvalidOperationException>(() => Model.SaveImages("grid.png", Rows)).Message);
        Assert.Throws<OperationCanceledException>(() => Model.Sample(1, cancellationToken: new CancellationToken(canceled: true)));
    }

    [Fact]
    public void The_sampler_in_a_file_is_bounded()
    {
        SamplerState state = SamplerState.Read(Model.Model.Description)!;
        Assert.Equal([1000, 4], state.Chains.Shape);
        Assert.True(Model.Model.Settings.Members.Count > 1);
        Assert.Equal([3, 4, 4], state.Factors!.Shape);

        float[][] rows = [.. Enumerable.Range(0, 40).Select(i => Enumerable.Range(0, 400).Select(j => (float)((7 * (i % 2)) + ((i * j) % 7))).ToArray())];
        IDataView wide = shared.Context.Data.LoadFromEnumerable(
            rows.Select((row, i) => new Wide { Label = (i % 2).ToString(System.Globalization.CultureInfo.InvariantCulture), Features = row }));
        using TransformerChain<JemTransformer> trained = TestData.Pipeline(shared.Context, TestData.Fast(options => (options.NumberOfMembers, options.NumberOfEpochs) = (1, 1))).Fit(wide);
        SamplerState bounded = SamplerState.Read(trained.LastTransformer.Model.Description)!;
        Assert.Equal([655, 400], bounded.Chains.Shape);
        Assert.Equal([2, 400], bounded.Factors!.Shape);
        Assert.Equal(3, trained.LastTransformer.Sample(3, "1", start: SampleStart.InitialDistribution, seed: 1, cancellationToken: TestContext.Current.CancellationToken).Length);
    }

    [Fact]
    public void Training_reports_the_samples_asked_for_and_a_model_of_images_writes_them()
    {
        using var folder = new ImageFolder();
        JemTrainer.Options options = ImageFolder.Options(1, "Image");
        var reports = new List<TrainingProgress>();
        options.ReportedSamples = 7;
        options.Progress = new Recorder(reports);
        var context = new MLContext(1);
        using TransformerChain<JemTransformer> model = ImageFolder.Load(context).Append(context.MulticlassClassification.Trainers.Jem(options)).Fit(folder.Read(context));

        IReadOnlyList<float[]> samples = Assert.Single(reports).Samples;
        Assert.Equal(7, samples.Count);
        Assert.All(samples, sample => Assert.Equal(64, sample.Length));
        Assert.InRange(samples.SelectMany(sample => sample).Average(), 60, 200);
        string path = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.png");
        model.LastTransformer.SaveImages(path, samples, columns: 4, zoom: 2);
        using (MLImage grid = MLImage.CreateFromFile(path))
            Assert.Equal((4 * 17) + 1, grid.Width);
        File.Delete(path);
    }

    /// <summary>A model's networks, each on its own.</summary>
    private sealed class Members(JemTransformer model) : IDisposable
    {
        private readonly TrainedNetwork[] _networks = StoredNetwork.Load(model.Model.Description, null, TorchSharp.torch.CPU);

        public IEnumerable<double> Energies(float[][] rows)
        {
            var features = new DenseFeatureMatrix([.. rows.SelectMany(row => row)], rows.Length, rows[0].Length);
            double[][] own = [.. _networks.Select(network => network.Logits(features).Chunk(network.ClassCount)
                .Select(logits => -Math.Log(logits.Sum(logit => Math.Exp(logit)))).ToArray())];
            return Enumerable.Range(0, rows.Length).Select(row => own.Average(energies => energies[row]));
        }

        public void Dispose()
        {
            foreach (TrainedNetwork network in _networks)
                network.Dispose();
        }
    }

    private sealed class Recorder(List<TrainingProgress> reports) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => reports.Add(value);
    }

    private sealed class Wide
    {
        public string Label { get; set; } = "";

        [VectorType(400)]
        public float[] Features { get; set; } = [];
    }
}
