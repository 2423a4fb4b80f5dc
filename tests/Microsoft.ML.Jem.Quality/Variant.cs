using System.Diagnostics;
using Microsoft.ML.Data;
using Microsoft.ML.Trainers.LightGbm;

namespace Microsoft.ML.Jem.Quality;

/// <summary>A way to train that is measured.</summary>
/// <param name="Name">What it is called.</param>
/// <param name="Trainer">The trainer; label and features have their default names.</param>
internal sealed record Variant(string Name, Func<MLContext, int, IEstimator<ITransformer>> Trainer)
{
    /// <summary>Ours with defaults, its two baselines, and the peer.</summary>
    public static readonly Variant[] All =
    [
        Jem("default", _ => { }),

        // The baselines: no p(x) at all, early stopping and input noise as ever; and the samples' energies penalised, but p(x) not trained.
        Jem("plain", options => (options.MarginalWeight, options.EnergyPenalty) = (0, 0)),
        Jem("penalty", options => options.MarginalWeight = 1e-9),
        new("lightgbm", (context, seed) => context.MulticlassClassification.Trainers.LightGbm(new LightGbmMulticlassTrainer.Options { Seed = seed })),
    ];

    /// <summary>Our trainer with some options changed.</summary>
    public static Variant Jem(string name, Action<JemTrainer.Options> change) => new(name, (context, seed) =>
    {
        var options = new JemTrainer.Options { Seed = seed };
        change(options);
        return context.MulticlassClassification.Trainers.Jem(options);
    });

    /// <summary>Finds a variant by its name.</summary>
    public static Variant Find(string name) => All.FirstOrDefault(variant => variant.Name == name)
        ?? throw new ArgumentException($"There is no variant '{name}': expected {string.Join(", ", All.Select(variant => variant.Name))}.");

    /// <summary>Trains on a split.</summary>
    public TrainedVariant Fit(Split split, int seed)
    {
        var context = new MLContext(seed);
        context.Log += (_, message) =>
        {
            if (message.Kind == Microsoft.ML.Runtime.ChannelMessageKind.Warning && message.Source.Contains("Jem", StringComparison.Ordinal))
                Console.Error.WriteLine($"  {split.Name} {Name} {seed}: {message.Message}");
        };
        TimeSpan before = Environment.CpuUsage.TotalTime;
        var clock = Stopwatch.StartNew();
        ITransformer model = Trainer(context, seed).Fit(TrainedVariant.View(context, split.Train.Rows, split.Train.Labels, split));
        return new TrainedVariant(context, model, split, clock.Elapsed, Environment.CpuUsage.TotalTime - before);
    }
}

/// <summary>A trained model that answers for rows.</summary>
internal sealed class TrainedVariant(MLContext context, ITransformer model, Split split, TimeSpan trainTime, TimeSpan processorTime) : IDisposable
{
    /// <summary>How long training took.</summary>
    public TimeSpan TrainTime => trainTime;

    /// <summary>Processor time of the whole process during training.</summary>
    public TimeSpan ProcessorTime => processorTime;

    /// <summary>How often training had to go back; 0 for peers.</summary>
    public int Recoveries => (model as JemTransformer)?.Model.TrainingHistory.GroupBy(state => state.Member).Sum(member => member.Max(state => state.Recoveries)) ?? 0;

    /// <summary>What the model says of rows.</summary>
    public Answer[] Answer(float[][] rows)
    {
        IDataView scored = model.Transform(View(context, rows, null, split));
        return model is JemTransformer
            ? [.. context.Data.CreateEnumerable<Answer>(scored, reuseRowObject: false)]
            : [.. context.Data.CreateEnumerable<Answer>(scored, reuseRowObject: false, ignoreMissingColumns: true)];
    }

    /// <inheritdoc/>
    public void Dispose() => (model as IDisposable)?.Dispose();

    /// <summary>Rows as ML.NET wants them, keys counted from 0 as in any <c>IEnumerable</c> it loads; without labels all are of the first class.</summary>
    public static IDataView View(MLContext context, float[][] rows, string[]? labels, Split split)
    {
        var schema = SchemaDefinition.Create(typeof(Question));
        schema[nameof(Question.Features)].ColumnType = new VectorDataViewType(NumberDataViewType.Single, split.Width);
        schema[nameof(Question.Label)].ColumnType = new KeyDataViewType(typeof(uint), split.Classes.Length);
        Dictionary<string, uint> keys = split.Classes.Select((name, index) => (name, index)).ToDictionary(pair => pair.name, pair => (uint)pair.index);
        return context.Data.LoadFromEnumerable(
            rows.Select((row, i) => new Question { Features = row, Label = labels is null ? 0 : keys[labels[i]] }).ToArray(), schema);
    }

    private sealed class Question
    {
        public uint Label { get; set; }

        public float[] Features { get; set; } = [];
    }
}

/// <summary>What a model says of a row.</summary>
internal sealed class Answer
{
    public float[] Score { get; set; } = [];

    public float Energy { get; set; } = float.NaN;

    public float OodScore { get; set; } = float.NaN;

    /// <summary>1 − the highest probability.</summary>
    public double Doubt => 1 - (double)Score.Max();
}
