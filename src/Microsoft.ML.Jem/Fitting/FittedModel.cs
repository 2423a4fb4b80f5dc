using Microsoft.ML.Jem.Training;

namespace Microsoft.ML.Jem.Fitting;

/// <summary>What has come of rows.</summary>
/// <param name="Graph">The model file.</param>
/// <param name="History">How training went, epoch by epoch of each member.</param>
internal sealed record FittedModel(byte[] Graph, IReadOnlyList<TrainingProgress> History);
