using Microsoft.ML.Jem.Evaluation;
using Microsoft.ML.Jem.Features;
using Microsoft.ML.Jem.Tests.Data;
using Microsoft.ML.Jem.Training;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Microsoft.ML.Jem.Benchmarks.Ratios;

/// <summary>How good a network is on digits it was not trained on: their accuracy, and the AUROC of the energy against digits never seen.</summary>
internal sealed class Quality(Standardization standardization)
{
    private readonly TrainingRows _test = Digits.Test;
    private readonly TrainingRows _novel = Digits.Novel;

    /// <summary>Accuracy and AUROC.</summary>
    public (double Accuracy, double Auroc) Of(Module<Tensor, Tensor> module)
    {
        float[] known = Logits(module, _test);
        double accuracy = HeldOutMetrics.Of(known, _test).Accuracy;
        return (accuracy, new RankedScores(Energies(Logits(module, _novel)), Energies(known)).AreaUnderRocCurve());
    }

    private float[] Logits(Module<Tensor, Tensor> module, TrainingRows rows)
    {
        using IDisposable noGradients = no_grad();
        using DisposeScope scope = NewDisposeScope();
        Tensor features = RowTensors.Features(rows.Features, [.. Enumerable.Range(0, rows.Count)], standardization, CPU);
        return module.call(features).data<float>().ToArray();
    }

    private static double[] Energies(float[] logits) =>
        [.. logits.Chunk(Digits.ClassCount).Select(row => -(double)row.Max() - Math.Log(row.Sum(logit => Math.Exp(logit - row.Max()))))];
}
