using Microsoft.ML.Data;

namespace Microsoft.ML.Jem.Tests;

/// <summary>What tests do with a Jem model of <see cref="Clouds"/>.</summary>
internal static partial class TestData
{
    /// <summary>What a model says of a row.</summary>
    public sealed class Scored
    {
        public uint PredictedLabel { get; set; }

        public float[] Score { get; set; } = [];

        public float Energy { get; set; }

        public float OodScore { get; set; }
    }

    /// <summary>Settings that train on <see cref="Clouds"/> in about a second.</summary>
    public static JemTrainer.Options Fast(Action<JemTrainer.Options>? change = null)
    {
        var options = new JemTrainer.Options { NumberOfEpochs = 8 };
        change?.Invoke(options);
        return options;
    }

    /// <summary>Label to key, then Jem.</summary>
    public static IEstimator<TransformerChain<JemTransformer>> Pipeline(MLContext context, JemTrainer.Options? options = null) =>
        context.Transforms.Conversion.MapValueToKey("Label")
            .Append(context.MulticlassClassification.Trainers.Jem(options ?? Fast()));

    public static Scored[] Read(MLContext context, IDataView scored) =>
        [.. context.Data.CreateEnumerable<Scored>(scored, reuseRowObject: false, ignoreMissingColumns: true)];
}
