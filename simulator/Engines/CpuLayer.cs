using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using NeuroChip.Ir.Ncir;
using NeuroChip.Ir.Ncir.Sites;
using NeuroChip.Ir.Neurons;
using NeuroChip.Ir.Tensors;
using NeuroChip.Simulator.Engines.Kernels;

namespace NeuroChip.Simulator.Engines;

/// <summary>
/// One population in the fast engine: its states, its accumulators, what it emitted in the steps that are still needed, and the kernels
/// that lead into it. A step is cut into ranges of neurons; a range computes its accumulators and its neurons without
/// looking at any other.
/// </summary>
internal sealed unsafe class CpuLayer<T> : IPieces where T : unmanaged, INumber<T>
{
    /// <summary>Additions below which waking another thread costs more than it saves (10 to 20 microseconds of one thread).</summary>
    private const long WorthSharing = 500_000;

    /// <summary>Neurons of a piece at most, if the kernels allow: their accumulators, states and payloads stay in the second-level cache while they are computed.</summary>
    private const int PieceNeurons = 1 << 15;

    /// <summary>Bytes of weights that the second-level cache does not keep, so that there is only one piece per thread.</summary>
    private const int HeavyWeights = 1 << 20;

    private readonly Population population;
    private readonly Arithmetic arithmetic;
    private readonly BoundNeuron<T> neuron;
    private readonly EventList<T>[] ring;
    private readonly NeuronBlock<T>[] blocks;
    private readonly T[]?[] bias;
    private readonly List<Inflow>[] inflows;
    private readonly Dictionary<Projection, AddressFunction> bound = new(ReferenceEqualityComparer.Instance);
    private T[][] wideSums = [];
    private int pieces = 1;
    private int pieceSize;
    private int step;
    private bool fresh;
    private bool wide;
    private bool given;
    private int present;

    /// <param name="population">The population.</param>
    /// <param name="arithmetic">In which numbers.</param>
    /// <param name="depth">Steps whose emissions are kept, the current one included.</param>
    /// <param name="bucketSizes">Sizes of buckets by which kernels enter its events.</param>
    public CpuLayer(Population population, Arithmetic arithmetic, int depth, IEnumerable<int> bucketSizes)
    {
        this.population = population;
        this.arithmetic = arithmetic;
        neuron = BoundNeuron.Bind<T>(population, arithmetic);
        var sizes = bucketSizes.ToArray();
        ring = [.. Enumerable.Range(0, depth).Select(_ => new EventList<T>(population.Size, sizes, onDemand: population.Domain == SpikeDomain.Real))];
        States = [.. Enumerable.Range(0, population.Neuron.States).Select(_ => new T[population.Size])];
        blocks = [.. ring.Select(events => new NeuronBlock<T>(States, [], events.Payloads))];
        bias = [.. Enumerable.Range(0, population.Neuron.Ports).Select(port => BiasOf(population.Bias[port]))];
        inflows = [.. bias.Select(_ => new List<Inflow>())];
        pieceSize = population.Size;
    }

    /// <summary>State variables by address.</summary>
    public T[][] States { get; }

    /// <summary>What was emitted in a step that is still kept; before step 0, the slots that were not written yet hold nothing.</summary>
    public EventList<T> EventsAt(int step) => ring[(step + ring.Length) % ring.Length];

    /// <summary>Adds a projection; the order of calls is the order of additions.</summary>
    public void Connect(Projection projection, SynapseKernel<T> kernel, CpuLayer<T> source, CpuLayer<T>? rows) =>
        inflows[projection.Port].Add(new(projection, kernel, source, rows, FanIn.Bound(projection.Map), LargestWeight(projection.Rows)));

    /// <summary>
    /// Cuts the population into ranges that every kernel accepts: small enough for the caches and, for several threads, a few per thread, so that a busy range
    /// does not hold up the others.
    /// </summary>
    public void Plan(int threads)
    {
        var kernels = inflows.SelectMany(i => i).Select(i => i.Kernel).ToArray();
        var granule = kernels.Aggregate(1L, (sofar, kernel) => LeastCommonMultiple(sofar, kernel.Granule));
        if (granule < population.Size)
        {
            // Every piece reads the weights anew, so it must do enough with them.
            var weights = inflows.SelectMany(i => i).Select(i => i.Projection.Rows.Bytes.Length).DefaultIfEmpty(0).Max();
            var wanted = threads == 1 ? 1 : kernels.All(k => k.CutsFinely) && weights < HeavyWeights ? 4 * threads : threads;
            var size = Math.Max(256, (population.Size + wanted - 1) / wanted);
            if (kernels.All(k => k.CutsFinely)) size = Math.Min(size, Math.Max(PieceNeurons, weights / 8));
            pieceSize = (int)Math.Min(population.Size, (size + granule - 1) / granule * granule);
            pieces = (population.Size + pieceSize - 1) / pieceSize;
        }

        foreach (var kernel in kernels) kernel.Plan(pieceSize);
        foreach (var events in ring) events.Cut(pieceSize);
    }

    public void Reset(SiteBinding? sites)
    {
        fresh = true;
        present = population.Sites is null ? population.Size : sites!.Present(population);
        foreach (var inflow in inflows.SelectMany(i => i))
            if (inflow.Projection.Map is SiteMap) inflow.Kernel.Bind(bound[inflow.Projection] = sites!.Bind(inflow.Projection.Map));
        // A ring of one is written before it is read.
        if (ring.Length == 1) return;
        foreach (var events in ring) events.Clear();
    }

    /// <summary>Computes step <paramref name="now"/>: accumulators, neurons, list of events.</summary>
    public void Step(int now, SampleFeed feed, WorkerTeam team)
    {
        step = now;
        var events = EventsAt(now);
        long work = population.Size;
        given = feed.TryRead<T>(population, now, events.Payloads);
        foreach (var port in given ? [] : inflows)
        {
            foreach (var inflow in CollectionsMarshal.AsSpan(port))
            {
                var arriving = Arriving(inflow);
                inflow.Kernel.RowEvents = inflow.Rows?.EventsAt(now);
                inflow.Kernel.Prepare(arriving);
                work += inflow.Kernel.Work(arriving);
            }
        }

        wide = typeof(T) == typeof(int) && !given && NeedsWideSums();
        if (wide)
        {
            wideSums = [.. bias.Select(_ => new T[population.Size])];
            for (var port = 0; port < bias.Length; port++) AddWide(port);
        }

        if (work >= WorthSharing)
        {
            team.Run(this, pieces);
        }
        else
        {
            for (var piece = 0; piece < pieces; piece++) Run(piece);
        }

        fresh = false;
        events.Join();
    }

    void IPieces.Run(int piece) => Run(piece);

    /// <summary>One piece from bias to event list, while it is in the cache.</summary>
    private void Run(int piece)
    {
        var first = piece * pieceSize;
        var end = Math.Min(population.Size, first + pieceSize);
        var block = blocks[step % blocks.Length];
        if (given)
        {
            // An input, or recorded emissions: they are there. States stay as at reset.
            if (fresh) neuron.Reset(block, first, end - first);
            EventsAt(step).IndexRange(piece);
            return;
        }

        if (wide)
        {
            block = block with { Inputs = wideSums };
        }
        else
        {
            var inputs = PieceInputs<T>.Of(bias.Length, end - first, out var offset);
            block = block with { Inputs = inputs, InputsFrom = first - offset };
            for (var port = 0; port < inputs.Length; port++)
            {
                StartFromBias(port, inputs[port].AsSpan(offset, end - first), first);
                var sums = (T*)Unsafe.AsPointer(ref inputs[port][0]) + offset - first; // They do not move.
                foreach (ref readonly var inflow in CollectionsMarshal.AsSpan(inflows[port])) inflow.Kernel.Add(Arriving(inflow), sums, first, end);
                if (typeof(T) == typeof(int) && arithmetic.AccumulatorBits < 32) Saturate(inputs[port].AsSpan(offset, end - first));
            }
        }

        if (fresh) neuron.Reset(block, first, end - first);
        neuron.Step(block, first, end - first);
        if (end > present) block.Emissions.AsSpan(Math.Max(first, present), end - Math.Max(first, present)).Clear();
        EventsAt(step).IndexRange(piece);
    }

    private EventList<T> Arriving(in Inflow inflow) => inflow.Source.EventsAt(step - inflow.Projection.Delay);

    private void StartFromBias(int port, Span<T> sums, int first)
    {
        var pattern = bias[port].AsSpan();
        if (pattern.Length <= 1)
        {
            sums.Fill(pattern.Length == 0 ? T.Zero : pattern[0]);
            return;
        }

        var phase = first % pattern.Length;
        while (!sums.IsEmpty)
        {
            var length = Math.Min(sums.Length, pattern.Length - phase);
            pattern.Slice(phase, length).CopyTo(sums);
            sums = sums[length..];
            phase = 0;
        }
    }

    private void Saturate(Span<T> saturated)
    {
        var sums = MemoryMarshal.Cast<T, int>(saturated);
        var (low, high) = (arithmetic.Saturate(long.MinValue), arithmetic.Saturate(long.MaxValue));
        var i = 0;
        for (; i + Vector<int>.Count <= sums.Length; i += Vector<int>.Count)
            Vector.Min(Vector.Max(new Vector<int>(sums[i..]), new Vector<int>(low)), new Vector<int>(high)).CopyTo(sums[i..]);
        for (; i < sums.Length; i++) sums[i] = Math.Clamp(sums[i], low, high);
    }

    /// <summary>Whether a sum of this step might leave 32 bits on the way, judged from the events there are.</summary>
    private bool NeedsWideSums()
    {
        for (var port = 0; port < bias.Length; port++)
        {
            long bound = 0;
            foreach (var b in bias[port] ?? []) bound = Math.Max(bound, Math.Abs((long)(int)(object)b));
            foreach (var inflow in inflows[port])
            {
                var events = Arriving(inflow);
                var product = (Int128)events.Magnitude * (inflow.Rows?.EventsAt(step).Magnitude ?? inflow.LargestWeight) * Math.Min(inflow.FanIn, events.Count);
                if (product + bound > int.MaxValue) return true;
                bound += (long)product;
            }
        }

        return false;
    }

    /// <summary>Sums in 64 bits, event by event. Rare: payloads or weights so large that 32 bits might not do.</summary>
    private void AddWide(int port)
    {
        var sums = new long[population.Size];
        var start = (int[]?)(object?)bias[port];
        for (var a = 0; a < sums.Length; a++) sums[a] = start is null ? 0 : start[a % start.Length];
        var synapses = new List<Synapse>();
        foreach (var inflow in inflows[port])
        {
            var payloads = (int[])(object)Arriving(inflow).Payloads;
            var rows = (int[]?)(object?)inflow.Rows?.EventsAt(step).Payloads;
            var map = bound.GetValueOrDefault(inflow.Projection, inflow.Projection.Map);
            var maximum = inflow.Projection.Reduction == Reduction.Max;
            var greatest = maximum ? new long[sums.Length] : [];
            if (maximum) Array.Fill(greatest, long.MinValue);
            for (var source = 0; source < payloads.Length; source++)
            {
                if (payloads[source] == 0 && !maximum) continue;
                synapses.Clear();
                map.Enumerate(source, synapses);
                foreach (var (target, row) in synapses)
                {
                    var contribution = payloads[source] * (rows is null ? (long)inflow.Projection.Rows.At(row) : rows[row]);
                    if (maximum) greatest[target] = Math.Max(greatest[target], contribution);
                    else sums[target] = checked(sums[target] + contribution);
                }
            }

            for (var a = 0; a < greatest.Length; a++)
                if (greatest[a] != long.MinValue) sums[a] = checked(sums[a] + greatest[a]);
        }

        var saturated = (int[])(object)wideSums[port];
        for (var a = 0; a < sums.Length; a++) saturated[a] = arithmetic.Saturate(sums[a]);
    }

    private static T[]? BiasOf(Tensor? bias)
    {
        if (bias is null) return null;
        if (typeof(T) == typeof(int)) return (T[])(object)bias.Array<int>();
        // + 0 turns a bias of -0 into 0: see ModuleInterpreter.
        return (T[])(object)Array.ConvertAll(bias.Array<float>(), b => b + 0f);
    }

    private static long LargestWeight(Tensor rows)
    {
        if (typeof(T) != typeof(int)) return 0;
        long largest = 0;
        for (var i = 0; i < rows.Length; i++) largest = Math.Max(largest, Math.Abs((long)rows.At(i)));
        return largest;
    }

    private static long LeastCommonMultiple(long a, long b) => a / (long)BigInteger.GreatestCommonDivisor(a, b) * b;

    private readonly record struct Inflow(Projection Projection, SynapseKernel<T> Kernel, CpuLayer<T> Source, CpuLayer<T>? Rows, int FanIn, long LargestWeight);
}
