using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Jem.Native;

/// <summary>Operations of tensors with numbers: the only place where a number is handed to TorchSharp.</summary>
/// <remarks>
/// TorchSharp turns each number into a <see cref="Scalar"/>, an object with a finaliser, and passes only its address to native code.
/// If the garbage collector runs during the call, the finaliser frees the number before native code has read it. The call then
/// throws "Unknown scalar type", or computes with whatever lies at that address. Here each number is disposed after the call, which
/// keeps it alive until then. NativeNumberTests names every place in the compiled library that breaks the rule.
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

    /// <summary>tensor + number, of integers or of floats.</summary>
    public static Tensor Plus(this Tensor tensor, long number)
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

    /// <summary>tensor · factor, of floats.</summary>
    public static Tensor Times(this Tensor tensor, double factor)
    {
        using Scalar kept = factor;
        return tensor.mul(kept);
    }

    /// <summary>tensor · factor, of integers or of floats.</summary>
    public static Tensor Times(this Tensor tensor, long factor)
    {
        using Scalar kept = factor;
        return tensor.mul(kept);
    }

    /// <summary>tensor / divisor, of floats.</summary>
    public static Tensor DividedBy(this Tensor tensor, double divisor)
    {
        using Scalar kept = divisor;
        return tensor.div(kept);
    }

    /// <summary>tensor /= divisor, of floats; returns the tensor.</summary>
    public static Tensor DivideInPlace(this Tensor tensor, double divisor)
    {
        using Scalar kept = divisor;
        return tensor.div_(kept);
    }

    /// <summary>Each value times itself. TorchSharp's square makes a number of its own.</summary>
    public static Tensor Square(this Tensor tensor) => tensor.mul(tensor);

    /// <summary>Each value raised to a power.</summary>
    public static Tensor ToThePowerOf(this Tensor tensor, double exponent)
    {
        using Scalar kept = exponent;
        return tensor.pow(kept);
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

    /// <summary>The larger of each value and a number.</summary>
    public static Tensor AtLeast(this Tensor tensor, double lowest)
    {
        using Scalar kept = lowest;
        return tensor.clamp_min(kept);
    }

    /// <summary>The smaller of each value and a number.</summary>
    public static Tensor AtMost(this Tensor tensor, double highest)
    {
        using Scalar kept = highest;
        return tensor.clamp_max(kept);
    }

    /// <summary>A tensor of the same shape and type that holds one number everywhere.</summary>
    public static Tensor FilledWith(this Tensor tensor, double number)
    {
        using Scalar kept = number;
        return full_like(tensor, kept);
    }

    /// <summary>The tensor with one number wherever the mask is true.</summary>
    public static Tensor With(this Tensor tensor, Tensor mask, double number)
    {
        using Scalar kept = number;
        return tensor.masked_fill(mask, kept);
    }

    /// <summary>0, 1, …, count − 1, int64.</summary>
    public static Tensor Range(long count, Device device)
    {
        using Scalar start = 0L, stop = count, step = 1L;
        return arange(start, stop, step, int64, device);
    }

    /// <summary>Values below 0 multiplied by a slope, the others as they are.</summary>
    public static Tensor LeakyRelu(this Tensor tensor, double slope)
    {
        using Scalar kept = slope;
        return tensor.leaky_relu(kept);
    }

    /// <summary>Values below 0 as α·(eˣ − 1), the others as they are.</summary>
    public static Tensor Elu(this Tensor tensor, double alpha)
    {
        using Scalar kept = alpha, one = 1.0;
        return tensor.elu(kept, one, one);
    }

    /// <summary>ln(1 + eˣ). TorchSharp's softplus makes numbers of its own.</summary>
    public static Tensor Softplus(this Tensor tensor)
    {
        using Tensor zero = zeros_like(tensor);
        return logaddexp(tensor, zero);
    }

    /// <summary>Whether each value lies below a number.</summary>
    public static Tensor IsBelow(this Tensor tensor, double number)
    {
        using Scalar kept = number;
        return tensor.lt(kept);
    }

    /// <summary>Whether each value lies above a number.</summary>
    public static Tensor IsAbove(this Tensor tensor, double number)
    {
        using Scalar kept = number;
        return tensor.gt(kept);
    }

    /// <summary>Whether each value equals a whole number.</summary>
    public static Tensor IsEqualTo(this Tensor tensor, long number)
    {
        using Scalar kept = number;
        return tensor.eq(kept);
    }

    /// <summary>Which values equal a whole number, as positions [m].</summary>
    public static Tensor PositionsOf(this Tensor tensor, long number)
    {
        using Tensor equal = tensor.IsEqualTo(number);
        using Tensor positions = equal.nonzero();
        return positions.squeeze(1);
    }
}
