using System.Collections.Immutable;

namespace NeuroChip.Ir.Ncir.AddressFunctions;

/// <summary>
/// Pooling over channel-last images: target (oy, ox, c) gathers its window of channel c. One weight for all (<paramref name="RowPerPixel"/> false:
/// a mean over full windows, a sum, a maximum) or one per target pixel (windows that are cut at the border have another divisor).
/// </summary>
/// <param name="Y">Vertical axis; <see cref="Window.Single"/> for one-dimensional data.</param>
/// <param name="X">Horizontal axis.</param>
/// <param name="Channels">Channels.</param>
/// <param name="RowPerPixel">Row = oy*OW + ox instead of 0.</param>
public sealed record PoolMap(Window Y, Window X, int Channels, bool RowPerPixel) : AddressFunction
{
    /// <inheritdoc/>
    public override string Keyword => "pool";

    /// <inheritdoc/>
    public override int SourceSize => Y.Input * X.Input * Channels;

    /// <inheritdoc/>
    public override int TargetSize => Y.Output * X.Output * Channels;

    /// <inheritdoc/>
    public override int RowCount => RowPerPixel ? Y.Output * X.Output : 1;

    /// <inheritdoc/>
    public override int Bound => Y.OutputsBound * X.OutputsBound;

    /// <inheritdoc/>
    public override long Total => Y.Total * X.Total * Channels;

    /// <inheritdoc/>
    public override int Count(int source)
    {
        var pixel = source / Channels;
        return Y.OutputsOf(pixel / X.Input) * X.OutputsOf(pixel % X.Input);
    }

    /// <inheritdoc/>
    public override void Enumerate(int source, List<Synapse> into)
    {
        var pixel = source / Channels;
        for (var ky = Y.Kernel - 1; ky >= 0; ky--)
        {
            var oy = Y.OutputOf(pixel / X.Input, ky);
            if (oy < 0) continue;
            for (var kx = X.Kernel - 1; kx >= 0; kx--)
            {
                var ox = X.OutputOf(pixel % X.Input, kx);
                if (ox < 0) continue;
                var place = (oy * X.Output) + ox;
                into.Add(new((place * Channels) + (source % Channels), RowPerPixel ? place : 0));
            }
        }
    }

    /// <inheritdoc/>
    public override void Invert(int target, List<Afferent> into)
    {
        var place = target / Channels;
        for (var ky = 0; ky < Y.Kernel; ky++)
        {
            var y = Y.InputOf(place / X.Output, ky);
            if (y < 0 || y >= Y.Input) continue;
            for (var kx = 0; kx < X.Kernel; kx++)
            {
                var x = X.InputOf(place % X.Output, kx);
                if (x < 0 || x >= X.Input) continue;
                into.Add(new((((y * X.Input) + x) * Channels) + (target % Channels), RowPerPixel ? place : 0));
            }
        }
    }

    /// <inheritdoc/>
    public override int[] Encode() => [.. Y.Encode(), .. X.Encode(), Channels, RowPerPixel ? 1 : 0];

    /// <summary>Names of the words of <see cref="Encode"/>.</summary>
    public static ImmutableArray<AddressField> Fields { get; } = [new("y", AddressFieldKind.Window), new("x", AddressFieldKind.Window), new("channels"), new("row_per_pixel")];

    /// <summary>Reads back <see cref="Encode"/>.</summary>
    public static AddressFunction Decode(int[] words) => new PoolMap(Window.Decode(words), Window.Decode(words.AsSpan(6)), words[12], words[13] != 0);
}
