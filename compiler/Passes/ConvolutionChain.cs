using System.Collections.Immutable;
using NeuroChip.Ir.Ncir;
using NeuroChip.Ir.Ncir.AddressFunctions;
using NeuroChip.Ir.Neurons;

namespace NeuroChip.Compiler.Passes;

/// <summary>Chains that have a name, and an option of their own.</summary>
internal enum ChainKind
{
    /// <summary>Any other.</summary>
    Other,

    /// <summary>1x1, depthwise, 1x1: re-parameterised convolutions.</summary>
    RepConv,

    /// <summary>Depthwise, 1x1: the second half of a separable convolution.</summary>
    SepConv,
}

/// <summary>Convolutions with nothing between them but relays that one projection enters and one leaves.</summary>
/// <param name="Links">The projections in the order of the data.</param>
/// <param name="Maps">Their address functions as convolutions: a link per element is a depthwise one of one tap.</param>
/// <param name="Relays">The populations between them: one less.</param>
internal sealed record ConvolutionChain(ImmutableArray<Projection> Links, ImmutableArray<ConvMap> Maps, ImmutableArray<Population> Relays)
{
    /// <summary>The chains of a module, in the order of their first projections. Links of one weight per channel may be among them; two convolutions at least.</summary>
    /// <param name="module">A float32 module, or a quantised one if gains do not matter.</param>
    /// <param name="anyGain">Whether relays may have a gain other than 1: to name chains, not to merge them.</param>
    public static IEnumerable<ConvolutionChain> Of(Module module, bool anyGain = false)
    {
        var incoming = module.Projections.ToLookup(p => p.Target);
        var outgoing = module.Projections.ToLookup(p => p.Source);
        var read = module.Readouts.SelectMany(r => r.Signals).Select(s => s.Population).Concat(module.Projections.Where(p => p.RowsFrom is not null).Select(p => p.RowsFrom!.Value)).ToHashSet();
        bool IsInner(PopulationId id) =>
            module[id].Neuron is RelayNeuron relay && (anyGain || relay.Gain.Is(1)) && !read.Contains(id) && Only(incoming[id]) is not null && Only(outgoing[id]) is not null;
        foreach (var projection in module.Projections)
        {
            if (!IsLinear(projection) || !IsInner(projection.Target) || IsInner(projection.Source)) continue;
            List<Projection> links = [projection];
            while (IsInner(links[^1].Target)) links.Add(outgoing[links[^1].Target].Single());
            if (links.Count(l => l.Map is not IdentityMap) >= 2 && MapsOf(links) is { } maps)
                yield return new([.. links], maps, [.. links.SkipLast(1).Select(l => module[l.Target])]);
        }
    }

    /// <summary>The layer it is named by: its first convolution, whose result is the first relay.</summary>
    public string Name => Relays[0].Name;

    /// <summary>Which kind of chain it is.</summary>
    public ChainKind Kind => Shapes() switch
    {
        ["1x1", var middle, "1x1"] when IsDepthwise(middle) => ChainKind.RepConv,
        [var first, "1x1"] when IsDepthwise(first) => ChainKind.SepConv,
        _ => ChainKind.Other,
    };

    /// <summary>What link <paramref name="index"/> is, for people: "1x1", "depthwise 7x7", "scale".</summary>
    public string Title(int index)
    {
        var map = Maps[index];
        var taps = $"{map.Y.Kernel}x{map.X.Kernel}";
        var isDepthwise = map.Groups == map.Channels && map.Groups > 1;
        return ConvolutionProduct.IsPointwise(map) && isDepthwise ? "scale" : isDepthwise ? $"depthwise {taps}" : map.Groups > 1 ? $"grouped {taps}" : taps;
    }

    private static bool IsDepthwise(string title) => title.StartsWith("depthwise", StringComparison.Ordinal);

    private string[] Shapes() => [.. Enumerable.Range(0, Maps.Length).Select(Title).Where(t => t != "scale")];

    private static Projection? Only(IEnumerable<Projection> projections) =>
        projections.Take(2).ToArray() is [var only] && IsLinear(only) ? only : null;

    private static bool IsLinear(Projection p) => p.RowsFrom is null && p.Reduction == Reduction.Sum && p.Map is ConvMap or IdentityMap or DenseMap;

    /// <summary>All links as convolutions; null where one has a weight per neuron.</summary>
    private static ImmutableArray<ConvMap>? MapsOf(List<Projection> links)
    {
        var maps = new ConvMap?[links.Count];
        for (var i = 0; i < maps.Length; i++)
        {
            maps[i] = links[i].Map switch
            {
                ConvMap map => map,
                DenseMap map => new(Window.Single, Window.Single, map.Sources, map.Targets, 1),
                _ => null,
            };
        }

        for (var i = 0; i < maps.Length; i++)
        {
            if (maps[i] is not null) continue;
            var identity = (IdentityMap)links[i].Map;
            var channels = i > 0 ? maps[i - 1]!.OutChannels : maps.First(m => m is not null)!.Channels;
            if (identity.Size % channels != 0 || (identity.Rows != 1 && identity.Rows != channels)) return null;
            var pixels = identity.Size / channels;
            maps[i] = new(Window.Single, new(pixels, pixels, 1), channels, channels, channels);
        }

        return [.. maps.Select(m => m!)];
    }
}
