using Microsoft.ML.Jem.Features;

namespace Microsoft.ML.Jem.Networks;

/// <summary>What a <see cref="MultilayerPerceptron"/> is built from, as model files keep it.</summary>
/// <param name="Activation">What follows each hidden layer.</param>
/// <param name="HiddenWidths">Units of each hidden layer.</param>
/// <param name="Encoding">What stands beside the features at the first layer; null for nothing.</param>
internal sealed record PerceptronSettings(Activation Activation, int[] HiddenWidths, PiecewiseLinearEncoding? Encoding = null);
