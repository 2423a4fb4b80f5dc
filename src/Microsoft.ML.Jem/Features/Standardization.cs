namespace Microsoft.ML.Jem.Features;

/// <summary>Brings each feature to a common scale inside the model: clip((x − offset) · scale, ±limit).</summary>
/// <param name="Offset">What is subtracted, one value a feature.</param>
/// <param name="Scale">What the difference is multiplied by, one value a feature; finite, 0 for a constant feature.</param>
/// <param name="Limit">Largest absolute value that leaves; positive infinity where nothing is clipped.</param>
internal sealed record Standardization(float[] Offset, float[] Scale, float Limit)
{
    /// <summary>Number of features.</summary>
    public int Width => Offset.Length;
}
