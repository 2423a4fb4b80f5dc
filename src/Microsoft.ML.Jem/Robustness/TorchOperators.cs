using Microsoft.ML.Jem.Native;
using Microsoft.ML.Jem.Onnx;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Microsoft.ML.Jem.Robustness;

/// <summary>The differentiable operators of ONNX that networks are made of, each as TorchSharp has it.</summary>
/// <remarks>Meanings and defaults are those of the standard (<see href="https://onnx.ai/onnx/operators/"/>).</remarks>
internal static class TorchOperators
{
    private static readonly Dictionary<string, Func<TorchNode, Tensor>> Operators = new(StringComparer.Ordinal)
    {
        ["Identity"] = node => node[0].alias(),
        ["Add"] = node => node[0].Plus(node[1]),
        ["Sub"] = node => node[0] - node[1],
        ["Mul"] = node => node[0] * node[1],
        ["Div"] = node => node[0] / node[1],
        ["Pow"] = node => node[0].pow(node[1]),
        ["Neg"] = node => node[0].neg(),
        ["Abs"] = node => node[0].abs(),
        ["Exp"] = node => node[0].exp(),
        ["Log"] = node => node[0].log(),
        ["Sqrt"] = node => node[0].sqrt(),
        ["Sign"] = node => node[0].sign(),
        ["Asinh"] = node => node[0].asinh(),
        ["Sigmoid"] = node => node[0].sigmoid(),
        ["Tanh"] = node => node[0].tanh(),
        ["Relu"] = node => node[0].relu(),
        ["LeakyRelu"] = node => node[0].LeakyRelu(node.Number("alpha", 0.01)),
        ["Elu"] = node => node[0].Elu(node.Number("alpha", 1)),
        ["Softplus"] = node => node[0].Softplus(),
        ["Softmax"] = node => node[0].softmax(node.Integer("axis", -1)),
        ["LogSoftmax"] = node => functional.log_softmax(node[0], node.Integer("axis", -1)),
        ["Clip"] = Clip,
        ["Min"] = node => Fold(node, minimum),
        ["Max"] = node => Fold(node, maximum),
        ["Sum"] = node => Fold(node, NumberOperations.Plus),
        ["Mean"] = node => Fold(node, NumberOperations.Plus).DividedBy(node.InputCount),
        ["Where"] = node => where(node[0], node[1], node[2]),
        ["Cast"] = Cast,
        ["Gemm"] = Gemm,
        ["MatMul"] = node => node[0].matmul(node[1]),
        ["Conv"] = Convolution,
        ["GlobalAveragePool"] = node => node[0].mean([.. Enumerable.Range(2, (int)node[0].dim() - 2)], keepdim: true),
        ["ReduceSum"] = node => node[0].sum(ReducedAxes(node), KeepsDimensions(node)),
        ["ReduceMean"] = node => node[0].mean(ReducedAxes(node), KeepsDimensions(node)),
        ["ReduceMax"] = node => node[0].amax(ReducedAxes(node), KeepsDimensions(node)),
        ["ReduceSumSquare"] = node => node[0].Square().sum(ReducedAxes(node), KeepsDimensions(node)),
        ["ReduceL2"] = node => node[0].Square().sum(ReducedAxes(node), KeepsDimensions(node)).sqrt(),
        ["ReduceLogSumExp"] = LogSumExp,
        ["Reshape"] = Reshape,
        ["Flatten"] = node => node[0].flatten(node.Integer("axis", 1)),
        ["Transpose"] = node => node[0].permute(node.Integers("perm") ?? [.. Enumerable.Range(0, (int)node[0].dim()).Reverse()]),
        ["Squeeze"] = node => node.Axes().OrderDescending().Aggregate(node[0].alias(), (value, axis) => value.squeeze(axis)),
        ["Unsqueeze"] = node => node.Axes().Order().Aggregate(node[0].alias(), (value, axis) => value.unsqueeze(axis)),
        ["Concat"] = node => cat([.. Enumerable.Range(0, node.InputCount).Select(input => node[input])], node.Integer("axis", 0)),
    };

    /// <summary>Computes a node's first output.</summary>
    /// <exception cref="NotSupportedException">The operator is not known here.</exception>
    public static Tensor Run(TorchNode node) => Operators.TryGetValue(node.OperatorType, out Func<TorchNode, Tensor>? run)
        ? run(node)
        : throw new NotSupportedException(
            $"An attack needs the gradient of the whole network, but its graph has the operator '{node.OperatorType}', which is not among those known here: "
            + $"{string.Join(", ", Operators.Keys)}. Write the network with these.");

    private static Tensor Fold(TorchNode node, Func<Tensor, Tensor, Tensor> combine) =>
        Enumerable.Range(1, node.InputCount - 1).Aggregate(node[0].alias(), (value, input) => combine(value, node[input]));

    private static Tensor Clip(TorchNode node)
    {
        Tensor value = node[0].alias();
        if (node.Has(1))
            value = maximum(value, node[1]);
        return node.Has(2) ? minimum(value, node[2]) : value;
    }

    private static Tensor Cast(TorchNode node) => (OnnxType)node.Integer("to", 0) switch
    {
        OnnxType.Float => node[0].to(float64),
        OnnxType.Int64 => node[0].to(int64),
        OnnxType.Bool => node[0].to(@bool),
        var type => throw new NotSupportedException($"Cast to ONNX element type {(int)type} is not known here: expected float, int64 or bool."),
    };

    private static Tensor Gemm(TorchNode node)
    {
        Tensor left = node.Integer("transA", 0) == 0 ? node[0] : node[0].t();
        Tensor right = node.Integer("transB", 0) == 0 ? node[1] : node[1].t();
        Tensor product = left.matmul(right).Times(node.Number("alpha", 1));
        return node.Has(2) ? product.Plus(node[2], node.Number("beta", 1)) : product;
    }

    private static Tensor Convolution(TorchNode node)
    {
        if (node[0].dim() != 4)
            throw new NotSupportedException($"A convolution over {node[0].dim() - 2} dimensions is not known here: expected images [n, channels, height, width].");
        long[] pads = node.Integers("pads") ?? [0, 0, 0, 0];
        Tensor padded = functional.pad(node[0], [pads[1], pads[3], pads[0], pads[2]]);
        return functional.conv2d(
            padded, node[1], node.Has(2) ? node[2] : null,
            strides: node.Integers("strides") ?? [1, 1], dilation: node.Integers("dilations") ?? [1, 1], groups: node.Integer("group", 1));
    }

    private static Tensor LogSumExp(TorchNode node) => ReducedAxes(node) is [var axis]
        ? node[0].logsumexp(axis, KeepsDimensions(node))
        : throw new NotSupportedException("ReduceLogSumExp over several axes is not known here: expected one axis.");

    private static Tensor Reshape(TorchNode node)
    {
        // 0 stands for the size the input has there.
        Tensor value = node[0];
        return value.reshape([.. node.Integers(1).Select((size, axis) => size == 0 ? value.shape[axis] : size)]);
    }

    private static long[] ReducedAxes(TorchNode node) => node.Axes() is { Length: > 0 } axes
        ? axes
        : [.. Enumerable.Range(0, (int)node[0].dim()).Select(axis => (long)axis)];

    private static bool KeepsDimensions(TorchNode node) => node.Integer("keepdims", 1) != 0;
}
