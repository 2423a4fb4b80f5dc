using Microsoft.ML;
using Microsoft.ML.Jem;

namespace ModelComparison;

/// <summary>A trainer that takes part, with its own defaults.</summary>
/// <param name="Name">What tables call it.</param>
/// <param name="Create">Makes it, with what it needs before it (normalisation for linear models).</param>
internal sealed record Contestant(string Name, Func<MLContext, IEstimator<ITransformer>> Create)
{
    public static Contestant[] All(int seed, int? epochs) =>
    [
        new("Jem", mlContext => mlContext.MulticlassClassification.Trainers.Jem(new JemTrainer.Options { Seed = seed, NumberOfEpochs = epochs })),
        new("Plain network", mlContext => mlContext.MulticlassClassification.Trainers.Jem(
            new JemTrainer.Options { Seed = seed, NumberOfEpochs = epochs, MarginalWeight = 0 })),
        new("LightGbm", mlContext => mlContext.MulticlassClassification.Trainers.LightGbm()),
        new("FastTree one-vs-all", mlContext => mlContext.MulticlassClassification.Trainers.OneVersusAll(mlContext.BinaryClassification.Trainers.FastTree())),
        new("SdcaMaximumEntropy", mlContext => Normalised(mlContext, mlContext.MulticlassClassification.Trainers.SdcaMaximumEntropy())),
        new("LbfgsMaximumEntropy", mlContext => Normalised(mlContext, mlContext.MulticlassClassification.Trainers.LbfgsMaximumEntropy())),
    ];

    private static IEstimator<ITransformer> Normalised(MLContext mlContext, IEstimator<ITransformer> trainer) =>
        mlContext.Transforms.NormalizeMinMax("Features").Append(trainer);
}
