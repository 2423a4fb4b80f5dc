using System.Runtime.InteropServices;
using System.Text;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Jem.Training;

/// <summary>
/// Writes what the future of a training depends on, or reads it back in place. A class names its state once, in one method for
/// both directions, so that the two cannot differ.
/// </summary>
/// <param name="stream">Where the bytes go, or come from.</param>
/// <param name="isReading">Whether values are read; otherwise they are written.</param>
internal sealed class StateStream(Stream stream, bool isReading)
{
    private const int TensorBufferBytes = 1 << 16;

    /// <summary>Whether values are read; otherwise they are written.</summary>
    public bool IsReading => isReading;

    /// <summary>One value.</summary>
    public void Value<T>(ref T value)
        where T : unmanaged => Values(new Span<T>(ref value));

    /// <summary>Values whose number is known to both sides.</summary>
    public void Values<T>(Span<T> values)
        where T : unmanaged
    {
        Span<byte> bytes = MemoryMarshal.AsBytes(values);
        if (isReading)
            stream.ReadExactly(bytes);
        else
            stream.Write(bytes);
    }

    /// <summary>Bytes of any number.</summary>
    public void Bytes(ref byte[] bytes)
    {
        int count = bytes.Length;
        Value(ref count);
        if (isReading)
            bytes = new byte[count];
        Values(bytes.AsSpan());
    }

    /// <summary>A text.</summary>
    public void Text(ref string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        Bytes(ref bytes);
        text = Encoding.UTF8.GetString(bytes);
    }

    /// <summary>The values of a tensor, which has the same type and shape on both sides.</summary>
    /// <exception cref="InvalidDataException">The stream holds a tensor of another type or shape.</exception>
    public void Tensor(Tensor tensor, string name)
    {
        using IDisposable noGradients = no_grad();
        using DisposeScope scope = NewDisposeScope();
        string expected = $"{tensor.dtype} [{string.Join(", ", tensor.shape)}]";
        string stored = expected;
        Text(ref stored);
        if (stored != expected)
            throw new InvalidDataException($"it holds {name} as {stored}, the network now has {expected}");

        if (!isReading)
        {
            tensor.detach().cpu().contiguous().WriteBytesToStream(stream, TensorBufferBytes);
            return;
        }

        Tensor values = empty(tensor.shape, tensor.dtype, CPU);
        values.ReadBytesFromStream(stream, TensorBufferBytes);
        tensor.copy_(values);
    }

    /// <summary>Where a generator stands.</summary>
    public void Generator(Generator generator)
    {
        using Tensor state = generator.get_state();
        Tensor(state, "the state of the random generator");
        if (isReading)
            generator.set_state(state);
    }
}
