using Microsoft.ML.Jem.Networks;
using Microsoft.ML.Jem.Ood;
using Microsoft.ML.Jem.Sampling;

namespace Microsoft.ML.Jem.Training;

/// <summary>Every knob of training a joint energy model.</summary>
/// <remarks>
/// <para>The loss (section 4 of Grathwohl et al., ICLR 2020, whose names are in brackets) is
/// w₁·(−log p(y|x)) + w₂·(−log p(x)) + w₃·(−log p(x, y)) + penalty·(E(x⁺)² + E(x⁻)²).</para>
/// <para>Distances such as noise and step sizes are in standardised features: 1 is a feature's standard deviation.</para>
/// </remarks>
public class JemTrainingOptions
{
    /// <summary>The classifier f(x). The default value is a <see cref="MultilayerPerceptron"/> of two hidden layers of 256, or of 128 below 5000 rows, with SiLU.</summary>
    public JemNetwork Network { get; set; } = new MultilayerPerceptron();

    /// <summary>w₁, the weight of −log p(y|x) (p_y_given_x_weight); 0 or more. The default value is 1.</summary>
    public double ClassificationWeight { get; set; } = 1;

    /// <summary>w₂, the weight of −log p(x) (p_x_weight); 0 or more; 0 with <see cref="JointWeight"/> 0 trains a plain classifier. The default value is 0.2.</summary>
    public double MarginalWeight { get; set; } = 0.2;

    /// <summary>w₃, the weight of −log p(x, y) (p_x_y_weight); 0 or more. The default value is 0.</summary>
    public double JointWeight { get; set; }

    /// <summary>Whether p(x) is sampled by chains of p(x|y), y drawn as often as in the training rows (class_cond_p_x_sample). The default value is false.</summary>
    public bool ConditionalSamples { get; set; }

    /// <summary>
    /// Langevin steps per update (n_steps); 1 to 10 000. The default value is null: 1 for a <see cref="MultilayerPerceptron"/>, 5 for
    /// other networks.
    /// </summary>
    public int? SamplerSteps { get; set; }

    /// <summary>
    /// Updates from one that draws samples and trains p(x), or p(x, y), to the next; the updates between train p(y|x) alone. 1 to 1000. The
    /// default value is null: 2 for a <see cref="MultilayerPerceptron"/>, 1 for other networks, where some rows have no label, and where no
    /// class is learnt (<see cref="ClassificationWeight"/> 0).
    /// </summary>
    public int? SampleInterval { get; set; }

    /// <summary>α, what ∂f/∂x is multiplied by in a Langevin step (sgld_lr); above 0. The default value is 0.3.</summary>
    public double StepSize { get; set; } = 0.3;

    /// <summary>σ, the standard deviation of a Langevin step's noise (sgld_std); 0 or more. The default value is 0.1.</summary>
    public double SamplerNoise { get; set; } = 0.1;

    /// <summary>Largest absolute value of each component of ∂f/∂x in a Langevin step; above 0, or null for no limit. The default value is 1.</summary>
    public double? GradientClip { get; set; } = 1;

    /// <summary>Chains kept in the replay buffer (buffer_size); at least one a class, at most 10 000 000. The default value is 1000.</summary>
    public int BufferSize { get; set; } = 1000;

    /// <summary>How often a chain starts anew at p0 instead of from the replay buffer (reinit_freq); 0 to 1. The default value is 0.05.</summary>
    public double RestartProbability { get; set; } = 0.05;

    /// <summary>p0, where chains start anew. The default value is <see cref="InitialDistribution.ClassGaussian"/>.</summary>
    public InitialDistribution InitialDistribution { get; set; } = InitialDistribution.ClassGaussian;

    /// <summary>
    /// Standard deviation of the Gaussian noise added to training rows (sigma); 0 or more. The default value is null: half the
    /// typical distance between neighbouring rows along one feature, within 0.05 to 0.3.
    /// </summary>
    public double? InputNoise { get; set; }

    /// <summary>
    /// Random changes to training images, for networks with <see cref="JemNetwork.Image"/>; noise is <see cref="InputNoise"/>. The
    /// default value is null: none.
    /// </summary>
    public ImageAugmentation? Augmentation { get; set; }

    /// <summary>Weight of the mean squared energy of rows and of samples, which keeps energies bounded; 0 or more; does nothing where no samples are drawn. The default value is 0.1.</summary>
    public double EnergyPenalty { get; set; } = 0.1;

    /// <summary>Share of a label's probability spread evenly over all classes in the cross-entropy; 0 to below 1. The default value is 0.</summary>
    public double LabelSmoothing { get; set; }

    /// <summary>Adam's learning rate (lr); above 0. The default value is 0.003.</summary>
    public double LearningRate { get; set; } = 3e-3;

    /// <summary>
    /// Updates over which the learning rate rises from 0 (warmup_iters); 0 or more. The default value is null: 50; with
    /// <see cref="NumberOfEpochs"/> a tenth of all updates, at most 200.
    /// </summary>
    public int? WarmUp { get; set; }

    /// <summary>
    /// How the learning rate falls afterwards where <see cref="NumberOfEpochs"/> is set; without, it stays, and the mean of the weights of
    /// late is the model. The default value is <see cref="LearningRateDecay.Cosine"/>.
    /// </summary>
    public LearningRateDecay Decay { get; set; } = LearningRateDecay.Cosine;

    /// <summary>Adam's L2 weight decay (weight_decay); 0 or more. The default value is 0.</summary>
    public double WeightDecay { get; set; }

    /// <summary>
    /// Rows, and chains, an update (batch_size); 1 to 1 000 000. The default value is null: 64, from 5000 training rows on 128,
    /// from 100 000 on 512.
    /// </summary>
    public int? BatchSize { get; set; }

    /// <summary>
    /// Passes over the training rows (n_epochs); 1 to 1 000 000. The default value is null: training goes on while the log-loss of the
    /// held-out rows falls; where no class is learnt (<see cref="ClassificationWeight"/> 0), for 500 + 1000·log₁₀(rows/100) updates.
    /// </summary>
    public int? NumberOfEpochs { get; set; }

    /// <summary>
    /// Longest time to train the networks, all members together, earlier runs of a resumed training included; above 0. When it is over,
    /// the best state so far is the model; rounds that have begun are ended first. How far training gets depends on the machine and on
    /// what else it does: two trainings with a limit may end at different models, even with the same seed. The default value is null: no limit.
    /// </summary>
    public TimeSpan? MaximumTrainingTime { get; set; }

    /// <summary>
    /// Networks trained and averaged, each on all rows but its own held-out part; 1 to 100. The default value is null: for a
    /// <see cref="MultilayerPerceptron"/> 5 below 300 rows, else 3; for other networks 1. Lakshminarayanan, Pritzel, Blundell, "Simple and scalable predictive
    /// uncertainty estimation using deep ensembles", NeurIPS 2017.
    /// </summary>
    public int? NumberOfMembers { get; set; }

    /// <summary>
    /// Share of the training rows that each member leaves to its calibration and to keeping its best epoch; above 0, below 1, and
    /// at most 1 divided by the number of members. The default value is 0.2.
    /// </summary>
    public double HeldOutFraction { get; set; } = 0.2;

    /// <summary>What <c>OodScore</c> is made of. The default value is <see cref="OodStatistic.Combination"/>.</summary>
    public OodStatistic OodStatistic { get; set; } = OodStatistic.Combination;

    /// <summary>
    /// ε, the share of rows of no known kind that <c>Score</c> is prepared for; 0 to below 1. A row whose conformal p-value is p has
    /// its probabilities mixed with 1/K, the latter with the weight ε/(ε + p): almost nothing for familiar rows, more the fewer
    /// held-out rows were as strange. The default value is 0.0003; with 0, <c>Score</c> is the ensemble's softmax alone.
    /// </summary>
    public float UnfamiliarShare { get; set; } = 3e-4f;

    /// <summary>Seed of everything random. The default value is null: the seed of the <c>MLContext</c>.</summary>
    public int? Seed { get; set; }

    /// <summary>
    /// Whether a <see cref="MultilayerPerceptron"/> sees steep ramps beside the features, placed where decision trees on the training rows
    /// cut them: what is told apart by steps of single features is then learnt as trees learn it. The default value is true. Gorishniy,
    /// Rubachev, Babenko, "On embeddings for numerical features in tabular deep learning", NeurIPS 2022.
    /// </summary>
    public bool EncodeFeatures { get; set; } = true;

    /// <summary>Largest absolute value of a standardised feature, beyond which it is clipped; above 0, infinite for no limit. The default value is 3.</summary>
    public float FeatureLimit { get; set; } = 3;

    /// <summary>
    /// CPU threads that train networks, in all; 1 to 1024. With 2 or more, and several members on the CPU, up to that many members are
    /// trained at a time, with one thread each; otherwise (and where the weights of two would take more than a gigabyte) members are trained
    /// one after the other, and all the threads share each tensor operation. The default value is null: the number of cores, but one member
    /// at a time has 1 thread where its batches are too small to share, otherwise as many as libtorch chooses. The number of threads that
    /// share an operation applies to the whole process: a training that needs another number waits until the others have ended. The number
    /// that was in force before is restored after the last.
    /// </summary>
    public int? NumberOfThreads { get; set; }

    /// <summary>
    /// A directory in which training keeps its state, so that a training that was killed at any moment goes on where it was when
    /// the same training is started again: with the same options, data and seed it ends at the same model, byte for byte, unless a
    /// <see cref="MaximumTrainingTime"/> cuts it short. The default value is null: no state is kept.
    /// </summary>
    /// <remarks>
    /// <para>The directory is made where it is missing. The state is written after an epoch, at most every
    /// <see cref="CheckpointInterval"/>, and once a network is trained; files are replaced as a whole, so that there is a good one
    /// at any moment. Once the model is complete the files are removed: save the model, it is the result.</para>
    /// <para>The same seed means a <see cref="Seed"/>, or an <c>MLContext</c> with a seed: without either each start draws another.</para>
    /// <para>Training throws an <see cref="InvalidOperationException"/> that says what differs where the directory holds the state
    /// of another training; an <see cref="InvalidDataException"/> where a file is damaged; an <see cref="IOException"/> where the
    /// directory cannot be written to, the disk is full, or another training uses the directory.</para>
    /// </remarks>
    public string? CheckpointPath { get; set; }

    /// <summary>
    /// Shortest time between two checkpoints of a network; 0 or more. 0 writes one after each epoch; otherwise the time is
    /// stretched where writing would take more than a twentieth of it. The default value is <c>00:00:05</c>, 5 seconds.
    /// </summary>
    public TimeSpan CheckpointInterval { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Ends training with an <see cref="OperationCanceledException"/>, within an update. The default value is none.</summary>
    public CancellationToken CancellationToken { get; set; }

    /// <summary>Told how training stands after each epoch, or after several where an epoch has few updates. The default value is null.</summary>
    public IProgress<TrainingProgress>? Progress { get; set; }

    /// <summary>How many samples of the replay buffer each report to <see cref="Progress"/> carries; 0 to 10 000. The default value is 0.</summary>
    public int ReportedSamples { get; set; }

    /// <summary>Checks all options, and reports all mistakes in one message.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is outside its range.</exception>
    public void Validate()
    {
        List<string> mistakes = [.. Mistakes()];
        if (mistakes.Count > 0)
            throw new ArgumentOutOfRangeException(paramName: null, "The options of the JEM trainer are invalid:\n- " + string.Join("\n- ", mistakes));
    }

    /// <summary>A sentence for each option that is outside its range.</summary>
    internal virtual IEnumerable<string> Mistakes() => OptionsCheck.Mistakes(this);

    /// <summary>A copy with other settings, for a training that has to go on more gently.</summary>
    internal JemTrainingOptions With(Action<JemTrainingOptions> change)
    {
        var copy = (JemTrainingOptions)MemberwiseClone();
        change(copy);
        return copy;
    }
}
