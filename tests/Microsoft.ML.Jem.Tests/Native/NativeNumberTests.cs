using Microsoft.ML.Jem.Native;
using TorchSharp;

namespace Microsoft.ML.Jem.Tests.Native;

/// <summary>Numbers reach native code through <see cref="NumberOperations"/> alone, which keeps them alive during the call.</summary>
public sealed class NativeNumberTests : IDisposable
{
    private static readonly string Library = typeof(JemTrainer).Assembly.Location;

    private readonly NativeNumbers _numbers = new(typeof(torch).Assembly.Location);

    public void Dispose() => _numbers.Dispose();

    [Fact]
    public void No_number_can_be_collected_while_native_code_reads_it()
    {
        NativeNumbers.Place[] places = _numbers.In(Library, typeof(NumberOperations).FullName);
        Assert.True(places.Length == 0, $"Numbers belong into {nameof(NumberOperations)}, but {places.Length} places hand one to TorchSharp:\n" + string.Join('\n', places.Select(place => place.ToString())));
    }

    [Fact]
    public void The_rule_sees_what_it_forbids()
    {
        NativeNumbers.Place[] here = _numbers.In(typeof(NativeNumberTests).Assembly.Location, allowed: null);
        string[] callees = [.. here.Where(place => place.Where == typeof(Forbidden).FullName!.Replace('+', '/') + ".Break").Select(place => $"{place.IsInside} {place.Callee}")];
        Assert.Equal(
            [
                "False TorchSharp.Scalar TorchSharp.Scalar::op_Implicit(System.Double)",
                "False TorchSharp.torch/Tensor TorchSharp.torch/Tensor::op_Multiply(TorchSharp.torch/Tensor,System.Int32)",
                "True TorchSharp.torch/Tensor TorchSharp.torch/Tensor::square()",
                "True TorchSharp.torch/Tensor TorchSharp.torch/nn/functional::softplus(TorchSharp.torch/Tensor,System.Double,System.Double)",
            ],
            callees);
        Assert.Equal(2, _numbers.Chain("TorchSharp.torch/Tensor TorchSharp.torch/Tensor::op_Addition(TorchSharp.torch/Tensor,TorchSharp.torch/Tensor)").Count());
        Assert.NotEmpty(_numbers.In(Library, allowed: null));
    }

    /// <summary>Read, never run.</summary>
    private static class Forbidden
    {
        internal static torch.Tensor Break(torch.Tensor tensor) => torch.nn.functional.softplus((tensor.add_(0.5, null!) * 2).square());
    }
}
