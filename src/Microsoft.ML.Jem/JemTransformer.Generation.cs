using Microsoft.ML.Jem.Features;
using Microsoft.ML.Jem.Generation;
using Microsoft.ML.Jem.Images;
using Microsoft.ML.Jem.MLNet;
using Microsoft.ML.Jem.ModelFile;
using Microsoft.ML.Jem.Networks;
using Microsoft.ML.Jem.Sampling;
using Microsoft.ML.Jem.Scoring;
using Microsoft.ML.Jem.Training;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Jem;

/// <content>
/// The generative side: samples and energies beyond the columns. All but <see cref="Energy(IDataView)"/> need TorchSharp with one
/// of its packages; the network is built again from the model's own weights at the first call.
/// </content>
public sealed partial class JemTransformer
{
    private readonly Lock _samplerLock = new();
    private ModelSampler? _sampler;
    private JemNetwork? _ownNetwork;

    /// <summary>
    /// Whether the model has what <see cref="Sample"/> draws from. It has not where it was trained without samples (<c>MarginalWeight = 0</c>), where p(x)
    /// could not be trained and a plain classifier was kept (training warns), and where it comes from an ONNX file without its sampler.
    /// </summary>
    public bool CanSample => SamplerState.IsIn(Model.Settings);

    /// <summary>
    /// Hands in the network of a loaded model where it is one of your own, derived from <see cref="JemNetwork"/>: the file holds
    /// its weights, not its code.
    /// </summary>
    /// <param name="network">The network, made as it was for training.</param>
    public void UseNetwork(JemNetwork network)
    {
        _host.CheckValue(network, nameof(network));
        lock (_samplerLock)
        {
            _ownNetwork = network;
            _sampler?.Dispose();
            _sampler = null;
        }
    }

    /// <summary>Draws samples by stochastic gradient Langevin dynamics, with the step size and noise of training.</summary>
    /// <param name="count">Number of samples, at least 1.</param>
    /// <param name="label">The name of a class, to draw from p(x|y); null draws from p(x).</param>
    /// <param name="steps">Langevin steps, 0 or more.</param>
    /// <param name="start">
    /// Where chains begin. For a class, chains of the replay buffer that the model puts into it are taken; if there is none, p0.
    /// </param>
    /// <param name="seed">The same seed gives the same samples; null takes one from the seed of the <c>MLContext</c>.</param>
    /// <param name="cancellationToken">Ends sampling within a step.</param>
    /// <returns>Samples as feature vectors, in the features' own scale.</returns>
    /// <exception cref="ArgumentException">The class is not known.</exception>
    /// <exception cref="InvalidOperationException">
    /// The model has nothing to draw from (<see cref="CanSample"/>), or holds a network of your own (<see cref="UseNetwork"/>), or TorchSharp is missing.
    /// </exception>
    public float[][] Sample(
        int count, string? label = null, int steps = 20, SampleStart start = SampleStart.ReplayBuffer, int? seed = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(steps);
        if (!Enum.IsDefined(start))
            throw new ArgumentOutOfRangeException(nameof(start), start, "Expected ReplayBuffer or InitialDistribution.");
        int? k = ClassOf(label);
        return WithSampler(sampler => sampler.Sample(count, k, steps, start, seed ?? _host.Rand.Next(), cancellationToken));
    }

    /// <summary>
    /// Moves rows to lower energy by Langevin steps: the first part of the paper's JEM-k, which refines inputs before it
    /// classifies them (section 5.4).
    /// </summary>
    /// <param name="features">Feature vectors, each of the model's size.</param>
    /// <param name="steps">Steps, 0 or more.</param>
    /// <param name="label">The name of a class, to follow log p(x|y); null follows log p(x).</param>
    /// <param name="noise">Standard deviation of the noise a step adds, in standardised features; 0, the default, moves straight downhill.</param>
    /// <param name="seed">The same seed gives the same noise; null takes one from the seed of the <c>MLContext</c>.</param>
    /// <param name="cancellationToken">Ends the chains within a step.</param>
    /// <returns>The rows where they have come to, in the features' own scale.</returns>
    /// <exception cref="ArgumentException">A row has another size, or the class is not known.</exception>
    /// <exception cref="InvalidOperationException">The model holds a network of your own (<see cref="UseNetwork"/>), or TorchSharp is missing.</exception>
    public float[][] Refine(
        IReadOnlyList<float[]> features, int steps, string? label = null, double noise = 0, int? seed = null, CancellationToken cancellationToken = default) =>
        Refine(Matrix(features), steps, label, noise, seed, cancellationToken);

    /// <summary>Moves rows to lower energy by Langevin steps without noise, as <see cref="Refine(IReadOnlyList{float[]}, int, string?, double, int?, CancellationToken)"/> does.</summary>
    /// <param name="data">Rows with the feature column.</param>
    /// <param name="steps">Steps, 0 or more.</param>
    /// <returns>The rows where they have come to, in the features' own scale.</returns>
    /// <exception cref="InvalidOperationException">The model holds a network of your own (<see cref="UseNetwork"/>), or TorchSharp is missing.</exception>
    public float[][] Refine(IDataView data, int steps) => Refine(Matrix(data), steps, null, 0, 0, CancellationToken.None);

    /// <summary>
    /// E(x), the values of the <c>Energy</c> column: the mean over the members of −logsumexp f(x). Higher is less like the training
    /// data. Needs no TorchSharp.
    /// </summary>
    /// <param name="features">Feature vectors, each of the model's size.</param>
    /// <returns>One energy a row; NaN for a row with a feature that is not finite.</returns>
    /// <exception cref="ArgumentException">A row has another size.</exception>
    public float[] Energy(IReadOnlyList<float[]> features) => Energy(Matrix(features));

    /// <inheritdoc cref="Energy(IReadOnlyList{float[]})"/>
    /// <param name="data">Rows with the feature column.</param>
    public float[] Energy(IDataView data) => Energy(Matrix(data));

    /// <summary>
    /// E(x, y) = −f(x)[y], the energy of a row together with each class (eq. 5 of the paper), before any temperature; the mean over
    /// the members.
    /// </summary>
    /// <remarks>
    /// With one member, <c>Energy</c> is −logsumexp of the negated class energies, −ln Σ_y exp(−E(x, y)). With several, that is an upper
    /// bound: <c>Energy</c> is the mean of the members' −logsumexp f(x), which is at most −logsumexp of their mean logits, since logsumexp is convex.
    /// </remarks>
    /// <param name="features">Feature vectors, each of the model's size.</param>
    /// <returns>For each row one energy a class, in the order of <see cref="JemModelParameters.ClassNames"/>.</returns>
    /// <exception cref="ArgumentException">A row has another size.</exception>
    /// <exception cref="InvalidOperationException">The model holds a network of your own (<see cref="UseNetwork"/>), or TorchSharp is missing.</exception>
    public float[][] ClassEnergies(IReadOnlyList<float[]> features) => ClassEnergies(Matrix(features));

    /// <inheritdoc cref="ClassEnergies(IReadOnlyList{float[]})"/>
    /// <param name="data">Rows with the feature column.</param>
    public float[][] ClassEnergies(IDataView data) => ClassEnergies(Matrix(data));

    /// <summary>
    /// The approximate mass −‖∂ log p(x)/∂x‖₂ (section 5.3 of the paper), in standardised features: near 0 around typical rows,
    /// strongly negative where the density is steep.
    /// </summary>
    /// <param name="features">Feature vectors, each of the model's size.</param>
    /// <returns>One value a row, at most 0.</returns>
    /// <exception cref="ArgumentException">A row has another size.</exception>
    /// <exception cref="InvalidOperationException">The model holds a network of your own (<see cref="UseNetwork"/>), or TorchSharp is missing.</exception>
    public float[] ApproximateMass(IReadOnlyList<float[]> features) => ApproximateMass(Matrix(features));

    /// <inheritdoc cref="ApproximateMass(IReadOnlyList{float[]})"/>
    /// <param name="data">Rows with the feature column.</param>
    public float[] ApproximateMass(IDataView data) => ApproximateMass(Matrix(data));

    /// <summary>Writes images, samples among them, side by side into a PNG file; the range of the training images is black to white.</summary>
    /// <param name="path">The file, which is replaced; its folder must exist.</param>
    /// <param name="images">Feature vectors of the model; at least one.</param>
    /// <param name="columns">Images a row, at least 1.</param>
    /// <param name="zoom">Width and height of a pixel in the file, at least 1.</param>
    /// <exception cref="InvalidOperationException">The model takes no images; write those of a shape of your own with <see cref="ImageGrid"/>.</exception>
    public void SaveImages(string path, IReadOnlyList<float[]> images, int columns = 10, int zoom = 1)
    {
        ImageShape shape = Model.Image ?? throw new InvalidOperationException(
            $"The model's features are no images. If they are pixels, write them with {nameof(ImageGrid)}.{nameof(ImageGrid.Write)} and their shape.");
        Standardization standardization = Model.Settings.Standardization;
        float[] ends = [-1, 1];
        for (int i = 0; i < ends.Length; i++)
            ends[i] = standardization.Offset[0] + (standardization.Scale[0] == 0 ? ends[i] : ends[i] / standardization.Scale[0]);
        ImageGrid.Write(path, images, shape, ends[0], ends[1], columns, zoom);
    }

    private float[][] Refine(FeatureMatrix rows, int steps, string? label, double noise, int? seed, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(steps);
        if (!(noise >= 0 && double.IsFinite(noise)))
            throw new ArgumentOutOfRangeException(nameof(noise), noise, "Expected a finite number, 0 or more.");
        int? k = ClassOf(label);
        return WithSampler(sampler => sampler.Refine(rows, k, steps, noise, seed ?? _host.Rand.Next(), cancellation));
    }

    private float[] Energy(FeatureMatrix rows)
    {
        const int RowsAtOnce = 256;
        var energies = new float[rows.RowCount];
        using ScoringBatch batch = Scorer.CreateBatch(RowsAtOnce);
        for (int first = 0; first < energies.Length; first += RowsAtOnce)
        {
            int count = Math.Min(RowsAtOnce, energies.Length - first);
            for (int i = 0; i < count; i++)
                rows.CopyRow(first + i, batch.Features.Slice(i * rows.Width, rows.Width));
            batch.Run(count, ScoreOutputs.Energy);
            batch.Energy[..count].CopyTo(energies.AsSpan(first));
        }

        return energies;
    }

    private float[][] ClassEnergies(FeatureMatrix rows) => WithSampler(sampler => sampler.ClassEnergies(rows, CancellationToken.None));

    private float[] ApproximateMass(FeatureMatrix rows) => WithSampler(sampler => sampler.ApproximateMass(rows, CancellationToken.None));

    /// <summary>Calls run one after the other: while a chain runs, the network's parameters are frozen.</summary>
    private T WithSampler<T>(Func<ModelSampler, T> use)
    {
        lock (_samplerLock)
        {
            DisposedModel.ThrowIf(_disposed);
            _sampler ??= CreateSampler();
            using var threads = ThreadLimit.Prefer(_sampler.PreferredThreads);
            return use(_sampler);
        }
    }

    private ModelSampler CreateSampler()
    {
        JemGraphDescription description = Model.Description;
        return new ModelSampler(StoredNetwork.Load(description, _ownNetwork ?? Model.OwnNetwork, _host.SelectDevice()), SamplerState.Read(description));
    }

    private int? ClassOf(string? label)
    {
        if (label is null)
            return null;
        for (int k = 0; k < Model.NumberOfClasses; k++)
        {
            if (Model.ClassNames[k] == label)
                return k;
        }

        throw new ArgumentException($"The model knows no class '{label}'. It knows {string.Join(", ", Model.ClassNames.Select(name => $"'{name}'"))}.", nameof(label));
    }

    private DenseFeatureMatrix Matrix(IReadOnlyList<float[]> features)
    {
        _host.CheckValue(features, nameof(features));
        int width = Model.NumberOfFeatures;
        var rows = new RowBlocks<float>(width);
        for (int i = 0; i < features.Count; i++)
        {
            if (features[i] is not { } row || row.Length != width)
                throw new ArgumentException($"Row {i} has {features[i]?.Length ?? 0} values, but the model takes {width}.", nameof(features));
            row.CopyTo(rows.Add());
        }

        return new DenseFeatureMatrix(rows, width);
    }

    private FeatureMatrix Matrix(IDataView data)
    {
        _host.CheckValue(data, nameof(data));
        return FeatureRows.Read(data, CheckFeatures(data.Schema), Model.NumberOfFeatures, Model.Image);
    }
}
