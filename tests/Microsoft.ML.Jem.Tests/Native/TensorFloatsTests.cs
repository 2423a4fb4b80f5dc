using Microsoft.ML.Jem.Native;
using static TorchSharp.torch;

namespace Microsoft.ML.Jem.Tests.Native;

public sealed class TensorFloatsTests
{
    [Fact]
    public void What_is_written_on_one_side_is_read_on_the_other()
    {
        using Tensor tensor = zeros(2, 3);
        TensorFloats values = TensorFloats.Of(tensor)!;
        values.Span[4] = 7;
        Assert.Equal(7, tensor[1, 1].item<float>());
        using Tensor ones = ones_like(tensor);
        tensor.copy_(ones);
        Assert.Equal([1, 1, 1, 1, 1, 1], values.Span.ToArray());
    }

    [Fact]
    public void Tensors_that_do_not_lie_in_order_have_none()
    {
        using Tensor tensor = zeros(2, 3);
        using Tensor transposed = tensor.t();
        using Tensor twice = tensor.to(ScalarType.Float64);
        Assert.Null(TensorFloats.Of(transposed));
        Assert.Null(TensorFloats.Of(twice));
    }

    [Fact]
    public void After_the_tensor_is_disposed_nothing_is_read()
    {
        Tensor tensor = zeros(2, 3);
        TensorFloats values = TensorFloats.Of(tensor)!;
        tensor.Dispose();
        Assert.Throws<ObjectDisposedException>(() => values.Span.Length);
    }
}
