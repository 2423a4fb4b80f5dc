namespace Microsoft.ML.Jem.Networks;

/// <summary>What follows each hidden layer.</summary>
public enum Activation
{
    /// <summary>x·sigmoid(x): smooth, which keeps Langevin chains stable.</summary>
    SiLU,

    /// <summary>x where positive, 0.2·x otherwise: the activation of the paper's networks.</summary>
    LeakyReLU,
}

/// <summary>What all that computes an activation shares.</summary>
internal static class Activations
{
    /// <summary>The error for an activation that the caller does not compute: none is ever taken for another.</summary>
    public static ArgumentOutOfRangeException Unknown(Activation activation) =>
        new(nameof(activation), activation, "Expected SiLU or LeakyReLU.");
}
