using Microsoft.ML.Jem.Features;
using Microsoft.ML.Jem.Native;
using static TorchSharp.torch;

namespace Microsoft.ML.Jem.Robustness;

/// <summary>
/// Moves rows by deviations of their features: the units in which an adversary is bounded. A heavy-tailed feature x moves by deviations of
/// asinh((x − centre) · inverseSpread), as the model sees it; a feature that was constant in training does not move.
/// </summary>
internal sealed class FeatureScale : IDisposable
{
    private readonly Tensor _scale;
    private readonly Tensor _unit;
    private readonly (Tensor IsHeavy, Tensor Centre, Tensor InverseSpread)? _tails;

    /// <summary>Takes the scales of a model's features.</summary>
    public FeatureScale(Standardization standardization, Device device)
    {
        Tensor Values(IEnumerable<float> values) => tensor([.. values.Select(value => (double)value)], device: device).DetachFromDisposeScope();
        _scale = Values(standardization.Scale);
        _unit = Values(standardization.Scale.Select(scale => scale == 0 ? 0 : 1 / scale));
        if (standardization.Tails is { } tails)
            _tails = (tensor(tails.IsHeavy, device: device).DetachFromDisposeScope(), Values(tails.Centre), Values(tails.InverseSpread));
    }

    /// <summary>The rows with each feature moved by its share of deviations; gradients flow back to the change.</summary>
    /// <param name="rows">Features as they came, float64 [n, d].</param>
    /// <param name="change">By how many deviations, float64 [n, d].</param>
    public Tensor Move(Tensor rows, Tensor change)
    {
        if (_tails is not { } tails)
            return rows.Plus(change * _unit);

        // sinh overflows for features it is not meant for, and 0 · ∞ would make their gradients NaN: it sees 0 instead.
        Tensor moved = Tame(rows).Plus(change * _unit);
        Tensor heavy = (where(tails.IsHeavy, moved, zeros_like(moved)).sinh() / tails.InverseSpread).Plus(tails.Centre);
        return where(tails.IsHeavy, heavy, moved);
    }

    /// <summary>By how many deviations each feature can be moved until it reaches a limit, [n, d].</summary>
    /// <param name="rows">Features as they came, float64 [n, d].</param>
    /// <param name="limit">The limit, in the features' own unit; may be infinite.</param>
    public Tensor Room(Tensor rows, double limit) => ((Tame(rows.FilledWith(limit)) - Tame(rows)) * _scale).With(_scale.IsEqualTo(0), 0);

    /// <inheritdoc/>
    public void Dispose()
    {
        _scale.Dispose();
        _unit.Dispose();
        if (_tails is not { } tails)
            return;
        tails.IsHeavy.Dispose();
        tails.Centre.Dispose();
        tails.InverseSpread.Dispose();
    }

    private Tensor Tame(Tensor rows) => _tails is { } tails
        ? where(tails.IsHeavy, ((rows - tails.Centre) * tails.InverseSpread).asinh(), rows)
        : rows;
}
