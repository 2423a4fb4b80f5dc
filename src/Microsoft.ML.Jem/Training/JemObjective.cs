using Microsoft.ML.Jem.Energy;
using Microsoft.ML.Jem.Native;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Microsoft.ML.Jem.Training;

/// <summary>
/// The loss of a joint energy model: w₁·l_p_y_given_x + w₂·l_p_x + w₃·l_p_x_y + penalty·(mean f(x⁺)² + mean f(x⁻)²), with
/// f = logsumexp of the logits (section 4 of the paper).
/// </summary>
internal sealed class JemObjective(JemTrainingOptions options)
{
    /// <summary>The loss of one update, ready for its backward pass; all tensors belong to the caller's scope.</summary>
    public ObjectiveValue Evaluate(Module<Tensor, Tensor> module, ObjectiveBatch batch)
    {
        using DisposeScope scope = NewDisposeScope();
        Logits logits = Logits.Of(module, batch);
        Tensor data = Energies.LogSumExp(logits.Data);
        Tensor? sample = logits.Sample is null ? null : Energies.LogSumExp(logits.Sample);

        Tensor? classification = logits.Labelled is null ? null
            : ClassificationLoss(logits.Labelled, batch.Labels!, batch.LabelledWeights);
        Tensor? marginal = sample is null ? null : MarginalLoss(data, sample, batch.DataWeights);
        Tensor? joint = logits.SampleOfClass is null ? null
            : JointLoss(logits.Labelled!, logits.SampleOfClass, batch.Labels!, batch.LabelledWeights);
        sample ??= logits.SampleOfClass is null ? null : Energies.LogSumExp(logits.SampleOfClass);
        Tensor? penalty = sample is null ? null : EnergyPenalty(data, sample, batch.DataWeights);

        Tensor total = zeros(1, device: data.device).squeeze(0);
        total = Add(total, options.ClassificationWeight, classification);
        total = Add(total, options.MarginalWeight, marginal);
        total = Add(total, options.JointWeight, joint);
        total = Add(total, options.EnergyPenalty, penalty);
        using IDisposable noGradients = no_grad();
        Tensor undefined = tensor(float.NaN, device: data.device);
        Tensor terms = stack(
        [
            total, classification ?? undefined, marginal ?? undefined, joint ?? undefined,
            Mean(data, batch.DataWeights).neg(), sample?.mean().neg() ?? undefined,
        ]);
        return new ObjectiveValue(total.MoveToOuterDisposeScope(), terms.detach().MoveToOuterDisposeScope());
    }

    /// <summary>l_p_y_given_x: the mean cross-entropy −log p(y|x).</summary>
    /// <param name="logits">Logits [n, K].</param>
    /// <param name="y">The class of each row, int64 [n].</param>
    /// <param name="weights">The weight of each row, [n], or null.</param>
    public Tensor ClassificationLoss(Tensor logits, Tensor y, Tensor? weights)
    {
        Tensor each = functional.cross_entropy(logits, y, reduction: nn.Reduction.None, label_smoothing: options.LabelSmoothing);
        return Mean(each, weights);
    }

    /// <summary>l_p_x = −(mean f(x⁺) − mean f(x⁻)), whose gradient estimates that of −log p(x) (eq. 2).</summary>
    /// <param name="data">f of training rows, [n].</param>
    /// <param name="sample">f of samples, [m].</param>
    /// <param name="weights">The weight of each training row, [n], or null.</param>
    public static Tensor MarginalLoss(Tensor data, Tensor sample, Tensor? weights) => sample.mean() - Mean(data, weights);

    /// <summary>l_p_x_y = −(mean f(x⁺)[y] − mean f(x⁻)[y]), x⁻ a sample of p(x|y).</summary>
    /// <param name="logits">Logits of training rows, [n, K].</param>
    /// <param name="sampleLogits">Logits of one sample per row, of the row's class, [n, K].</param>
    /// <param name="y">The class of each row, int64 [n].</param>
    /// <param name="weights">The weight of each training row, [n], or null.</param>
    public static Tensor JointLoss(Tensor logits, Tensor sampleLogits, Tensor y, Tensor? weights) =>
        Mean(Energies.LogitOfClass(sampleLogits, y), weights) - Mean(Energies.LogitOfClass(logits, y), weights);

    /// <summary>mean f(x⁺)² + mean f(x⁻)²: ties down the constant that l_p_x leaves free, and bounds its gap.</summary>
    public static Tensor EnergyPenalty(Tensor data, Tensor sample, Tensor? weights) =>
        Mean(data.mul(data), weights).Plus(sample.mul(sample).mean());

    /// <summary>Σ w·v / Σ w: a row of weight 2 counts as the row given twice.</summary>
    private static Tensor Mean(Tensor values, Tensor? weights) => weights is null
        ? values.mean()
        : values.mul(weights).sum().div(weights.sum());

    private static Tensor Add(Tensor total, double weight, Tensor? term) =>
        term is null || weight == 0 ? total : total.Plus(term, weight);

    /// <summary>The logits of all parts of a batch, from one forward pass.</summary>
    private readonly record struct Logits(Tensor Data, Tensor? Labelled, Tensor? Sample, Tensor? SampleOfClass)
    {
        public static Logits Of(Module<Tensor, Tensor> module, ObjectiveBatch batch)
        {
            bool shared = ReferenceEquals(batch.Data, batch.Labelled);
            Tensor?[] parts = [batch.Data, shared ? null : batch.Labelled, batch.Samples, batch.SamplesOfClass];
            Tensor[] given = [.. parts.OfType<Tensor>()];
            Tensor logits = module.call(given.Length == 1 ? given[0] : cat(given, 0));
            long start = 0;
            Tensor?[] slices = Array.ConvertAll(parts, part =>
            {
                if (part is null)
                    return null;
                Tensor slice = logits.narrow(0, start, part.shape[0]);
                start += part.shape[0];
                return slice;
            });
            return new Logits(slices[0]!, shared ? slices[0] : slices[1], slices[2], slices[3]);
        }
    }
}
