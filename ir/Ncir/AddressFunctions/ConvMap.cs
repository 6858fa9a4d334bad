using System.Collections.Immutable;

namespace NeuroChip.Ir.Ncir.AddressFunctions;

/// <summary>
/// Convolution over channel-last images of one or two spatial axes, grouped, depthwise (groups = channels), strided, dilated, padded with zero.
/// Source address (y*W + x)*Channels + c, target address (oy*OW + ox)*OutChannels + oc.
/// Row of tap (ky, kx), input channel c and output channel oc of the same group: <c>((ky*KW + kx)*Channels + c)*(OutChannels/Groups) + oc % (OutChannels/Groups)</c>,
/// so that the weights of one event and tap are contiguous.
/// </summary>
/// <param name="Y">Vertical axis; <see cref="Window.Single"/> for one-dimensional data.</param>
/// <param name="X">Horizontal axis.</param>
/// <param name="Channels">Input channels.</param>
/// <param name="OutChannels">Output channels.</param>
/// <param name="Groups">Groups; divides both channel numbers.</param>
public sealed record ConvMap(Window Y, Window X, int Channels, int OutChannels, int Groups) : AddressFunction
{
    /// <inheritdoc/>
    public override string Keyword => "conv";

    /// <inheritdoc/>
    public override int SourceSize => Y.Input * X.Input * Channels;

    /// <inheritdoc/>
    public override int TargetSize => Y.Output * X.Output * OutChannels;

    /// <summary>Output channels of a group: targets per event and tap.</summary>
    public int GroupOutputs => OutChannels / Groups;

    /// <summary>Input channels of a group.</summary>
    public int GroupInputs => Channels / Groups;

    /// <inheritdoc/>
    public override int RowCount => Y.Kernel * X.Kernel * Channels * GroupOutputs;

    /// <inheritdoc/>
    public override int Bound => Y.OutputsBound * X.OutputsBound * GroupOutputs;

    /// <inheritdoc/>
    public override long Total => Y.Total * X.Total * Channels * GroupOutputs;

    /// <inheritdoc/>
    public override int Count(int source)
    {
        var pixel = source / Channels;
        return Y.OutputsOf(pixel / X.Input) * X.OutputsOf(pixel % X.Input) * GroupOutputs;
    }

    /// <inheritdoc/>
    public override void Enumerate(int source, List<Synapse> into)
    {
        var c = source % Channels;
        var pixel = source / Channels;
        var (y, x) = (pixel / X.Input, pixel % X.Input);
        var first = c / GroupInputs * GroupOutputs;
        for (var ky = Y.Kernel - 1; ky >= 0; ky--)
        {
            var oy = Y.OutputOf(y, ky);
            if (oy < 0) continue;
            for (var kx = X.Kernel - 1; kx >= 0; kx--)
            {
                var ox = X.OutputOf(x, kx);
                if (ox < 0) continue;
                var target = (((oy * X.Output) + ox) * OutChannels) + first;
                var row = ((((ky * X.Kernel) + kx) * Channels) + c) * GroupOutputs;
                for (var oc = 0; oc < GroupOutputs; oc++) into.Add(new(target + oc, row + oc));
            }
        }
    }

    /// <inheritdoc/>
    public override void Invert(int target, List<Afferent> into)
    {
        var oc = target % OutChannels;
        var pixel = target / OutChannels;
        var (oy, ox) = (pixel / X.Output, pixel % X.Output);
        var group = oc / GroupOutputs;
        for (var ky = 0; ky < Y.Kernel; ky++)
        {
            var y = Y.InputOf(oy, ky);
            if (y < 0 || y >= Y.Input) continue;
            for (var kx = 0; kx < X.Kernel; kx++)
            {
                var x = X.InputOf(ox, kx);
                if (x < 0 || x >= X.Input) continue;
                for (var c = group * GroupInputs; c < (group + 1) * GroupInputs; c++)
                    into.Add(new((((y * X.Input) + x) * Channels) + c, (((((ky * X.Kernel) + kx) * Channels) + c) * GroupOutputs) + (oc % GroupOutputs)));
            }
        }
    }

    /// <inheritdoc/>
    public override int[] Encode() => [.. Y.Encode(), .. X.Encode(), Channels, OutChannels, Groups];

    /// <summary>Names of the words of <see cref="Encode"/>.</summary>
    public static ImmutableArray<AddressField> Fields { get; } = [new("y", AddressFieldKind.Window), new("x", AddressFieldKind.Window), new("channels"), new("out_channels"), new("groups")];

    /// <summary>Reads back <see cref="Encode"/>.</summary>
    public static AddressFunction Decode(int[] words) => new ConvMap(Window.Decode(words), Window.Decode(words.AsSpan(6)), words[12], words[13], words[14]);
}
