using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Microsoft.ML.Jem.Benchmarks.Baseline;

/// <summary>The paper's WRN-10-1 for square grey images, as one would write it: the same layers as ours, with the same number of weights.</summary>
internal sealed class PaperWideResNet : Module<Tensor, Tensor>
{
    private readonly int _side;
    private readonly Conv2d _first = Conv2d(1, 16, 3, padding: 1);
    private readonly Block _group1 = new(16, 16, 1), _group2 = new(16, 32, 2), _group3 = new(32, 64, 2);
    private readonly Linear _output;

    public PaperWideResNet(int side, int classCount)
        : base(nameof(PaperWideResNet))
    {
        _side = side;
        _output = Linear(64, classCount);
        RegisterComponents();
    }

    public override Tensor forward(Tensor input)
    {
        Tensor x = _first.call(input.view(-1, 1, _side, _side));
        x = _group3.call(_group2.call(_group1.call(x)));
        return _output.call(functional.leaky_relu(x, 0.2).mean([2, 3]));
    }

    private sealed class Block : Module<Tensor, Tensor>
    {
        private readonly Conv2d _conv1, _conv2;
        private readonly Conv2d? _shortcut;

        public Block(int inputs, int outputs, int stride)
            : base(nameof(Block))
        {
            _conv1 = Conv2d(inputs, outputs, 3, padding: 1);
            _conv2 = Conv2d(outputs, outputs, 3, stride: stride, padding: 1);
            _shortcut = stride == 1 ? null : Conv2d(inputs, outputs, 1, stride: stride);
            RegisterComponents();
        }

        public override Tensor forward(Tensor input)
        {
            Tensor x = _conv1.call(functional.leaky_relu(input, 0.2));
            x = _conv2.call(functional.leaky_relu(x, 0.2));
            return x + (_shortcut is null ? input : _shortcut.call(input));
        }
    }
}
