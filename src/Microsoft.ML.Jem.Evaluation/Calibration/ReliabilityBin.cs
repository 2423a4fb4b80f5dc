namespace Microsoft.ML.Jem.Evaluation;

/// <summary>One bar of a reliability diagram: the rows whose confidence lies in an interval.</summary>
/// <remarks>Confidence is the probability of the predicted class. In a calibrated model, <see cref="Accuracy"/> equals <see cref="MeanConfidence"/> in every bin.</remarks>
/// <param name="LowerBound">Lower end of the interval. Excluded, save in the first bin. In equal-mass bins, the lowest confidence in the bin (included).</param>
/// <param name="UpperBound">Upper end of the interval, included.</param>
/// <param name="Count">Number of rows in the bin.</param>
/// <param name="MeanConfidence">Their mean confidence; NaN where <paramref name="Count"/> is 0.</param>
/// <param name="Accuracy">The share of them that is predicted correctly; NaN where <paramref name="Count"/> is 0.</param>
public sealed record ReliabilityBin(double LowerBound, double UpperBound, long Count, double MeanConfidence, double Accuracy)
{
    /// <summary>|<see cref="Accuracy"/> − <see cref="MeanConfidence"/>|; NaN for an empty bin.</summary>
    public double Gap => Math.Abs(Accuracy - MeanConfidence);
}
