using Microsoft.ML.Jem.Images;
using Microsoft.ML.Jem.Native;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Microsoft.ML.Jem.Networks;

/// <summary>
/// The module of <see cref="WideResNet"/>: a convolution, three groups of blocks of which the second and third halve height and
/// width, the mean over all positions, a linear layer. Parameters are conv1.*, layer1.0.conv1.*, …, layer3.n.shortcut.*, output.*.
/// </summary>
internal sealed class WideResNetModule : Module<Tensor, Tensor>
{
    /// <summary>Channels of the first convolution, and of the first group where widen is 1.</summary>
    public const int FirstChannels = 16;

    private readonly ImageShape _image;
    private readonly ModuleList<WideBlock>[] _groups;

    /// <param name="image">The images' shape.</param>
    /// <param name="blocks">Blocks a group.</param>
    /// <param name="widen">By what the channels of the groups, 16, 32 and 64, are multiplied.</param>
    /// <param name="classCount">Number of classes.</param>
    public WideResNetModule(ImageShape image, int blocks, int widen, int classCount)
        : base(nameof(WideResNet))
    {
        _image = image;
        Conv1 = UndrawnLayers.Conv2d(image.Channels, FirstChannels, 3, padding: 1);
        register_module("conv1", Conv1);
        _groups = new ModuleList<WideBlock>[3];
        int channels = FirstChannels;
        for (int group = 0; group < _groups.Length; group++)
        {
            int outputs = (FirstChannels << group) * widen;
            int stride = group == 0 ? 1 : 2;
            _groups[group] = new ModuleList<WideBlock>(
                [.. Enumerable.Range(0, blocks).Select(block => new WideBlock(block == 0 ? channels : outputs, outputs, block == 0 ? stride : 1))]);
            register_module($"layer{group + 1}", _groups[group]);
            channels = outputs;
        }

        Output = UndrawnLayers.Linear(channels, classCount);
        register_module("output", Output);
    }

    /// <summary>The convolution next to the pixels.</summary>
    public Conv2d Conv1 { get; }

    /// <summary>The blocks in order, with the prefix of their parameters' names.</summary>
    public IEnumerable<(string Name, WideBlock Block)> Blocks =>
        _groups.SelectMany((group, g) => group.Select((block, b) => ($"layer{g + 1}.{b}", block)));

    /// <summary>From the mean over all positions to the logits.</summary>
    public Linear Output { get; }

    /// <summary>LeakyReLU with the paper's slope.</summary>
    public static Tensor Activate(Tensor z) => z.LeakyRelu(PerceptronModule.NegativeSlope);

    /// <inheritdoc/>
    public override Tensor forward(Tensor input)
    {
        using DisposeScope scope = NewDisposeScope();
        return Output.call(Hidden(input)).MoveToOuterDisposeScope();
    }

    /// <summary>The mean over all positions of the last feature map, [n, 64·widen].</summary>
    public Tensor Hidden(Tensor input)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor value = ChannelsLast(Conv1.call(Images(input)));
        foreach ((_, WideBlock block) in Blocks)
            value = block.call(value);
        return Activate(value).mean([2, 3]).MoveToOuterDisposeScope();
    }

    /// <summary>The same values in an order in memory that the CPU's convolutions need not rearrange; what follows keeps it.</summary>
    private static Tensor ChannelsLast(Tensor maps) => maps.device_type == DeviceType.CPU
        ? maps.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2)
        : maps;

    private Tensor Images(Tensor rows) => _image.Order == PixelOrder.Interleaved
        ? rows.reshape(rows.shape[0], _image.Height, _image.Width, _image.Channels).permute(0, 3, 1, 2)
        : rows.reshape(rows.shape[0], _image.Channels, _image.Height, _image.Width);
}
