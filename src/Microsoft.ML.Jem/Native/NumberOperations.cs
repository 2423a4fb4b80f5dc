using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Jem.Native;

/// <summary>Operations of tensors with numbers, for use in training loops.</summary>
/// <remarks>
/// TorchSharp turns each number into a <see cref="Scalar"/>, an object with a finaliser, and hands only its address to native code.
/// When the garbage collector runs just then, the finaliser frees the number before native code has read it: on a busy machine, with
/// several members training at a time, a training ended in "Exception raised from toFloat". Here the number outlives the call.
/// </remarks>
internal static class NumberOperations
{
    /// <summary>tensor += other; returns the tensor.</summary>
    public static Tensor AddInPlace(this Tensor tensor, Tensor other)
    {
        using Scalar one = 1L;
        return tensor.add_(other, one);
    }

    /// <summary>tensor += factor · other, of floats; returns the tensor.</summary>
    public static Tensor AddInPlace(this Tensor tensor, Tensor other, double factor)
    {
        using Scalar kept = factor;
        return tensor.add_(other, kept);
    }

    /// <summary>tensor + other.</summary>
    public static Tensor Plus(this Tensor tensor, Tensor other)
    {
        using Scalar one = 1L;
        return tensor.add(other, one);
    }

    /// <summary>tensor + factor · other, of floats.</summary>
    public static Tensor Plus(this Tensor tensor, Tensor other, double factor)
    {
        using Scalar kept = factor;
        return tensor.add(other, kept);
    }

    /// <summary>tensor + number.</summary>
    public static Tensor Plus(this Tensor tensor, double number)
    {
        using Scalar kept = number, one = 1;
        return tensor.add(kept, one);
    }

    /// <summary>tensor *= factor; returns the tensor.</summary>
    public static Tensor ScaleInPlace(this Tensor tensor, double factor)
    {
        using Scalar kept = factor;
        return tensor.mul_(kept);
    }

    /// <summary>tensor · factor, of integers.</summary>
    public static Tensor Times(this Tensor tensor, long factor)
    {
        using Scalar kept = factor;
        return tensor.mul(kept);
    }

    /// <summary>tensor += factor · left · right, element by element; returns the tensor.</summary>
    public static Tensor AddProductInPlace(this Tensor tensor, Tensor left, Tensor right, double factor = 1)
    {
        using Scalar kept = factor;
        return tensor.addcmul_(left, right, kept);
    }

    /// <summary>tensor += factor · left / right, element by element; returns the tensor.</summary>
    public static Tensor AddQuotientInPlace(this Tensor tensor, Tensor left, Tensor right, double factor)
    {
        using Scalar kept = factor;
        return tensor.addcdiv_(left, right, kept);
    }

    /// <summary>Brings all values between two limits; returns the tensor.</summary>
    public static Tensor ClampInPlace(this Tensor tensor, double lowest, double highest)
    {
        using Scalar low = lowest, high = highest;
        return tensor.clamp_(low, high);
    }

    /// <summary>Values below 0 multiplied by a slope, the others as they are.</summary>
    public static Tensor LeakyRelu(this Tensor tensor, double slope)
    {
        using Scalar kept = slope;
        return tensor.leaky_relu(kept);
    }

    /// <summary>Whether each value lies below a number.</summary>
    public static Tensor IsBelow(this Tensor tensor, double number)
    {
        using Scalar kept = number;
        return tensor.lt(kept);
    }

    /// <summary>Which values equal a whole number, as positions [m].</summary>
    public static Tensor PositionsOf(this Tensor tensor, long number)
    {
        using Scalar kept = number;
        using Tensor equal = tensor.eq(kept);
        using Tensor positions = equal.nonzero();
        return positions.squeeze(1);
    }
}
