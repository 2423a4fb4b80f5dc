using System.Runtime.InteropServices;
using Microsoft.ML.Jem.Networks.Kernels;
using static TorchSharp.torch;

namespace Microsoft.ML.Jem.Training;

/// <summary>
/// The loss of <see cref="JemObjective"/> and its gradients, written out for networks that are computed here: with s = softmax f(x),
/// the gradient of a row's loss at its logits is a multiple of s, plus a number at the row's class, plus a number everywhere.
/// </summary>
internal sealed class VectorizedObjective(PerceptronPass pass, JemTrainingOptions options)
{
    private readonly List<Part> _parts = [];

    /// <summary>The gradients that <see cref="Evaluate"/> has left, parameter by parameter.</summary>
    public IReadOnlyList<ParameterGradient> Gradients => pass.Gradients;

    /// <summary>Computes the terms of the loss of one update, as <see cref="ObjectiveValue.Terms"/> has them, and its gradients.</summary>
    /// <param name="batch">The rows and samples; on the CPU.</param>
    public float[] Evaluate(ObjectiveBatch batch)
    {
        Describe(batch);
        foreach (ParameterGradient gradient in pass.Gradients)
            gradient.Values.Span.Clear();
        foreach (Part part in _parts)
            part.Run(pass, options.LabelSmoothing);

        bool samples = batch.Samples is not null, any = samples || batch.SamplesOfClass is not null;
        Part data = _parts[0], labelled = _parts.Find(part => part.HasClasses) ?? data;
        double sampleEnergy = any ? -_parts.Find(part => part.IsSample)!.MeanLogSumExp : double.NaN;
        double classification = batch.Labelled is null ? double.NaN : labelled.CrossEntropy;
        double marginal = samples ? -sampleEnergy - data.MeanLogSumExp : double.NaN;
        double joint = batch.SamplesOfClass is null ? double.NaN : _parts[^1].MeanLogitOfClass - labelled.MeanLogitOfClass;
        return [(float)_parts.Sum(part => part.Loss), (float)classification, (float)marginal, (float)joint, (float)-data.MeanLogSumExp, (float)sampleEnergy];
    }

    /// <summary>Says of each part how much its rows' logsumexp, their squares, cross-entropies and logits of the class count.</summary>
    private void Describe(ObjectiveBatch batch)
    {
        bool samples = batch.Samples is not null, any = samples || batch.SamplesOfClass is not null;
        bool shared = ReferenceEquals(batch.Data, batch.Labelled);
        double marginal = samples ? options.MarginalWeight : 0, penalty = any ? options.EnergyPenalty : 0;
        double joint = batch.SamplesOfClass is null ? 0 : options.JointWeight;
        _parts.Clear();
        var data = new Part(batch.Data, batch.DataWeights) { LogSumExp = -marginal, Square = penalty };
        _parts.Add(data);
        if (batch.Labelled is { } rows)
        {
            Part labelled = shared ? data : new Part(rows, batch.LabelledWeights);
            labelled.SetClasses(batch.Labels!);
            (labelled.Classification, labelled.LogitOfClass) = (options.ClassificationWeight, -joint);
            if (!shared)
                _parts.Add(labelled);
        }

        if (batch.Samples is { } chains)
            _parts.Add(new Part(chains, null) { IsSample = true, LogSumExp = marginal, Square = penalty });
        if (batch.SamplesOfClass is { } ofClass)
        {
            var part = new Part(ofClass, batch.LabelledWeights) { IsSample = true, LogitOfClass = joint, Square = samples ? 0 : penalty };
            part.SetClasses(batch.Labels!);
            _parts.Add(part);
        }
    }

    private static ReadOnlySpan<T> Values<T>(Tensor tensor)
        where T : unmanaged => MemoryMarshal.Cast<byte, T>(tensor.bytes);

    /// <summary>Rows that count alike.</summary>
    private sealed class Part
    {
        private readonly Tensor _rows;
        private readonly float[] _weights;
        private readonly int[] _classes;

        public Part(Tensor rows, Tensor? weights)
        {
            _rows = rows;
            int count = (int)rows.shape[0];
            _weights = new float[count];
            if (weights is null)
            {
                Array.Fill(_weights, 1f / count);
            }
            else
            {
                Values<float>(weights).CopyTo(_weights);
                double total = _weights.Sum(weight => (double)weight);
                for (int i = 0; i < count; i++)
                    _weights[i] = (float)(_weights[i] / total);
            }

            _classes = new int[count];
            Array.Fill(_classes, -1);
        }

        public bool IsSample { get; init; }

        public double LogSumExp { get; init; }

        public double Square { get; init; }

        public double Classification { get; set; }

        public double LogitOfClass { get; set; }

        public bool HasClasses { get; private set; }

        public double Loss { get; private set; }

        public double CrossEntropy { get; private set; }

        public double MeanLogSumExp { get; private set; }

        public double MeanLogitOfClass { get; private set; }

        public void SetClasses(Tensor labels)
        {
            HasClasses = true;
            ReadOnlySpan<long> values = Values<long>(labels);
            for (int i = 0; i < values.Length; i++)
                _classes[i] = (int)values[i];
        }

        public void Run(PerceptronPass pass, double smoothing)
        {
            Span<float> f = stackalloc float[PerceptronPass.Capacity], ofClass = stackalloc float[PerceptronPass.Capacity], mean = stackalloc float[PerceptronPass.Capacity];
            Span<float> uniform = stackalloc float[PerceptronPass.Capacity];
            ReadOnlySpan<float> rows = Values<float>(_rows);
            int width = rows.Length / _weights.Length;
            for (int start = 0; start < _weights.Length; start += PerceptronPass.Capacity)
            {
                int count = Math.Min(PerceptronPass.Capacity, _weights.Length - start);
                ReadOnlySpan<int> y = _classes.AsSpan(start, count);
                pass.Forward(rows.Slice(start * width, count * width));
                pass.ReadLogits(y, f, ofClass, mean);
                for (int i = 0; i < count; i++)
                {
                    // Samples count alike; only their classes have the weights of the rows they belong to.
                    double weight = _weights[start + i], plain = IsSample ? 1.0 / _weights.Length : weight;
                    double energy = f[i], square = Square * plain;
                    double cross = HasClasses && Classification != 0 ? Classification * weight : 0, chosen = LogitOfClass * weight;
                    double entropy = energy - ((1 - smoothing) * ofClass[i]) - (smoothing * mean[i]);
                    MeanLogSumExp += plain * energy;
                    MeanLogitOfClass += weight * ofClass[i];
                    CrossEntropy += HasClasses ? weight * entropy : 0;
                    Loss += (LogSumExp * plain * energy) + (square * energy * energy) + (cross * entropy) + (chosen * ofClass[i]);
                    f[i] = (float)((LogSumExp * plain) + (2 * square * energy) + cross);
                    ofClass[i] = (float)(chosen - (cross * (1 - smoothing)));
                    uniform[i] = (float)(-cross * smoothing / pass.ClassCount);
                }

                pass.StartFrom(f[..count], y, ofClass[..count], smoothing > 0 ? uniform[..count] : []);
                pass.BackwardToParameters();
            }
        }
    }
}
