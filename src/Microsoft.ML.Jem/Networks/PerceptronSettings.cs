namespace Microsoft.ML.Jem.Networks;

/// <summary>What a <see cref="MultilayerPerceptron"/> is built from, as model files keep it.</summary>
internal sealed record PerceptronSettings(Activation Activation, int[] HiddenWidths);
