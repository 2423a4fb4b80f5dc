namespace Microsoft.ML.Jem.Onnx;

/// <summary>Float weights read from a model file.</summary>
/// <param name="Values">The weights in row-major order.</param>
/// <param name="Shape">Size of each dimension.</param>
internal sealed record OnnxTensor(float[] Values, long[] Shape);
