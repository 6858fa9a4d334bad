using System.Numerics;
using NeuroChip.Ir.Ncir;
using NeuroChip.Ir.Ncir.AddressFunctions;
using NeuroChip.Ir.Ncir.Sites;

namespace NeuroChip.Simulator.Engines.Kernels;

/// <summary>Convolution between sites, in the sample whose rulebook it holds: a cell is a target site and a group, a segment the events of one source site.</summary>
internal sealed class SiteGeometry(SiteConvMap map) : GatherGeometry
{
    private SiteRulebook? rulebook;

    /// <summary>The pairs of the sample.</summary>
    public SiteRulebook Rulebook => rulebook!;

    /// <summary>Taps of the window.</summary>
    public int Taps => map.Window.Taps;

    /// <summary>Whether a target sees its sources, ascending, through descending taps.</summary>
    public bool TapsDescend => map.Direction == SiteDirection.Inverse;

    public override AddressFunction Map => map;

    public override int Pixels => map.Targets;

    public override int Groups => map.Groups;

    public override int CellTargets => map.GroupOutputs;

    public override int Rows => map.Window.Taps * map.Channels;

    public override int BucketSize => map.GroupInputs;

    public override int MaxSegments => map.Window.Taps;

    public override int CellsPerEvent => rulebook is null ? 1 : Math.Max(1, rulebook.Pairs / rulebook.Sources);

    public override int MaxHits => map.Window.Taps;

    public override void Bind(AddressFunction sample) => rulebook = ((RulebookMap)sample).Rulebook;

    public override unsafe int Segments(int pixel, int group, Segment* into)
    {
        if (pixel >= rulebook!.Targets) return 0;
        var sources = rulebook.SourcesOf(pixel);
        for (var i = 0; i < sources.Length; i++)
        {
            var (site, tap) = sources[i];
            var bucket = (site * map.Groups) + group;
            into[i] = new(bucket, bucket + 1, (tap - site) * map.Channels);
        }

        return sources.Length;
    }

    public override unsafe int Hits(int bucket, CellHit* into)
    {
        var site = bucket / map.Groups;
        if (site >= rulebook!.Sources) return 0;
        var targets = rulebook.TargetsOf(site);
        for (var i = 0; i < targets.Length; i++) into[i] = new(targets[i].Site, (targets[i].Tap - site) * map.Channels);
        return targets.Length;
    }
}

/// <summary>From sites into a dense tensor: a permutation that every sample brings anew.</summary>
internal sealed unsafe class ScatterKernel<T>(T[] weights) : SynapseKernel<T> where T : unmanaged, INumber<T>
{
    private PermutationKernel<T>? sample;

    public override void Bind(AddressFunction map) => sample = new((PermutationMap)map, weights);

    public override void Prepare(EventList<T> events) => sample!.Prepare(events);

    public override long Work(EventList<T> events) => sample!.Work(events);

    public override void Add(EventList<T> events, T* sums, int first, int end) => sample!.Add(events, sums, first, end);
}
