namespace Microsoft.ML.Jem.Evaluation;

/// <summary>How the size of a change to a row is measured.</summary>
public enum AttackNorm
{
    /// <summary>L∞: the largest change of any feature.</summary>
    LInfinity,

    /// <summary>L2: the root of the sum of squared changes.</summary>
    L2,
}
