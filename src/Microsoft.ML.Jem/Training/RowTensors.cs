using System.Runtime.InteropServices;
using Microsoft.ML.Jem.Features;
using static TorchSharp.torch;

namespace Microsoft.ML.Jem.Training;

/// <summary>Turns rows into tensors on a device: standardised features, labels, weights.</summary>
internal sealed class RowTensors(TrainingRows rows, Standardization standardization, Device device)
{
    private readonly StandardizedRows _features = new(rows.Features, standardization);

    /// <summary>Standardised features [n, d], float32.</summary>
    public Tensor Features(ReadOnlySpan<int> chosen) => OnDevice(_features, chosen, rows.Features.Width, device);

    /// <summary>Classes [n], int64; −1 where a row has none.</summary>
    public Tensor Labels(ReadOnlySpan<int> chosen)
    {
        var labels = new long[chosen.Length];
        for (int i = 0; i < labels.Length; i++)
            labels[i] = rows.Labels[chosen[i]];
        return tensor(labels, device: device);
    }

    /// <summary>Weights [n], float32; null where every row weighs 1.</summary>
    public Tensor? Weights(ReadOnlySpan<int> chosen)
    {
        if (rows.Weights is not { } all)
            return null;
        var weights = new float[chosen.Length];
        for (int i = 0; i < weights.Length; i++)
            weights[i] = all[chosen[i]];
        return tensor(weights, device: device);
    }

    /// <summary>Standardised features [n, d] of some rows of a matrix, float32; the caller bounds n·d (<see cref="RowBudget"/>).</summary>
    public static Tensor Features(FeatureMatrix matrix, ReadOnlySpan<int> chosen, Standardization standardization, Device device)
    {
        Tensor values = empty([chosen.Length, matrix.Width], float32, CPU);
        Span<float> rows = MemoryMarshal.Cast<byte, float>(values.bytes);
        matrix.CopyRows(chosen, rows);
        standardization.Apply(rows);
        return Moved(values, device);
    }

    private static Tensor OnDevice(StandardizedRows rows, ReadOnlySpan<int> chosen, int width, Device device)
    {
        // A tensor over a managed array begins wherever the array does, and libtorch's kernels add up in another order there:
        // in memory of its own the same rows give the same bits.
        Tensor values = empty([chosen.Length, width], float32, CPU);
        rows.Copy(chosen, MemoryMarshal.Cast<byte, float>(values.bytes));
        return Moved(values, device);
    }

    private static Tensor Moved(Tensor values, Device device)
    {
        if (device.type == TorchSharp.DeviceType.CPU)
            return values;
        using (values)
            return values.to(device);
    }
}
