using Microsoft.ML.Jem.Features;
using Microsoft.ML.Jem.Native;
using static TorchSharp.torch;

namespace Microsoft.ML.Jem.Training;

/// <summary>
/// Batches of training rows in random order, with input noise. Where some rows have no label, labelled rows come in batches
/// of their own, so that a handful of labels among many rows still teaches the classes in every update.
/// </summary>
internal sealed class TrainingBatches
{
    private readonly RowTensors _tensors;
    private readonly Generator _generator;
    private readonly double _noise;

    /// <summary>The share of the input noise that rows get.</summary>
    public double NoiseShare { get; set; } = 1;

    private readonly int[] _chosen;
    private readonly RowShuffle _all;
    private readonly RowShuffle? _labelled;
    private readonly bool _anyLabelled;
    private readonly ImageAugmenter? _augmenter;

    /// <summary>Prepares the orders; <paramref name="train"/> has at least one row. Rows that train p(y|x) go through the augmenter, if there is one.</summary>
    public TrainingBatches(TrainingRows train, RowTensors tensors, TrainingPlan plan, ImageAugmenter? augmenter, Generator generator)
    {
        (_tensors, _generator, _noise, _augmenter) = (tensors, generator, plan.InputNoise, augmenter);
        _chosen = new int[plan.BatchSize];
        CountPerEpoch = plan.UpdatesPerEpoch(train.Count);
        int[] rows = [.. Enumerable.Range(0, train.Count)];
        int[] labelled = Array.FindAll(rows, row => train.Labels[row] != TrainingRows.Unlabelled);
        _all = new RowShuffle(rows, generator);
        _anyLabelled = labelled.Length > 0;
        if (_anyLabelled && labelled.Length < rows.Length)
            _labelled = new RowShuffle(labelled, generator);
    }

    /// <summary>Updates an epoch: every row once, the last batch filled up from the next time around.</summary>
    public int CountPerEpoch { get; }

    /// <summary>The rows of the next update, without samples; its tensors belong to the caller's scope.</summary>
    public ObjectiveBatch Next()
    {
        _all.Next(_chosen);
        Tensor rows = _tensors.Features(_chosen);
        Tensor data = WithNoise(rows);
        Tensor? weights = _tensors.Weights(_chosen);
        if (!_anyLabelled)
            return new ObjectiveBatch(data, weights, null, null, null);
        if (_labelled is null)
            return new ObjectiveBatch(data, weights, _augmenter is null ? data : Augmented(rows), _tensors.Labels(_chosen), weights);

        _labelled.Next(_chosen);
        return new ObjectiveBatch(data, weights, Augmented(_tensors.Features(_chosen)), _tensors.Labels(_chosen), _tensors.Weights(_chosen));
    }

    /// <summary>The orders of rows.</summary>
    public void Checkpoint(StateStream state)
    {
        _all.Checkpoint(state);
        _labelled?.Checkpoint(state);
    }

    private Tensor Augmented(Tensor rows) => WithNoise(_augmenter is null ? rows : _augmenter.Augment(rows));

    private Tensor WithNoise(Tensor features) => _noise * NoiseShare > 0
        ? features.Plus(randn(features.shape, features.dtype, features.device, generator: _generator), _noise * NoiseShare)
        : features;
}
