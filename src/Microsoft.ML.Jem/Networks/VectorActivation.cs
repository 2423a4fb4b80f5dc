using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Microsoft.ML.Jem.Networks;

/// <summary>Activations and softmax over rows padded to whole vectors of 16.</summary>
internal static class VectorActivation
{
    /// <summary>Replaces z by its activation, and gives the derivative there.</summary>
    public static void Apply(Activation activation, Span<float> values, Span<float> derivatives)
    {
        Span<Vector512<float>> z = MemoryMarshal.Cast<float, Vector512<float>>(values);
        Span<Vector512<float>> derivative = MemoryMarshal.Cast<float, Vector512<float>>(derivatives)[..z.Length];
        if (activation == Activation.LeakyReLU)
        {
            var slope = Vector512.Create((float)PerceptronModule.NegativeSlope);
            for (int i = 0; i < z.Length; i++)
            {
                derivative[i] = Vector512.ConditionalSelect(Vector512.GreaterThan(z[i], default), Vector512<float>.One, slope);
                z[i] *= derivative[i];
            }

            return;
        }

        if (activation != Activation.SiLU)
            throw Activations.Unknown(activation);

        // a = z·σ(z), so a' = σ + z·σ·(1 − σ) = σ + a·(1 − σ).
        for (int i = 0; i < z.Length; i++)
        {
            Vector512<float> sigmoid = Vector512<float>.One / (Vector512<float>.One + Vector512.Exp(-z[i]));
            z[i] *= sigmoid;
            derivative[i] = Vector512.FusedMultiplyAdd(z[i], Vector512<float>.One - sigmoid, sigmoid);
        }
    }

    /// <summary>Replaces the logits of each row by their softmax; padding of −∞ becomes 0.</summary>
    /// <param name="logits">Rows of <paramref name="width"/> values, a multiple of 16.</param>
    /// <param name="width">Values a row.</param>
    public static void Softmax(Span<float> logits, int width)
    {
        for (int start = 0; start < logits.Length; start += width)
        {
            Span<Vector512<float>> row = MemoryMarshal.Cast<float, Vector512<float>>(logits.Slice(start, width));
            Vector512<float> highest = row[0];
            foreach (Vector512<float> values in row[1..])
                highest = Vector512.Max(highest, values);
            float shift = float.NegativeInfinity;
            for (int i = 0; i < Vector512<float>.Count; i++)
                shift = Math.Max(shift, highest[i]);

            Vector512<float> total = default;
            for (int i = 0; i < row.Length; i++)
            {
                row[i] = Vector512.Exp(row[i] - Vector512.Create(shift));
                total += row[i];
            }

            var scale = Vector512.Create(1 / Vector512.Sum(total));
            for (int i = 0; i < row.Length; i++)
                row[i] *= scale;
        }
    }
}
