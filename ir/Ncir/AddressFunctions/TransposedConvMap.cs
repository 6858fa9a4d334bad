namespace NeuroChip.Ir.Ncir.AddressFunctions;

/// <summary>
/// Transposed convolution over channel-last images: an event at (y, x, c) reaches every tap of the window at its place,
/// <c>oy = y*Stride - Pad + ky*Dilation</c>. Rows as in <see cref="ConvMap"/>.
/// </summary>
/// <param name="Y">Vertical axis with the roles swapped: <c>Output</c> is the extent of the source, <c>Input</c> that of the target.</param>
/// <param name="X">Horizontal axis, likewise.</param>
/// <param name="Channels">Input channels.</param>
/// <param name="OutChannels">Output channels.</param>
/// <param name="Groups">Groups; divides both channel numbers.</param>
public sealed record TransposedConvMap(Window Y, Window X, int Channels, int OutChannels, int Groups) : AddressFunction
{
    /// <inheritdoc/>
    public override string Keyword => "deconv";

    /// <inheritdoc/>
    public override int SourceSize => Y.Output * X.Output * Channels;

    /// <inheritdoc/>
    public override int TargetSize => Y.Input * X.Input * OutChannels;

    /// <summary>Output channels of a group: targets per event and tap.</summary>
    public int GroupOutputs => OutChannels / Groups;

    /// <summary>Input channels of a group.</summary>
    public int GroupInputs => Channels / Groups;

    /// <inheritdoc/>
    public override int RowCount => Y.Kernel * X.Kernel * Channels * GroupOutputs;

    /// <inheritdoc/>
    public override int Bound => Math.Min(Y.Input, Y.Kernel) * Math.Min(X.Input, X.Kernel) * GroupOutputs;

    /// <inheritdoc/>
    public override long Total => Y.Total * X.Total * Channels * GroupOutputs;

    /// <inheritdoc/>
    public override int Count(int source)
    {
        var pixel = source / Channels;
        return TapsInside(Y, pixel / X.Output) * TapsInside(X, pixel % X.Output) * GroupOutputs;
    }

    /// <inheritdoc/>
    public override void Enumerate(int source, List<Synapse> into)
    {
        var c = source % Channels;
        var pixel = source / Channels;
        var first = c / GroupInputs * GroupOutputs;
        for (var ky = 0; ky < Y.Kernel; ky++)
        {
            var oy = Y.InputOf(pixel / X.Output, ky);
            if (oy < 0 || oy >= Y.Input) continue;
            for (var kx = 0; kx < X.Kernel; kx++)
            {
                var ox = X.InputOf(pixel % X.Output, kx);
                if (ox < 0 || ox >= X.Input) continue;
                var target = (((oy * X.Input) + ox) * OutChannels) + first;
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
        var group = oc / GroupOutputs;
        for (var ky = Y.Kernel - 1; ky >= 0; ky--)
        {
            var y = Y.OutputOf(pixel / X.Input, ky);
            if (y < 0) continue;
            for (var kx = X.Kernel - 1; kx >= 0; kx--)
            {
                var x = X.OutputOf(pixel % X.Input, kx);
                if (x < 0) continue;
                for (var c = group * GroupInputs; c < (group + 1) * GroupInputs; c++)
                    into.Add(new((((y * X.Output) + x) * Channels) + c, (((((ky * X.Kernel) + kx) * Channels) + c) * GroupOutputs) + (oc % GroupOutputs)));
            }
        }
    }

    /// <inheritdoc/>
    public override int[] Encode() => [.. Y.Encode(), .. X.Encode(), Channels, OutChannels, Groups];

    /// <summary>Reads back <see cref="Encode"/>.</summary>
    public static AddressFunction Decode(int[] words) => new TransposedConvMap(Window.Decode(words), Window.Decode(words.AsSpan(6)), words[12], words[13], words[14]);

    private static int TapsInside(Window axis, int source)
    {
        var count = 0;
        for (var tap = 0; tap < axis.Kernel; tap++)
        {
            var target = axis.InputOf(source, tap);
            if (target >= 0 && target < axis.Input) count++;
        }
        return count;
    }
}
