namespace Microsoft.ML.Jem.Training;

/// <summary>How the learning rate falls after the warm-up.</summary>
public enum LearningRateDecay
{
    /// <summary>It stays.</summary>
    None,

    /// <summary>Along half a cosine, from the learning rate to 1 % of it at the last update.</summary>
    Cosine,
}
