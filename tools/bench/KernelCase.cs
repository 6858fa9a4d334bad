using System.Numerics;
using NeuroChip.Ir.Ncir;
using NeuroChip.Ir.Ncir.AddressFunctions;
using NeuroChip.Ir.Ncir.Sites;
using NeuroChip.Ir.Tensors;
using NeuroChip.Simulator.Engines;
using NeuroChip.Simulator.Engines.Kernels;

namespace NeuroChip.Bench;

/// <summary>One projection with events on it, cut into pieces for threads. Seeded, so that every run measures the same.</summary>
/// <typeparam name="T">Accumulator: float or int.</typeparam>
internal sealed unsafe class KernelCase<T> : IKernelCase, IPieces where T : unmanaged, INumber<T>
{
    private readonly Random random;
    private readonly AddressFunction map;
    private readonly SynapseKernel<T> kernel;
    private readonly EventList<T> events;
    private readonly AlignedBuffer<T> sums;
    private readonly int targets;
    private int pieceSize;

    /// <param name="map">The address function.</param>
    /// <param name="density">Share of the sources that spike.</param>
    /// <param name="weightBits">8, 16, 32 for float32, or 0 where payloads are the rows.</param>
    /// <param name="seed">Of everything random.</param>
    /// <param name="sites">The sample's tables, for a function over sites: spikes are at the sites there are.</param>
    public KernelCase(AddressFunction map, double density, int weightBits, int seed = 1, SiteBinding? sites = null)
    {
        this.map = sites?.Bind(map) ?? map;
        random = new Random(seed);
        var weights = weightBits == 0 ? Projection.NoRows : Weights(map.RowCount, weightBits, random);
        var projection = new Projection("p", new(0), new(1), 0, map, weights, 0, ProjectionKind.Sparse) { RowsFrom = weightBits == 0 ? new PopulationId(2) : null };
        kernel = new KernelFactory(KernelFactory.Widest).Create<T>(projection);
        events = new(map.SourceSize, [kernel.BucketSize]);
        for (var a = 0; a < map.SourceSize; a++) events.Payloads[a] = random.NextDouble() < density ? T.One : T.Zero;
        events.Index();
        if (sites is not null) kernel.Bind(this.map);
        sums = new(map.TargetSize);
        targets = map.TargetSize;
        if (weightBits == 0)
        {
            kernel.RowEvents = new(map.RowCount, []);
            for (var r = 0; r < map.RowCount; r++) kernel.RowEvents.Payloads[r] = random.NextDouble() < density ? T.One : T.Zero;
            kernel.RowEvents.Index();
        }

    }

    /// <summary>Gives every payload anew, other than 0 or 1.</summary>
    public Func<Random, T> Payload
    {
        init
        {
            for (var a = 0; a < events.Size; a++) events.Payloads[a] = value(random);
            events.Index();
        }
    }

    /// <summary>Gives what spikes a count from 1 to this.</summary>
    public int CountsUpTo
    {
        init
        {
            for (var a = 0; a < events.Size; a++)
                if (events.Payloads[a] != T.Zero) events.Payloads[a] = T.CreateChecked(random.Next(1, value + 1));
            events.Index();
        }
    }

    /// <inheritdoc/>
    public long Additions
    {
        get
        {
            long additions = 0;
            for (var k = 0; k < events.Count; k++) additions += map.Count(events.Active[k]);
            return additions;
        }
    }

    /// <inheritdoc/>
    public void Plan(int threads)
    {
        var wanted = threads == 1 ? 1 : kernel.CutsFinely ? 4 * threads : threads;
        var units = (targets + kernel.Granule - 1) / kernel.Granule;
        pieceSize = (units + wanted - 1) / wanted * kernel.Granule;
        kernel.Plan(pieceSize);
    }

    /// <inheritdoc/>
    public void Run(WorkerTeam team)
    {
        events.Index();
        kernel.Prepare(events);
        team.Run(this, (targets + pieceSize - 1) / pieceSize);
    }

    /// <inheritdoc/>
    public void Run(int piece) => kernel.Add(events, sums.Pointer, piece * pieceSize, Math.Min(targets, (piece + 1) * pieceSize));

    private static Tensor Weights(int count, int bits, Random random) => bits switch
    {
        32 => Tensor.Vector(Enumerable.Range(0, count).Select(_ => random.NextSingle() - 0.5f).ToArray()),
        16 => Tensor.Vector(Enumerable.Range(0, count).Select(_ => (short)random.Next(-1000, 1000)).ToArray()),
        _ => Tensor.Vector(Enumerable.Range(0, count).Select(_ => (sbyte)random.Next(-127, 128)).ToArray()),
    };
}

/// <summary>What the table and the suite need of a case.</summary>
internal interface IKernelCase
{
    /// <summary>Synaptic additions of one run.</summary>
    long Additions { get; }

    /// <summary>Cuts the targets for a number of threads.</summary>
    void Plan(int threads);

    /// <summary>Builds the event list and adds all events.</summary>
    void Run(WorkerTeam team);
}

/// <summary>The layers that are measured.</summary>
internal static class KernelCases
{
    /// <summary>By name.</summary>
    public static IReadOnlyList<(string Name, Func<IKernelCase> Make)> All { get; } =
    [
        ("CSR 4096 -> 4096, 64 random targets each, 10 % spikes, float32", () => new KernelCase<float>(RandomCsr(4096, 4096, 64), 0.1, 32)),
        ("dense 1024 -> 1024, 10 % spikes, float32", () => new KernelCase<float>(new DenseMap(1024, 1024), 0.1, 32)),
        ("conv 3x3, 64 -> 64 on 32x32, 1 % spikes, float32", () => Conv<float>(32, 64, 0.01, 32)),
        ("conv 3x3, 64 -> 64 on 32x32, 20 % spikes, float32", () => Conv<float>(32, 64, 0.2, 32)),
        ("conv 3x3, 64 -> 64 on 32x32, 20 % spikes, int8", () => Conv<int>(32, 64, 0.2, 8)),
        ("conv 3x3, 16 -> 16 on 64x64, 20 % spikes, float32", () => Conv<float>(64, 16, 0.2, 32)),
        ("conv 3x3, 512 -> 512 on 7x7, 20 % spikes, float32", () => Conv<float>(7, 512, 0.2, 32)),
        ("conv 3x3, 256 -> 256 on 14x14, 30 % spikes, float32", () => Conv<float>(14, 256, 0.3, 32)),
        ("conv 1x1, 128 -> 64 on 56x56, real payloads, float32", () => RealConv(56, 1, 1, 128, 64)),
        ("conv 7x7 stride 2, 3 -> 32 on 224x224, real payloads, float32", () => RealConv(224, 7, 2, 3, 32)),
        ("depthwise 3x3, 64 on 32x32, 20 % spikes, float32", () => Depthwise(32, 3, 64, 0.2)),
        ("depthwise 7x7, 128 on 56x56, 20 % spikes, float32", () => Depthwise(56, 7, 128, 0.2)),
        ("K^T V, 8 heads of 32, 196 tokens, 9 % spikes, float32", () => new KernelCase<float>(KeysValues(8, 196, 32), 0.09, 0)),
        ("Q (K^T V), the same", () => new KernelCase<float>(QueriesOfProducts(8, 196, 32), 0.09, 0)),
        ("Q K^T, the same", () => new KernelCase<float>(QueriesKeys(8, 196, 32), 0.09, 0)),
    ];

    private static KernelCase<T> Conv<T>(int extent, int channels, double density, int bits) where T : unmanaged, INumber<T>
    {
        var window = new Window(extent, extent, 3, 1, 1);
        return new(new ConvMap(window, window, channels, channels, 1), density, bits);
    }

    private static KernelCase<float> RealConv(int extent, int kernel, int stride, int channels, int outputs)
    {
        var window = new Window(extent, extent / stride, kernel, stride, kernel / 2);
        return new(new ConvMap(window, window, channels, outputs, 1), 1, 32) { Payload = random => random.NextSingle() - 0.5f };
    }

    private static StridedMap KeysValues(int heads, int tokens, int width) => new(
        tokens * heads * width, heads * width * width, tokens * heads * width, 0, 0, 0,
        [new(heads, width, width * width, width), new(tokens, heads * width, 0, heads * width), new(width, 1, width, 0), new(width, 0, 1, 1)]);

    private static StridedMap QueriesOfProducts(int heads, int tokens, int width) => new(
        tokens * heads * width, tokens * heads * width, heads * width * width, 0, 0, 0,
        [new(heads, width, width, width * width), new(tokens, heads * width, heads * width, 0), new(width, 1, 0, width), new(width, 0, 1, 1)]);

    private static StridedMap QueriesKeys(int heads, int tokens, int width) => new(
        tokens * heads * width, heads * tokens * tokens, tokens * heads * width, 0, 0, 0,
        [new(heads, width, tokens * tokens, width), new(tokens, heads * width, tokens, 0), new(tokens, 0, 1, heads * width), new(width, 1, 0, 1)]);

    private static KernelCase<float> Depthwise(int extent, int kernel, int channels, double density)
    {
        var window = new Window(extent, extent, kernel, 1, kernel / 2);
        return new(new ConvMap(window, window, channels, channels, channels), density, 32);
    }

    private static CsrMap RandomCsr(int sources, int targets, int fanOut)
    {
        var random = new Random(1);
        var to = new List<int>();
        for (var source = 0; source < sources; source++)
        {
            var row = new SortedSet<int>();
            while (row.Count < fanOut) row.Add(random.Next(targets));
            to.AddRange(row);
        }

        return new([.. Enumerable.Range(0, sources + 1).Select(s => s * fanOut)], [.. to], targets);
    }
}
