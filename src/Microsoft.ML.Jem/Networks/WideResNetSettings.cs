using Microsoft.ML.Jem.Images;

namespace Microsoft.ML.Jem.Networks;

/// <summary>What a <see cref="WideResNet"/> is built from, as model files keep it.</summary>
internal sealed record WideResNetSettings(int Depth, int Widen, int Channels, int Height, int Width, PixelOrder? Order = null);
