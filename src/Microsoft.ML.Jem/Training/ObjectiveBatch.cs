using static TorchSharp.torch;

namespace Microsoft.ML.Jem.Training;

/// <summary>What one update learns from.</summary>
/// <param name="Data">x⁺, rows that train p(x), [n, d].</param>
/// <param name="DataWeights">Their weights, [n]; null where all weigh 1.</param>
/// <param name="Labelled">Rows that train p(y|x), [m, d]: the very tensor <see cref="Data"/> where all rows have labels; null where none has.</param>
/// <param name="Labels">Their classes, int64 [m].</param>
/// <param name="LabelledWeights">Their weights, [m]; null where all weigh 1.</param>
/// <param name="Samples">x⁻, samples of p(x), [k, d]; null where p(x) is not trained.</param>
/// <param name="SamplesOfClass">One sample of p(x|y) for each labelled row, [m, d]; null where p(x, y) is not trained.</param>
internal sealed record ObjectiveBatch(
    Tensor Data,
    Tensor? DataWeights,
    Tensor? Labelled,
    Tensor? Labels,
    Tensor? LabelledWeights,
    Tensor? Samples = null,
    Tensor? SamplesOfClass = null);

/// <summary>The loss of a batch.</summary>
/// <param name="Total">The weighted sum, a scalar with gradients.</param>
/// <param name="Terms">
/// Total, l_p_y_given_x, l_p_x, l_p_x_y, mean energy of the rows, mean energy of the samples, detached, [6]; NaN for a term
/// that is not there.
/// </param>
internal sealed record ObjectiveValue(Tensor Total, Tensor Terms);
