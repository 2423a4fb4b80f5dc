using Microsoft.ML;
using Microsoft.ML.Jem;
using Microsoft.ML.Jem.Training;

namespace ModelComparison;

/// <summary>A trainer that takes part, with its own defaults.</summary>
/// <param name="Name">What tables call it.</param>
/// <param name="Create">Makes it, with what it needs before it (normalisation for linear models), and whom it tells how training goes, if it can.</param>
internal sealed record Contestant(string Name, Func<MLContext, IProgress<TrainingProgress>, IEstimator<ITransformer>> Create)
{
    public static Contestant[] All(int seed, int? epochs) =>
    [
        new("Jem", (mlContext, progress) => mlContext.MulticlassClassification.Trainers.Jem(
            new JemTrainer.Options { Seed = seed, NumberOfEpochs = epochs, Progress = progress })),
        new("Plain network", (mlContext, progress) => mlContext.MulticlassClassification.Trainers.Jem(
            new JemTrainer.Options { Seed = seed, NumberOfEpochs = epochs, Progress = progress, MarginalWeight = 0 })),
        new("LightGbm", (mlContext, _) => mlContext.MulticlassClassification.Trainers.LightGbm()),
        new("FastTree one-vs-all", (mlContext, _) => mlContext.MulticlassClassification.Trainers.OneVersusAll(mlContext.BinaryClassification.Trainers.FastTree())),
        new("SdcaMaximumEntropy", (mlContext, _) => Normalised(mlContext, mlContext.MulticlassClassification.Trainers.SdcaMaximumEntropy())),
        new("LbfgsMaximumEntropy", (mlContext, _) => Normalised(mlContext, mlContext.MulticlassClassification.Trainers.LbfgsMaximumEntropy())),
    ];

    private static IEstimator<ITransformer> Normalised(MLContext mlContext, IEstimator<ITransformer> trainer) =>
        mlContext.Transforms.NormalizeMinMax("Features").Append(trainer);
}
