using System.Collections.Immutable;
using NeuroChip.Ir.Ncir;
using NeuroChip.Ir.Ncir.AddressFunctions;
using NeuroChip.Ir.Tensors;

namespace NeuroChip.Compiler.Passes;

/// <summary>
/// Puts merged convolutions in the place of chains. Weights and biases are computed in binary64 and rounded to float32 once. A bias of a relay that goes is the bias it makes at the target:
/// one per channel where all windows are full, else one per neuron.
/// </summary>
internal sealed class ConvolutionMerge(Module module)
{
    private readonly Dictionary<Projection, Projection> last = new(ReferenceEqualityComparer.Instance as IEqualityComparer<Projection>);
    private readonly HashSet<PopulationId> gone = [];
    private readonly Population[] populations = [.. module.Populations];

    /// <summary>Gives a chain a form.</summary>
    public void Add(ConvolutionChain chain, ConvolutionForm form)
    {
        foreach (var segment in form.Segments)
            if (segment.Count > 1) Merge(chain, segment);
    }

    /// <summary>The module with all chains in their forms.</summary>
    public Module Result() => gone.Count == 0 ? module : RemoveUnread.Keep(
        module with { Populations = [.. populations], Projections = [.. module.Projections.Select(p => last.GetValueOrDefault(p, p))] },
        p => !gone.Contains(p.Id));

    private void Merge(ConvolutionChain chain, ChainSegment segment)
    {
        var product = Weights(chain, segment.First);
        double[]? bias = null;
        for (var i = segment.First + 1; i < segment.First + segment.Count; i++)
        {
            var relay = chain.Relays[i - 1];
            gone.Add(relay.Id);
            bias = Sum(bias, relay.Bias[0]);
            var next = Weights(chain, i);
            product = ConvolutionProduct.Of(product, next);
            if (bias is not null) bias = ConvolutionBias.Through(next, bias);
        }

        var (from, to) = (chain.Links[segment.First], chain.Links[segment.First + segment.Count - 1]);
        var (source, target) = (module[from.Source], populations[to.Target.Index]);
        var map = product.Map;
        var rows = Tensor.Of([map.Y.Kernel, map.X.Kernel, map.Channels, map.GroupOutputs], Array.ConvertAll(product.Rows, w => (float)w));
        last[to] = to with
        {
            Name = $"{source.Name}->{target.Name} via {chain.Relays[segment.First].Name}",
            Source = source.Id,
            Map = map,
            Rows = rows,
            Delay = chain.Links[segment.First..(segment.First + segment.Count)].Sum(l => l.Delay),
            Kind = Projection.KindOf(source.Domain, null),
        };
        if (bias is null) return;
        var sum = Array.ConvertAll(Sum(bias, target.Bias[to.Port])!, b => (float)b);
        populations[target.Id.Index] = target with { Bias = target.Bias.SetItem(to.Port, sum.All(b => b == 0) ? null : Tensor.Vector(sum)) };
    }

    private static DoubleConvolution Weights(ConvolutionChain chain, int link)
    {
        var map = chain.Maps[link];
        var given = chain.Links[link].Rows.Span<float>();
        var rows = new double[map.RowCount];
        for (var i = 0; i < rows.Length; i++) rows[i] = given[i % given.Length]; // a link per element may have one weight for all channels
        return new(map, rows);
    }

    private static double[]? Sum(double[]? a, Tensor? b)
    {
        if (b is null) return a;
        var values = Array.ConvertAll(b.ToFloats(), f => (double)f);
        if (a is null) return values;
        var sum = new double[QuantiseRows.LeastMultiple(a.Length, values.Length)];
        for (var i = 0; i < sum.Length; i++) sum[i] = a[i % a.Length] + values[i % values.Length];
        return sum;
    }
}

/// <summary>What a convolution makes of a constant.</summary>
internal static class ConvolutionBias
{
    /// <summary>
    /// The result of a convolution of <paramref name="bias"/> (element address modulo length): one value per output channel if the bias is one per channel and every window lies
    /// within the image, else one per address.
    /// </summary>
    public static double[] Through(DoubleConvolution convolution, double[] bias)
    {
        var (map, rows) = (convolution.Map, convolution.Rows);
        if (map.Channels % bias.Length != 0) return PerAddress(map, rows, bias);
        var perTap = PerTap(map, rows, bias);
        var isFull = IsFull(map.Y) && IsFull(map.X);
        var result = new double[isFull ? map.OutChannels : map.TargetSize];
        for (var pixel = 0; pixel < result.Length / map.OutChannels; pixel++)
        {
            for (var ky = 0; ky < map.Y.Kernel; ky++)
            {
                if (!isFull && (uint)map.Y.InputOf(pixel / map.X.Output, ky) >= map.Y.Input) continue;
                for (var kx = 0; kx < map.X.Kernel; kx++)
                {
                    if (!isFull && (uint)map.X.InputOf(pixel % map.X.Output, kx) >= map.X.Input) continue;
                    var tap = ((ky * map.X.Kernel) + kx) * map.OutChannels;
                    for (var o = 0; o < map.OutChannels; o++) result[(pixel * map.OutChannels) + o] += perTap[tap + o];
                }
            }
        }

        return result;
    }

    /// <summary>What each tap adds to each output channel.</summary>
    private static double[] PerTap(ConvMap map, double[] rows, double[] bias)
    {
        var sums = new double[map.Y.Kernel * map.X.Kernel * map.OutChannels];
        for (var row = 0; row < rows.Length; row++)
        {
            var (place, o) = Math.DivRem(row, map.GroupOutputs);
            var (tap, c) = Math.DivRem(place, map.Channels);
            sums[(tap * map.OutChannels) + (c / map.GroupInputs * map.GroupOutputs) + o] += bias[c % bias.Length] * rows[row];
        }

        return sums;
    }

    private static double[] PerAddress(ConvMap map, double[] rows, double[] bias)
    {
        var result = new double[map.TargetSize];
        var afferents = new List<Ir.Ncir.Afferent>();
        for (var target = 0; target < result.Length; target++)
        {
            afferents.Clear();
            map.Invert(target, afferents);
            foreach (var (source, row) in afferents) result[target] += bias[source % bias.Length] * rows[row];
        }

        return result;
    }

    private static bool IsFull(Window w) => w.InputOf(0, 0) >= 0 && w.InputOf(w.Output - 1, w.Kernel - 1) < w.Input;
}
