namespace Microsoft.ML.Jem.Features;

/// <summary>Directions that the last hidden layer takes on training rows.</summary>
/// <param name="Directions">Unit vectors, [<see cref="Count"/>, <paramref name="Width"/>] row-major.</param>
/// <param name="Width">Units of the hidden layer.</param>
internal sealed record Prototypes(float[] Directions, int Width)
{
    /// <summary>Number of directions.</summary>
    public int Count => Directions.Length / Width;
}
