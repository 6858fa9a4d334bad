using ILGPU;
using NeuroChip.Ir.Ncir;
using NeuroChip.Ir.Ncir.AddressFunctions;
using NeuroChip.Ir.Ncir.Sites;
using NeuroChip.Simulator.Gpu.Kernels;

namespace NeuroChip.Simulator.Gpu;

/// <summary>What is worth what. The numbers are reasons, not measurements: there was no device to measure on.</summary>
/// <param name="Bucket">Channels of a pixel and group from which on its events are listed: half a warp.</param>
/// <param name="FanOut">Synapses of a source on average from which on a group of threads has enough to do with one event: a warp.</param>
/// <param name="Lanes">Threads that the outputs of a pixel and group keep busy before one of them gets several: a warp, so that its threads share their events.</param>
internal sealed record KernelChoice(int Bucket = 16, int FanOut = 32, int Lanes = 32);

/// <summary>Chooses the kernel of a projection and plans what it reads.</summary>
/// <param name="kernels">The kernels.</param>
/// <param name="memory">Where it is planned.</param>
/// <param name="choice">Which kernels, where several would do.</param>
internal sealed class DeviceInflows<T, TSum, TNumbers>(DeviceKernels<T, TSum, TNumbers> kernels, DeviceMemory memory, KernelChoice choice)
    where T : unmanaged
    where TSum : unmanaged
    where TNumbers : struct, IDeviceNumbers<T, TSum>
{
    /// <summary>Addresses whose events one group of threads takes.</summary>
    private const int ScatterBucket = 256;

    public DeviceInflow<T, TSum> Create(Projection projection, InflowArrays<T> arrays)
    {
        var isSum = projection.Reduction == Reduction.Sum;
        return projection.Map switch
        {
            DenseMap dense when isSum => Convolution(projection, new(Window.Single, Window.Single, dense.Sources, dense.Targets, dense.Sources, dense.Targets), arrays),
            ConvMap conv when isSum => Convolution(projection, new(conv.Y, conv.X, conv.Channels, conv.OutChannels, conv.GroupInputs, conv.GroupOutputs), arrays),
            StridedMap strided when isSum => Strided(projection, strided, arrays),
            SiteConvMap sites when isSum => new SiteInflow(projection, sites, memory, kernels.Convolutions(sites.GroupOutputs, choice.Lanes), arrays, EventsOf(sites.GroupInputs, arrays)),
            SiteMap sites => new SampleInflow(projection, sites, memory, kernels, arrays),
            var map when isSum && Scatters(map, arrays) => Scatter(projection, arrays),
            _ => Listed(projection, arrays),
        };
    }

    /// <summary>What a kernel reads in a step, with rows that are planned here.</summary>
    private static Func<int, Arriving<T>> Reads(Projection projection, InflowArrays<T> arrays)
    {
        var (sources, rows) = (projection.Map.SourceSize, arrays.Rows.Value);
        return step => new(arrays.Payloads(step), sources, rows(step), arrays.RowsPerSample);
    }

    /// <summary>Lists of events by buckets of a size, where they are worth it, else lists without buckets.</summary>
    private Func<int, EventView> EventsOf(int bucketSize, InflowArrays<T> arrays)
    {
        if (bucketSize >= choice.Bucket && arrays.EventsBy is { } events) return events(bucketSize);
        // A kernel's array may not be missing.
        var none = memory.Shared("no lists", () => memory.Plan<int>(1, perSample: false));
        return _ => new(none.View, none.View, 0);
    }

    /// <summary>Following the events reads their synapses only, but threads meet in the targets: integers may.</summary>
    private bool Scatters(AddressFunction map, InflowArrays<T> arrays) =>
        typeof(T) == typeof(int) && arrays is { EventsBy: not null, Bits: not null } && map.Total >= (long)choice.FanOut * map.SourceSize;

    private DeviceInflow<T, TSum> Convolution(Projection projection, ConvShape shape, InflowArrays<T> arrays)
    {
        var (targets, arriving) = (projection.Map.TargetSize, Reads(projection, arrays));
        var events = EventsOf(shape.GroupInputs, arrays);
        var convolutions = kernels.Convolutions(shape.GroupOutputs, choice.Lanes);
        return new LaunchedInflow(projection, (step, sums) => convolutions.Convolution(sums, targets, shape, events(step), arriving(step)));
    }

    private DeviceInflow<T, TSum> Strided(Projection projection, StridedMap map, InflowArrays<T> arrays)
    {
        var arriving = Reads(projection, arrays);
        var told = map.Axes.Where(a => a is { Extent: > 1, Target: not 0 }).OrderByDescending(a => a.Target).ToArray();
        // One source is a sum over an index of one value.
        StridedAxis[] summed = map.FanIn == 1 ? [new(1, 0, 0, 0)] : [.. map.Axes.Where(a => a is { Extent: > 1, Target: 0 }).OrderByDescending(a => a.Source)];
        var axes = memory.Plan<StridedAxis>([.. told, .. summed]);
        var origin = new StridedAxis(1, map.SourceOrigin, map.TargetOrigin, map.RowOrigin);
        return new LaunchedInflow(projection, (step, sums) => kernels.Strided(
            sums, map.Targets, origin, axes.View, told.Length, map.FanIn / summed[^1].Extent, arriving(step), arrays.Pairs(step)));
    }

    private DeviceInflow<T, TSum> Scatter(Projection projection, InflowArrays<T> arrays)
    {
        var (map, events) = (projection.Map, arrays.EventsBy!(ScatterBucket));
        var list = memory.Shared((map, projection.Rows, "forward"), () => ForwardList.Plan(memory, map, arrays.Bits!));
        return new LaunchedInflow(projection, (step, sums) =>
            kernels.Scatter(arrays.Samples(), sums, map.TargetSize, list, events(step), ScatterBucket, arrays.Payloads(step), map.SourceSize));
    }

    private DeviceInflow<T, TSum> Listed(Projection projection, InflowArrays<T> arrays)
    {
        var map = projection.Map;
        var list = memory.Shared((map, projection.Rows, "afferent"), () => new AfferentList(memory, map, arrays.Bits));
        if (projection.Reduction == Reduction.Sum && arrays.Bits is not null)
            return new LaunchedInflow(projection, (step, sums) => kernels.Listed(sums, map.TargetSize, list.View, arrays.Payloads(step), map.SourceSize));
        // Stored weights stand in the list; a kernel's array may not be missing.
        Func<int, Arriving<T>> arriving = arrays.Bits is null ? Reads(projection, arrays) : step => new(arrays.Payloads(step), map.SourceSize, arrays.Payloads(step), 0);
        if (projection.Reduction == Reduction.Max) return new LaunchedInflow(projection, (step, sums) => kernels.Greatest(sums, map.TargetSize, list.View, arriving(step)));
        return new LaunchedInflow(projection, (step, sums) => kernels.ListedRows(sums, map.TargetSize, list.View, arriving(step), arrays.Pairs(step)));
    }

    /// <summary>A kernel that needs nothing of a sample but its arrays.</summary>
    private sealed class LaunchedInflow(Projection projection, Action<int, ArrayView<TSum>> launch) : DeviceInflow<T, TSum>(projection)
    {
        public override void Add(int step, ArrayView<TSum> sums) => launch(step, sums);
    }

    /// <summary>A map over sites that is no convolution between sites: listed anew for every sample.</summary>
    private sealed class SampleInflow(Projection projection, SiteMap map, DeviceMemory memory, DeviceKernels<T, TSum, TNumbers> kernels, InflowArrays<T> arrays)
        : DeviceInflow<T, TSum>(projection)
    {
        private readonly SampleLists lists = new(memory, map.TargetSize, (long)map.SourceSize * map.Bound);
        private readonly Func<int, Arriving<T>> arriving = Reads(projection, arrays);

        public override void Bind(int sample, SiteBinding sites) => lists.Write(sample, sites.Bind(map).Invert);

        public override void Add(int step, ArrayView<TSum> sums)
        {
            if (Projection.Reduction == Reduction.Max) kernels.Greatest(sums, map.TargetSize, lists.View, arriving(step));
            else kernels.ListedRows(sums, map.TargetSize, lists.View, arriving(step), arrays.Pairs(step));
        }
    }

    /// <summary>A convolution between sites, by the pairs of each sample.</summary>
    private sealed class SiteInflow(
        Projection projection, SiteConvMap map, DeviceMemory memory, IDeviceConvolutions<T, TSum> convolutions, InflowArrays<T> arrays, Func<int, EventView> events)
        : DeviceInflow<T, TSum>(projection)
    {
        private readonly ConvShape shape = new(Window.Single, Window.Single, map.Channels, map.OutChannels, map.GroupInputs, map.GroupOutputs);
        private readonly SampleLists pairs = new(memory, map.Targets, (long)Math.Max(map.Sources, map.Targets) * map.Window.Taps);
        private readonly Func<int, Arriving<T>> arriving = Reads(projection, arrays);

        public override void Bind(int sample, SiteBinding sites)
        {
            var rulebook = ((RulebookMap)sites.Bind(map)).Rulebook;
            pairs.Write(sample, (target, into) =>
            {
                if (target >= rulebook.Targets) return;
                foreach (var (site, tap) in rulebook.SourcesOf(target)) into.Add(new(site, tap));
            });
        }

        public override void Add(int step, ArrayView<TSum> sums) => convolutions.Sites(sums, map.TargetSize, shape, pairs.View, events(step), arriving(step));
    }
}
