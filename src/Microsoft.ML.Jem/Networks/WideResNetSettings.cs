namespace Microsoft.ML.Jem.Networks;

/// <summary>What a <see cref="WideResNet"/> is built from beside the images' shape, as model files keep it.</summary>
internal sealed record WideResNetSettings(int Depth, int Widen);
