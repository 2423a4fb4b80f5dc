using System.Runtime.InteropServices;
using Microsoft.ML.Data;
using Microsoft.ML.Jem.Evaluation;
using Microsoft.ML.Jem.Generation;
using Microsoft.ML.Jem.Images;
using Microsoft.ML.Jem.Networks;
using Microsoft.ML.Jem.Ood;
using Microsoft.ML.Jem.Sampling;
using Microsoft.ML.Jem.Tests.Networks;
using Microsoft.ML.Jem.Tests.Training;
using Microsoft.ML.Jem.Training;

namespace Microsoft.ML.Jem.Tests.Native;

/// <summary>
/// All that native code is called for, on small data: a training that is broken off and resumed, samples, refined rows, energies,
/// attacks, the exported file. Each course takes other options, so that all of them together take every path.
/// </summary>
internal sealed class ModelCourse
{
    private readonly string _name;
    private readonly int _width;
    private readonly int _classes;
    private readonly bool _unlabelled;
    private readonly bool _attacked;
    private readonly Action<JemTrainer.Options> _change;

    private ModelCourse(string name, Action<JemTrainer.Options> change, int width = 6, int classes = 3, bool unlabelled = false, bool attacked = true)
    {
        (_name, _change, _width, _classes, _unlabelled, _attacked) = (name, change, width, classes, unlabelled, attacked);
    }

    /// <summary>The courses by name.</summary>
    public static IReadOnlyDictionary<string, ModelCourse> All { get; } = new ModelCourse[]
    {
        new("defaults", _ => { }),
        new("normal p0, LeakyReLU, weights", o =>
        {
            (o.InitialDistribution, o.Network) = (InitialDistribution.Normal, new MultilayerPerceptron(Activation.LeakyReLU, 12, 8));
            (o.ExampleWeightColumnName, o.OodStatistic, o.RestartProbability) = ("Weight", OodStatistic.Energy, 1);
        }),
        new("uniform p0, chains of a class", o =>
        {
            (o.InitialDistribution, o.ConditionalSamples) = (InitialDistribution.Uniform, true);
            (o.OodStatistic, o.RestartProbability, o.GradientClip) = (OodStatistic.ApproximateMass, 0.5, null);
        }),
        new("p(x, y), unlabelled rows, label smoothing", o =>
        {
            (o.JointWeight, o.LabelSmoothing, o.WeightDecay) = (0.2, 0.1, 1e-3);
            (o.OodStatistic, o.SamplerNoise, o.InputNoise) = (OodStatistic.HiddenNeighbor, 0, 0);
        }, unlabelled: true),
        new("plain classifier", o => (o.MarginalWeight, o.OodStatistic, o.Decay) = (0, OodStatistic.MaxProbability, LearningRateDecay.None)),
        new("shared covariance", o => (o.OodStatistic, o.UnfamiliarShare, o.EnergyPenalty) = (OodStatistic.ReferenceDensity, 0, 0), width: 80),
        new("many features", o => (o.FeatureLimit, o.BufferSize) = (float.PositiveInfinity, 40), width: 1100),
        new("sampled by libtorch", o => (o.Network, o.NumberOfEpochs, o.GradientClip) = (new MultilayerPerceptron(1100, 1100), 2, 0.5)),
        new("sampled by libtorch, LeakyReLU", o =>
        {
            (o.Network, o.NumberOfEpochs) = (new MultilayerPerceptron(Activation.LeakyReLU, 1100, 1100), 2);
            o.ConditionalSamples = true;
        }),
        new("recoveries", o => (o.LearningRate, o.StepSize, o.GradientClip, o.EnergyPenalty) = (3, 30, null, 0)),
        new("a user's own network", o => o.Network = new NormalizedNetwork(8), attacked: false),
        new("planar images", o =>
        {
            (o.Network, o.Augmentation) = (new WideResNet(10, 1, new ImageShape(1, 8, 8)), new ImageAugmentation(Padding: 1, HorizontalFlip: true));
            (o.NumberOfEpochs, o.NumberOfMembers, o.SamplerSteps) = (2, 1, 2);
        }, width: 64),
        new("interleaved images", o =>
        {
            (o.Network, o.Augmentation) = (new WideResNet(10, 1, new ImageShape(3, 8, 8, PixelOrder.Interleaved)), new ImageAugmentation(HorizontalFlip: true));
            (o.NumberOfEpochs, o.NumberOfMembers, o.SamplerSteps) = (2, 1, 2);
        }, width: 192),
        new("images sampled by libtorch", o =>
        {
            (o.Network, o.Augmentation) = (new WideResNet(10, 4, new ImageShape(1, 8, 8)), new ImageAugmentation(Padding: 1));
            (o.NumberOfEpochs, o.NumberOfMembers, o.SamplerSteps) = (2, 1, 1);
        }, width: 64),
    }.ToDictionary(course => course._name);

    /// <summary>Runs the course.</summary>
    /// <returns>The exported file, and all numbers that came out beside it.</returns>
    public byte[] Run(int seed = 1)
    {
        using var folder = new TrainingFolder();
        var context = new MLContext(seed);
        (float[][] rows, IDataView data) = Data(context);
        using JemTransformer model = BrokenOffAndResumed(context, data, folder.Checkpoint);
        using var result = new MemoryStream();
        model.ExportToOnnx(result, new JemOnnxExportOptions { IncludeSampler = true });
        void Add(float[][] values) => Array.ForEach(values, row => result.Write(MemoryMarshal.AsBytes<float>(row)));

        string label = model.Model.ClassNames[1];
        if (SamplerState.Read(model.Model.Description) is not null)
        {
            Add(model.Sample(20, steps: 3, seed: 2));
            Add(model.Sample(5, label, steps: 3, SampleStart.InitialDistribution, seed: 3));
            Add(model.Sample(5, label, steps: 3, SampleStart.ReplayBuffer, seed: 4));
        }

        Add(model.Refine(rows[..20], steps: 3, noise: 0.1, seed: 5));
        Add(model.Refine(rows[..5], steps: 3, label));
        Add(model.ClassEnergies(rows));
        Add([model.ApproximateMass(rows[..20])]);
        if (!_attacked)
            return result.ToArray();
        IDataView scored = model.Transform(data);
        foreach (AttackNorm norm in Enum.GetValues<AttackNorm>())
            Add([Attack(context, model, scored, new RobustnessOptions { Norm = norm })]);
        Add([Attack(context, model, scored, new RobustnessOptions { LowestFeature = -1, HighestFeature = 4, RandomStart = false, Restarts = 1, RefinementSteps = 1 })]);
        return result.ToArray();
    }

    private static float[] Attack(MLContext context, JemTransformer model, IDataView data, RobustnessOptions options)
    {
        (options.Epsilons, options.Steps, options.MaximumRows) = ([0.3, 1], 4, 12);
        RobustnessMetrics metrics = context.MulticlassClassification.EvaluateRobustness(model, data, options);
        return [(float)metrics.Accuracy, .. metrics.Curve.Select(point => (float)point.Accuracy)];
    }

    private JemTransformer BrokenOffAndResumed(MLContext context, IDataView data, string checkpoint)
    {
        using var stop = new CancellationTokenSource();
        JemTrainer.Options options = Options();
        int reports = 0;
        (options.CheckpointPath, options.CheckpointInterval, options.CancellationToken) = (checkpoint, TimeSpan.Zero, stop.Token);
        options.Progress = new Reports(() =>
        {
            if (Interlocked.Increment(ref reports) == 2)
                stop.Cancel();
        });
        try
        {
            return context.MulticlassClassification.Trainers.Jem(options).Fit(data);
        }
        catch (OperationCanceledException)
        {
            (options.CancellationToken, options.Progress) = (CancellationToken.None, null);
            return context.MulticlassClassification.Trainers.Jem(options).Fit(data);
        }
    }

    private JemTrainer.Options Options()
    {
        var options = new JemTrainer.Options
        {
            Network = new MultilayerPerceptron(12, 8),
            NumberOfEpochs = 4,
            LearningRate = 0.009,
            NumberOfMembers = 2,
            BatchSize = 16,
            BufferSize = 60,
            SamplerSteps = 3,
            ReportedSamples = 2,
            Seed = 1,
        };
        _change(options);
        return options;
    }

    /// <summary>Clouds of points, one a class; the first feature is heavy-tailed.</summary>
    private (float[][] Rows, IDataView Data) Data(MLContext context)
    {
        var random = new Random(7);
        Row[] rows = [.. Enumerable.Range(0, 90).Select(i => new Row
        {
            Label = _unlabelled && i % 3 == 0 ? 0 : (uint)((i % _classes) + 1),
            Features = [.. Enumerable.Range(0, _width).Select(j =>
            {
                double value = TestData.Normal(random) + (j % _classes == i % _classes ? 4 : 0);
                return (float)(j == 0 ? Math.Exp(3 * value) : value);
            })],
            Weight = 1 + (i % 3),
        })];
        SchemaDefinition schema = SchemaDefinition.Create(typeof(Row));
        schema["Features"].ColumnType = new VectorDataViewType(NumberDataViewType.Single, _width);
        schema["Label"].ColumnType = new KeyDataViewType(typeof(uint), _classes);
        return ([.. rows.Select(row => row.Features)], context.Data.LoadFromEnumerable(rows, schema));
    }

    private sealed class Row
    {
        public uint Label { get; set; }

        public float[] Features { get; set; } = [];

        public float Weight { get; set; }
    }

    private sealed class Reports(Action report) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => report();
    }
}
