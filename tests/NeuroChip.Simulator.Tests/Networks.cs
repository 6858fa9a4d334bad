using System.Collections.Immutable;
using NeuroChip.Ir.Ncir;
using NeuroChip.Ir.Ncir.AddressFunctions;
using NeuroChip.Ir.Neurons;
using NeuroChip.Ir.Tensors;

namespace NeuroChip.Simulator.Tests;

/// <summary>Builds small modules with seeded random weights, in float or integer arithmetic from the same calls.</summary>
internal sealed class NetworkBuilder(Arithmetic arithmetic, int seed, int steps = 5)
{
    private readonly Random random = new(seed);
    private readonly List<Population> populations = [];
    private readonly List<Projection> projections = [];

    public bool IsInteger => arithmetic.Kind == ArithmeticKind.Integer;

    public Random Random => random;

    public Population this[PopulationId id] => populations[id.Index];

    public PopulationId Input(string name, Layout layout, SpikeDomain domain, bool isStatic = false) =>
        Add(name, layout, new SourceNeuron(name, isStatic), domain, []);

    public PopulationId Lif(string name, Layout layout, double threshold = 1, bool soft = false, bool bias = false)
    {
        double Unit(double v) => IsInteger ? Math.Round(v * 64) : v;
        double Factor(double v) => IsInteger ? Math.Round(v * FixedPoint.One) : (float)v;
        var decay = new Parameter(Factor(0.75));
        var neuron = new LifNeuron(
            "LIF", decay, Parameter.Zero, soft ? decay : Parameter.Zero, soft ? new Parameter(-Unit(0.75 * threshold)) : Parameter.Zero,
            new Parameter(Factor(1)), new Parameter(Unit(threshold)), false, Parameter.Zero);
        return Add(name, layout, neuron, SpikeDomain.Binary, [bias ? Weights(layout.Channels, isBias: true) : null]);
    }

    /// <summary>A current-based LIF with two states.</summary>
    public PopulationId CurrentLif(string name, Layout layout)
    {
        double Factor(double v) => IsInteger ? Math.Round(v * FixedPoint.One) : (float)v;
        Parameter P(double v) => new(Factor(v));
        var neuron = new AffineNeuron(
            "current-based LIF", ["i", "v"],
            [P(0.5), P(0), P(0.5), P(0.75)], [Parameter.Zero, Parameter.Zero],
            [P(0.5), P(0), P(0.5), P(0)], [Parameter.Zero, Parameter.Zero],
            [P(1), P(1)], [P(0), P(1)], true, new Parameter(IsInteger ? 48 : 0.75), true, [Parameter.Zero, Parameter.Zero]);
        return Add(name, layout, neuron, SpikeDomain.Binary, [null]);
    }

    public PopulationId Relay(string name, Layout layout, SpikeDomain domain) =>
        Add(name, layout, new RelayNeuron(new Parameter(IsInteger ? FixedPoint.One : 1)), domain, [null]);

    public void Project(PopulationId source, PopulationId target, AddressFunction map, int delay = 0, Reduction reduction = Reduction.Sum, Tensor? rows = null, bool inDigits = false)
    {
        var kind = inDigits && IsInteger ? ProjectionKind.ShiftAdd : populations[source.Index].Domain == SpikeDomain.Real ? ProjectionKind.Analog : ProjectionKind.Sparse;
        projections.Add(new($"p{projections.Count}", source, target, 0, map, rows ?? Weights(map.RowCount), delay, kind, reduction));
    }

    /// <summary>A projection whose rows are the payloads of <paramref name="rows"/>.</summary>
    public void Contract(PopulationId source, PopulationId rows, PopulationId target, StridedMap map) => projections.Add(
        new($"p{projections.Count}", source, target, 0, map, Projection.NoRows, 0, Projection.KindOf(populations[source.Index].Domain, populations[rows.Index].Domain)) { RowsFrom = rows });

    /// <summary>Random weights in the module's numbers; biases of integer modules are int32.</summary>
    public Tensor Weights(int count, bool isBias = false)
    {
        if (!IsInteger) return Tensor.Vector(Enumerable.Range(0, count).Select(_ => (random.NextSingle() - 0.4f) * 0.5f).ToArray());
        if (isBias) return Tensor.Vector(Enumerable.Range(0, count).Select(_ => random.Next(-20, 21)).ToArray());
        var limit = 1 << (arithmetic.WeightBits - 1);
        var weights = Enumerable.Range(0, count).Select(_ => random.Next(-limit, limit) / 4);
        return arithmetic.WeightBits <= 8 ? Tensor.Vector(weights.Select(w => (sbyte)w).ToArray()) : Tensor.Vector(weights.Select(w => (short)w).ToArray());
    }

    /// <summary>A single positive weight.</summary>
    public Tensor OneWeight() => IsInteger ? arithmetic.WeightBits <= 8 ? Tensor.Vector<sbyte>(7) : Tensor.Vector<short>(7) : Tensor.Vector(0.25f);

    /// <summary>The module, with the emissions of every population as outputs.</summary>
    public Module Build()
    {
        var readouts = populations.Select(p => new Readout(
            $"out:{p.Name}", [Signal.Emission(p.Id)], [null], ElementwiseProgram.PassThrough, TimeReduction.Each, 0, [steps, .. p.Layout.FrameworkShape]));
        return new("test", arithmetic, steps, 1, [.. populations], [.. projections], [.. readouts]);
    }

    /// <summary>Random inputs with about <paramref name="density"/> events.</summary>
    public ImmutableDictionary<string, Tensor> Inputs(double density)
    {
        var inputs = ImmutableDictionary.CreateBuilder<string, Tensor>();
        foreach (var population in populations)
        {
            if (population.Neuron is not SourceNeuron source) continue;
            var count = population.Size * (source.Static ? 1 : steps);
            var values = new float[count];
            for (var i = 0; i < count; i++)
            {
                if (random.NextDouble() >= density) continue;
                values[i] = population.Domain switch
                {
                    SpikeDomain.Binary => 1,
                    SpikeDomain.Count => random.Next(1, 5),
                    SpikeDomain.Signed => random.Next(2) == 0 ? -1 : 1,
                    _ => IsInteger ? random.Next(-100, 101) : (random.NextSingle() * 4) - 2,
                };
            }

            inputs.Add(source.Input, Tensor.Vector(values));
        }

        return inputs.ToImmutable();
    }

    private PopulationId Add(string name, Layout layout, Neuron neuron, SpikeDomain domain, ImmutableArray<Tensor?> bias)
    {
        var id = new PopulationId(populations.Count);
        populations.Add(new(id, name, layout, neuron, domain, bias, 0));
        return id;
    }
}

/// <summary>A network and something to feed it.</summary>
/// <param name="Module">The network.</param>
/// <param name="Inputs">One sample.</param>
internal sealed record TestCase(Module Module, ImmutableDictionary<string, Tensor> Inputs);

/// <summary>Small networks, each of which shows one thing an engine may get wrong.</summary>
internal static class Networks
{
    public static Arithmetic Int8 { get; } = new(ArithmeticKind.Integer, 8, 32);

    public static Arithmetic Int16Narrow { get; } = new(ArithmeticKind.Integer, 16, 16);

    public static Layout Flat(int size) => new([1, size], false);

    public static Layout Image(int height, int width, int channels) => new([1, channels, height, width], true);

    /// <summary>By name, so that tests show which failed.</summary>
    public static IReadOnlyDictionary<string, Func<Arithmetic, int, TestCase>> All { get; } = new Dictionary<string, Func<Arithmetic, int, TestCase>>
    {
        ["dense small"] = (a, s) => Dense(a, s, 20, 10, 0.3),
        ["dense wide"] = (a, s) => Dense(a, s, 300, 517, 0.15),
        ["dense real"] = (a, s) => Dense(a, s, 65, 70, 1, SpikeDomain.Real),
        ["dense count"] = (a, s) => Dense(a, s, 40, 33, 0.5, SpikeDomain.Count),
        ["dense signed"] = (a, s) => Dense(a, s, 40, 17, 0.5, SpikeDomain.Signed),
        ["dense silent"] = (a, s) => Dense(a, s, 40, 17, 0, SpikeDomain.Binary, bias: false),
        ["conv 3x3"] = (a, s) => Conv(a, s, new(9, 9, 3, 1, 1), new(11, 11, 3, 1, 1), 5, 20, 1, 0.2),
        ["conv 3x3 wide"] = (a, s) => Conv(a, s, new(5, 5, 3, 1, 1), new(5, 5, 3, 1, 1), 64, 64, 1, 0.2),
        ["conv 3x3 rare"] = (a, s) => Conv(a, s, new(12, 12, 3, 1, 1), new(12, 12, 3, 1, 1), 8, 64, 1, 0.004, threshold: 0.1),
        ["conv 5x3 stride"] = (a, s) => Conv(a, s, new(13, 7, 5, 2, 2), new(10, 4, 3, 3, 1), 7, 40, 1, 0.3),
        ["conv stride 1x1"] = (a, s) => Conv(a, s, new(8, 4, 1, 2, 0), new(8, 4, 1, 2, 0), 16, 32, 1, 0.3),
        ["conv dilated"] = (a, s) => Conv(a, s, new(12, 10, 3, 1, 1, 2), new(12, 8, 3, 1, 0, 2), 6, 9, 1, 0.3),
        ["conv grouped"] = (a, s) => Conv(a, s, new(7, 7, 3, 1, 1), new(7, 7, 3, 1, 1), 8, 48, 4, 0.3),
        ["conv stride and dilation"] = (a, s) => Conv(a, s, new(11, 4, 3, 2, 0, 2), new(9, 3, 3, 2, 0, 2), 3, 20, 1, 0.05, threshold: 0.2),
        ["conv depthwise"] = (a, s) => Conv(a, s, new(7, 7, 3, 1, 1), new(7, 7, 3, 1, 1), 33, 33, 33, 0.3),
        ["conv depthwise multiplier"] = (a, s) => Conv(a, s, new(7, 7, 3, 1, 1), new(7, 7, 3, 1, 1), 5, 10, 5, 0.3),
        ["conv 1d"] = (a, s) => Conv(a, s, Window.Single, new(40, 38, 3), 4, 12, 1, 0.3),
        ["conv negative pad"] = (a, s) => Conv(a, s, new(9, 5, 3, 1, -1), new(9, 5, 3, 1, -1), 4, 12, 1, 0.3),
        ["conv real"] = (a, s) => Conv(a, s, new(8, 8, 3, 1, 1), new(8, 8, 3, 1, 1), 3, 64, 1, 1, SpikeDomain.Real),
        ["conv 130 channels"] = (a, s) => Conv(a, s, new(5, 5, 3, 1, 1), new(5, 5, 3, 1, 1), 3, 130, 1, 0.5),
        ["deconv"] = (a, s) => Deconv(a, s, new(9, 4, 3, 2, 0), new(8, 4, 2, 2, 0), 6, 24, 1),
        ["deconv grouped"] = (a, s) => Deconv(a, s, new(11, 5, 3, 2, 0), new(11, 5, 3, 2, 0), 6, 8, 2),
        ["pool sum"] = (a, s) => Pool(a, s, new(9, 4, 2, 2), 5, false, Reduction.Sum, SpikeDomain.Binary),
        ["pool per pixel"] = (a, s) => Pool(a, s, new(9, 5, 3, 2, 1), 17, true, Reduction.Sum, SpikeDomain.Binary),
        ["pool max"] = (a, s) => Pool(a, s, new(9, 5, 3, 2, 1), 19, false, Reduction.Max, SpikeDomain.Binary),
        ["pool max real"] = (a, s) => Pool(a, s, new(9, 5, 3, 2, 1), 19, false, Reduction.Max, SpikeDomain.Real),
        ["dense max"] = (a, s) => Dense(a, s, 12, 9, 0.4, SpikeDomain.Real, Reduction.Max),
        ["conv 7x7 real"] = (a, s) => Conv(a, s, new(15, 8, 7, 2, 3), new(17, 9, 7, 2, 3), 3, 32, 1, 1, SpikeDomain.Real),
        ["conv 1x1 real"] = (a, s) => Conv(a, s, new(6, 6, 1), new(5, 5, 1), 40, 85, 1, 0.9, SpikeDomain.Real),
        ["conv narrow real"] = (a, s) => Conv(a, s, new(7, 7, 3, 1, 1), new(7, 7, 3, 1, 1), 6, 12, 1, 1, SpikeDomain.Real),
        ["conv dilated real"] = (a, s) => Conv(a, s, new(12, 10, 3, 1, 1, 2), new(12, 8, 3, 1, 0, 2), 6, 40, 1, 0.8, SpikeDomain.Real),
        ["conv many pixels"] = (a, s) => Conv(a, s, new(20, 20, 3, 1, 1), new(21, 21, 3, 1, 1), 40, 72, 1, 0.2),
        ["conv many channels"] = (a, s) => Conv(a, s, new(6, 6, 3, 1, 1), new(5, 5, 3, 1, 1), 260, 70, 1, 0.2),
        ["conv many channels, few rare"] = (a, s) => Conv(a, s, new(6, 6, 3, 1, 1), new(30, 30, 3, 1, 1), 260, 20, 1, 0.001, threshold: 0.05),
        ["conv many channels, narrow"] = (a, s) => Conv(a, s, new(6, 6, 3, 1, 1), new(9, 9, 3, 1, 1), 400, 12, 1, 0.2),
        ["conv 1x1 many channels"] = (a, s) => Conv(a, s, new(6, 6, 1), new(5, 5, 1), 400, 130, 1, 0.2),
        ["depthwise 7x7"] = (a, s) => Conv(a, s, new(12, 12, 7, 1, 3), new(14, 14, 7, 1, 3), 72, 72, 72, 0.2),
        ["depthwise stride and dilation"] = (a, s) => Conv(a, s, new(13, 6, 3, 2, 1, 2), new(24, 11, 3, 2, 0, 2), 20, 20, 20, 0.4, threshold: 0.2),
        ["depthwise real"] = (a, s) => Conv(a, s, new(5, 5, 3, 1, 1), new(9, 9, 3, 1, 1), 9, 9, 9, 1, SpikeDomain.Real),
        ["attention keys and values first"] = (a, s) => Attention(a, s, 2, 12, 16, keysFirst: true),
        ["attention wide heads"] = (a, s) => Attention(a, s, 2, 6, 45, keysFirst: true),
        ["attention queries first"] = (a, s) => Attention(a, s, 2, 20, 5, keysFirst: false),
        ["attention mask"] = AttentionMask,
        ["csr"] = (a, s) => Csr(a, s, 200, 150, 0.1, SpikeDomain.Binary),
        ["csr count"] = (a, s) => Csr(a, s, 50, 70, 0.3, SpikeDomain.Count),
        ["permutation"] = Permutation,
        ["recurrent"] = Recurrent,
        ["delays"] = Delays,
        ["shortcut"] = Shortcut,
        ["two projections into one port"] = TwoProjections,
        ["deep"] = Deep,
    };

    private static TestCase Dense(Arithmetic a, int seed, int sources, int targets, double density, SpikeDomain domain = SpikeDomain.Binary, Reduction reduction = Reduction.Sum, bool bias = true)
    {
        var net = new NetworkBuilder(a, seed);
        var input = net.Input("x", Flat(sources), domain);
        var layer = net.Lif("layer", Flat(targets), bias: bias);
        net.Project(input, layer, new DenseMap(sources, targets), reduction: reduction);
        return new(net.Build(), net.Inputs(density));
    }

    private static TestCase Conv(Arithmetic a, int seed, Window y, Window x, int channels, int outputs, int groups, double density, SpikeDomain domain = SpikeDomain.Binary, double threshold = 1)
    {
        var net = new NetworkBuilder(a, seed);
        var input = net.Input("x", Image(y.Input, x.Input, channels), domain);
        var layer = net.Lif("layer", Image(y.Output, x.Output, outputs), threshold, soft: true, bias: seed % 2 == 0);
        net.Project(input, layer, new ConvMap(y, x, channels, outputs, groups));
        return new(net.Build(), net.Inputs(density));
    }

    private static TestCase Deconv(Arithmetic a, int seed, Window y, Window x, int channels, int outputs, int groups)
    {
        var net = new NetworkBuilder(a, seed);
        var input = net.Input("x", Image(y.Output, x.Output, channels), SpikeDomain.Binary);
        var layer = net.Lif("layer", Image(y.Input, x.Input, outputs));
        net.Project(input, layer, new TransposedConvMap(y, x, channels, outputs, groups));
        return new(net.Build(), net.Inputs(0.3));
    }

    private static TestCase Pool(Arithmetic a, int seed, Window w, int channels, bool perPixel, Reduction reduction, SpikeDomain domain)
    {
        var net = new NetworkBuilder(a, seed);
        var input = net.Input("x", Image(w.Input, w.Input, channels), domain);
        var relay = net.Relay("pool", Image(w.Output, w.Output, channels), SpikeDomain.Real);
        var pool = new PoolMap(w, w, channels, perPixel);
        net.Project(input, relay, pool, reduction: reduction, rows: perPixel ? null : net.OneWeight());
        var layer = net.Lif("layer", Flat(30), threshold: 0.02);
        net.Project(relay, layer, new DenseMap(w.Output * w.Output * channels, 30));
        return new(net.Build(), net.Inputs(0.4));
    }

    /// <summary>Q (K^T V) or (Q K^T) V of a few heads, channel innermost, with the accumulators as a population of their own.</summary>
    private static TestCase Attention(Arithmetic a, int seed, int heads, int tokens, int width, bool keysFirst)
    {
        var net = new NetworkBuilder(a, seed, steps: 3);
        var channels = heads * width;
        var size = tokens * channels;
        var (q, k, v) = (net.Input("q", Flat(size), SpikeDomain.Binary), net.Input("k", Flat(size), SpikeDomain.Binary), net.Input("v", Flat(size), SpikeDomain.Binary));
        var inner = keysFirst ? width * width : tokens * tokens;
        var first = net.Relay("first", Flat(heads * inner), SpikeDomain.Count);
        var result = net.Lif("result", Flat(size), threshold: a.Kind == ArithmeticKind.Integer ? 0.03 : 2);
        if (keysFirst)
        {
            net.Contract(k, v, first, new(size, heads * inner, size, 0, 0, 0, [new(heads, width, inner, width), new(tokens, channels, 0, channels), new(width, 1, width, 0), new(width, 0, 1, 1)]));
            net.Contract(q, first, result, new(size, size, heads * inner, 0, 0, 0, [new(heads, width, width, inner), new(tokens, channels, channels, 0), new(width, 1, 0, width), new(width, 0, 1, 1)]));
        }
        else
        {
            net.Contract(q, k, first, new(size, heads * inner, size, 0, 0, 0, [new(heads, width, inner, width), new(tokens, channels, tokens, 0), new(tokens, 0, 1, channels), new(width, 1, 0, 1)]));
            net.Contract(first, v, result, new(heads * inner, size, size, 0, 0, 0, [new(heads, inner, width, width), new(tokens, tokens, channels, 0), new(tokens, 1, 0, channels), new(width, 0, 1, 1)]));
        }

        return new(net.Build(), net.Inputs(0.4));
    }

    /// <summary>Column sums of K and V, and what passes of Q by them; a real population is masked too.</summary>
    private static TestCase AttentionMask(Arithmetic a, int seed)
    {
        var net = new NetworkBuilder(a, seed, steps: 3);
        var (tokens, channels) = (14, 20);
        var size = tokens * channels;
        var (q, k, v) = (net.Input("q", Flat(size), SpikeDomain.Real), net.Input("k", Flat(size), SpikeDomain.Binary), net.Input("v", Flat(size), SpikeDomain.Binary));
        var columns = net.Lif("columns", Flat(channels), threshold: a.Kind == ArithmeticKind.Integer ? 0.03 : 2);
        var masked = net.Relay("masked", Flat(size), SpikeDomain.Real);
        net.Contract(k, v, columns, new(size, channels, size, 0, 0, 0, [new(tokens, channels, 0, channels), new(channels, 1, 1, 1)]));
        net.Contract(q, columns, masked, new(size, size, channels, 0, 0, 0, [new(tokens, channels, channels, 0), new(channels, 1, 1, 1)]));
        return new(net.Build(), net.Inputs(0.5));
    }

    private static TestCase Csr(Arithmetic a, int seed, int sources, int targets, double connected, SpikeDomain domain)
    {
        var net = new NetworkBuilder(a, seed);
        var input = net.Input("x", Flat(sources), domain);
        var layer = net.CurrentLif("layer", Flat(targets));
        net.Project(input, layer, RandomCsr(net.Random, sources, targets, connected));
        net.Project(layer, layer, RandomCsr(net.Random, targets, targets, connected / 2), delay: 2);
        return new(net.Build(), net.Inputs(0.3));
    }

    private static CsrMap RandomCsr(Random random, int sources, int targets, double connected)
    {
        var offsets = new List<int> { 0 };
        var to = new List<int>();
        for (var source = 0; source < sources; source++)
        {
            to.AddRange(Enumerable.Range(0, targets).Where(_ => random.NextDouble() < connected));
            offsets.Add(to.Count);
        }

        return new([.. offsets], [.. to], targets);
    }

    private static TestCase Permutation(Arithmetic a, int seed)
    {
        var net = new NetworkBuilder(a, seed);
        var input = net.Input("x", Flat(60), SpikeDomain.Count, isStatic: true);
        var layer = net.Lif("layer", Flat(80), threshold: 0.2);
        var places = Enumerable.Range(0, 80).ToArray();
        net.Random.Shuffle(places);
        net.Project(input, layer, new PermutationMap([.. places.Take(60).Select(p => p % 7 == 0 ? -1 : p)], 80, 16));
        return new(net.Build(), net.Inputs(0.6));
    }

    private static TestCase Recurrent(Arithmetic a, int seed)
    {
        var net = new NetworkBuilder(a, seed, steps: 9);
        var input = net.Input("x", Flat(24), SpikeDomain.Binary);
        var layer = net.Lif("layer", Flat(48));
        net.Project(layer, layer, new DenseMap(48, 48), delay: 1);
        net.Project(input, layer, new DenseMap(24, 48));
        return new(net.Build(), net.Inputs(0.3));
    }

    private static TestCase Delays(Arithmetic a, int seed)
    {
        var net = new NetworkBuilder(a, seed, steps: 9);
        var input = net.Input("x", Flat(24), SpikeDomain.Binary);
        var late = net.Lif("late", Flat(16));
        var back = net.Lif("back", Flat(24));
        net.Project(input, late, new DenseMap(24, 16), delay: 3);
        net.Project(back, late, new DenseMap(24, 16), delay: 5);
        net.Project(late, back, new DenseMap(16, 24));
        net.Project(input, back, new IdentityMap(24, 6), delay: 1);
        return new(net.Build(), net.Inputs(0.4));
    }

    private static TestCase Shortcut(Arithmetic a, int seed)
    {
        var net = new NetworkBuilder(a, seed);
        var same = new Window(8, 8, 3, 1, 1);
        var input = net.Input("x", Image(8, 8, 12), SpikeDomain.Binary);
        var one = net.Lif("one", Image(8, 8, 12));
        var sum = net.Relay("sum", Image(8, 8, 12), SpikeDomain.Real);
        var two = net.Lif("two", Image(8, 8, 12));
        net.Project(input, one, new ConvMap(same, same, 12, 12, 1));
        net.Project(one, sum, new IdentityMap(768, 1));
        net.Project(input, sum, new IdentityMap(768, 12));
        net.Project(input, sum, new IdentityMap(768, 768));
        net.Project(sum, two, new ConvMap(same, same, 12, 12, 1), inDigits: true);
        return new(net.Build(), net.Inputs(0.3));
    }

    private static TestCase TwoProjections(Arithmetic a, int seed)
    {
        var net = new NetworkBuilder(a, seed);
        var same = new Window(6, 6, 3, 1, 1);
        var image = net.Input("image", Image(6, 6, 10), SpikeDomain.Binary);
        var flat = net.Input("flat", Flat(50), SpikeDomain.Real, isStatic: true);
        var layer = net.Lif("layer", Image(6, 6, 20), bias: true);
        net.Project(flat, layer, new DenseMap(50, 720));
        net.Project(image, layer, new ConvMap(same, same, 10, 20, 1));
        net.Project(image, layer, new ConvMap(same, same, 10, 20, 2), delay: 1);
        return new(net.Build(), net.Inputs(0.3));
    }

    private static TestCase Deep(Arithmetic a, int seed)
    {
        var net = new NetworkBuilder(a, seed, steps: 6);
        var before = net.Input("x", Image(12, 12, 2), SpikeDomain.Real, isStatic: true);
        var (extent, channels) = (12, 2);
        for (var depth = 0; depth < 4; depth++)
        {
            var next = depth % 2 == 1 ? (extent + 1) / 2 : extent;
            var w = new Window(extent, next, 3, depth % 2 == 1 ? 2 : 1, 1);
            var layer = net.Lif($"conv{depth}", Image(next, next, 16 << depth), threshold: 0.5);
            net.Project(before, layer, new ConvMap(w, w, channels, 16 << depth, 1));
            (before, extent, channels) = (layer, next, 16 << depth);
        }

        var head = net.Lif("head", Flat(10));
        net.Project(before, head, new DenseMap(extent * extent * channels, 10));
        return new(net.Build(), net.Inputs(0.8));
    }
}
