namespace Microsoft.ML.Jem.Generation;

/// <summary>Where the Langevin chains of samples begin.</summary>
public enum SampleStart
{
    /// <summary>At chains of the replay buffer that the model has kept from training, which have come a long way already.</summary>
    ReplayBuffer,

    /// <summary>At points of the initial distribution p0 that training used: every sample is new, and needs more steps.</summary>
    InitialDistribution,
}
