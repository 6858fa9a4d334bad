using ILGPU;
using NeuroChip.Ir.Ncir;
using NeuroChip.Ir.Ncir.AddressFunctions;
using NeuroChip.Ir.Ncir.Sites;
using NeuroChip.Ir.Neurons;
using NeuroChip.Simulator.Gpu.Kernels;

namespace NeuroChip.Simulator.Gpu;

/// <summary>Where a projection reads on the device.</summary>
/// <param name="Payloads">What arrives in a step.</param>
/// <param name="Rows">Its rows in a step: stored weights, or the payloads of another population.</param>
/// <param name="EventsBy">Lists of what arrives by buckets of a size; null where it is better to look at all payloads: few to a bucket, or mostly not 0.</param>
internal sealed record InflowArrays<T>(Func<int, ArrayView<T>> Payloads, Func<int, ArrayView<T>> Rows, Func<int, Func<int, EventView>?> EventsBy) where T : unmanaged;

/// <summary>Chooses the kernel of a projection and plans what it reads.</summary>
internal sealed class DeviceInflows<T, TLane, TSum, TNumbers>(DeviceKernels<T, TLane, TSum, TNumbers> kernels, DeviceMemory memory)
    where T : unmanaged
    where TLane : unmanaged, ILane<TLane, T>
    where TSum : unmanaged
    where TNumbers : struct, IDeviceNumbers<T, TSum>
{
    public DeviceInflow<T, TSum> Create(Projection projection, InflowArrays<T> arrays)
    {
        var isSum = projection.Reduction == Reduction.Sum;
        return projection.Map switch
        {
            DenseMap dense when isSum => Convolution(projection, new(Window.Single, Window.Single, dense.Sources, dense.Targets, dense.Sources, dense.Targets), arrays),
            ConvMap conv when isSum => Convolution(projection, new(conv.Y, conv.X, conv.Channels, conv.OutChannels, conv.GroupInputs, conv.GroupOutputs), arrays),
            StridedMap strided when isSum => Strided(projection, strided, arrays),
            SiteConvMap sites when isSum => new SiteInflow(projection, sites, memory, kernels, arrays),
            SiteMap scatter => new ListedInflow(projection, kernels, arrays, new(memory, scatter.TargetSize, BoundOfScatter(scatter))),
            var map => new ListedInflow(projection, kernels, arrays, memory.Shared(map, () => new AfferentList(memory, map.TargetSize, map.Total).Of(map))),
        };
    }

    /// <summary>Every source address of a scatter has at most one target.</summary>
    private static long BoundOfScatter(SiteMap map) => (long)map.SourceSize * map.Bound;

    private DeviceInflow<T, TSum> Convolution(Projection projection, ConvShape shape, InflowArrays<T> arrays)
    {
        if (arrays.EventsBy(shape.GroupInputs) is { } events)
            return new LaunchedInflow(projection, (step, sums) => kernels.ConvolutionOfEvents(sums.IntLength, sums, shape, events(step), arrays.Payloads(step), arrays.Rows(step)));
        return new LaunchedInflow(projection, (step, sums) => kernels.Convolution(sums.IntLength, sums, shape, arrays.Payloads(step), arrays.Rows(step)));
    }

    private DeviceInflow<T, TSum> Strided(Projection projection, StridedMap map, InflowArrays<T> arrays)
    {
        var told = map.Axes.Where(a => a is { Extent: > 1, Target: not 0 }).OrderByDescending(a => a.Target).ToArray();
        var summed = map.Axes.Where(a => a is { Extent: > 1, Target: 0 }).OrderByDescending(a => a.Source).ToArray();
        // An array of the device is not empty: an axis of one value more changes nothing.
        var axes = memory.Plan<StridedAxis>([.. told, .. summed, new StridedAxis(1, 0, 0, 0)]);
        var origin = new StridedAxis(1, map.SourceOrigin, map.TargetOrigin, map.RowOrigin);
        var terms = summed.Aggregate(1, (product, a) => product * a.Extent);
        return new LaunchedInflow(projection, (step, sums) =>
            kernels.Strided(sums.IntLength, sums, origin, axes.View, told.Length, terms, arrays.Payloads(step), arrays.Rows(step)));
    }

    /// <summary>A kernel that needs nothing but its arrays.</summary>
    private sealed class LaunchedInflow(Projection projection, Action<int, ArrayView<TSum>> launch) : DeviceInflow<T, TSum>(projection)
    {
        public override void Add(int step, ArrayView<TSum> sums) => launch(step, sums);
    }

    /// <summary>Any map, by the list of its inverse; one over sites is listed anew for every sample.</summary>
    private sealed class ListedInflow(Projection projection, DeviceKernels<T, TLane, TSum, TNumbers> kernels, InflowArrays<T> arrays, AfferentList list)
        : DeviceInflow<T, TSum>(projection)
    {
        public override void Bind(SiteBinding? sites)
        {
            if (Projection.Map is SiteMap) list.Write(sites!.Bind(Projection.Map));
        }

        public override void Add(int step, ArrayView<TSum> sums)
        {
            var kernel = Projection.Reduction == Reduction.Max ? kernels.Greatest : kernels.Listed;
            kernel(sums.IntLength, sums, list.First, list.Afferents, arrays.Payloads(step), arrays.Rows(step));
        }
    }

    /// <summary>A convolution between sites, by the pairs of the sample.</summary>
    private sealed class SiteInflow(Projection projection, SiteConvMap map, DeviceMemory memory, DeviceKernels<T, TLane, TSum, TNumbers> kernels, InflowArrays<T> arrays)
        : DeviceInflow<T, TSum>(projection)
    {
        private readonly ConvShape shape = new(Window.Single, Window.Single, map.Channels, map.OutChannels, map.GroupInputs, map.GroupOutputs);
        private readonly Func<int, EventView>? events = arrays.EventsBy(map.GroupInputs);
        private readonly AfferentList pairs = new(memory, map.Targets, (long)Math.Max(map.Sources, map.Targets) * map.Window.Taps);

        public override void Bind(SiteBinding? sites)
        {
            var rulebook = ((RulebookMap)sites!.Bind(map)).Rulebook;
            pairs.Write(rulebook.Pairs, (target, into) =>
            {
                if (target >= rulebook.Targets) return;
                foreach (var (site, tap) in rulebook.SourcesOf(target)) into.Add(new(site, tap));
            });
        }

        public override void Add(int step, ArrayView<TSum> sums)
        {
            if (events is not null) kernels.SitesOfEvents(sums.IntLength, sums, shape, pairs.First, pairs.Afferents, events(step), arrays.Payloads(step), arrays.Rows(step));
            else kernels.Sites(sums.IntLength, sums, shape, pairs.First, pairs.Afferents, arrays.Payloads(step), arrays.Rows(step));
        }
    }
}

/// <summary>The inverse of a map on the device: the sources of each target, ascending.</summary>
internal sealed class AfferentList
{
    private readonly int targets;
    private readonly DeviceArray<long> first;
    private readonly DeviceArray<Afferent> afferents;
    private AddressFunction? map;

    /// <summary>Plans it for a number of pairs at most.</summary>
    public AfferentList(DeviceMemory memory, int targets, long bound)
    {
        this.targets = targets;
        // The map is known before anything is allocated, or comes with each sample.
        first = memory.Plan(targets + 1, () => map is null ? new long[1] : List(map).First);
        afferents = memory.Plan(bound, () => map is null ? new Afferent[1] : List(map).Afferents);
    }

    public ArrayView<long> First => first.View;

    public ArrayView<Afferent> Afferents => afferents.View;

    /// <summary>The list of a map that no sample changes.</summary>
    public AfferentList Of(AddressFunction known)
    {
        map = known;
        return this;
    }

    /// <summary>Writes the list of a map.</summary>
    public void Write(AddressFunction sample) => Write(sample.Total, sample.Invert);

    /// <summary>Writes the list that <paramref name="list"/> gives target by target.</summary>
    public void Write(long total, Action<int, List<Afferent>> list)
    {
        var (starts, all) = List(total, list);
        first.Write(starts);
        afferents.Write(all);
    }

    private (long[] First, Afferent[] Afferents) List(AddressFunction known) => List(known.Total, known.Invert);

    private (long[] First, Afferent[] Afferents) List(long total, Action<int, List<Afferent>> list)
    {
        var (starts, all) = (new long[targets + 1], new List<Afferent>((int)Math.Min(total, Array.MaxLength)));
        for (var t = 0; t < targets; t++)
        {
            list(t, all);
            starts[t + 1] = all.Count;
        }

        return (starts, [.. all]);
    }
}
