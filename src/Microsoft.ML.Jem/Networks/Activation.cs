namespace Microsoft.ML.Jem.Networks;

/// <summary>What follows each hidden layer.</summary>
public enum Activation
{
    /// <summary>x·sigmoid(x): smooth, which keeps Langevin chains stable.</summary>
    SiLU,

    /// <summary>x where positive, 0.2·x otherwise: the activation of the paper's networks.</summary>
    LeakyReLU,
}
