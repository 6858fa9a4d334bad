using System.Collections.Immutable;
using FsCheck;
using FsCheck.Fluent;
using NeuroChip.Ir.Ncir;
using NeuroChip.Ir.Ncir.AddressFunctions;
using NeuroChip.Ir.Neurons;
using NeuroChip.Ir.Tensors;

namespace NeuroChip.TestKit;

/// <summary>
/// Small random modules over everything ncir has: all address functions and neuron models, both arithmetics, delays, recurrent projections,
/// shared weights, several ports, stages. Well formed by construction; the same seed gives the same module.
/// </summary>
public sealed class ModuleGenerator
{
    private readonly Random random;
    private readonly Arithmetic arithmetic;
    private readonly NeuronGenerator neurons;
    private readonly MapGenerator maps;
    private readonly List<Population> populations = [];
    private readonly List<Projection> projections = [];

    private ModuleGenerator(int seed, ArithmeticKind? kind)
    {
        random = new(seed);
        var chosen = kind ?? (random.Next(2) == 0 ? ArithmeticKind.Float32 : ArithmeticKind.Integer);
        arithmetic = chosen == ArithmeticKind.Float32 ? Arithmetic.Float32 : new(ArithmeticKind.Integer, random.Next(2, 17), random.Next(16, 33));
        neurons = new(random, IsInteger);
        maps = new(random);
    }

    private bool IsInteger => arithmetic.Kind == ArithmeticKind.Integer;

    /// <summary>The module of a seed, in the given arithmetic or in one that the seed decides.</summary>
    public static Module Generate(int seed, ArithmeticKind? kind = null) => new ModuleGenerator(seed, kind).Generate($"random{seed}");

    /// <summary>Modules for FsCheck; a smaller seed is not a smaller module, so there is no shrinking.</summary>
    public static Arbitrary<Module> Modules(ArithmeticKind? kind = null) => Gen.Choose(0, int.MaxValue - 1).Select(seed => Generate(seed, kind)).ToArbitrary();

    /// <summary>Inputs that fit a module: binary, count and signed sources get payloads of their domain, real ones any numbers, many of them 0.</summary>
    public static Dictionary<string, Tensor> Inputs(Module module, int seed)
    {
        var random = new Random(seed);
        var inputs = new Dictionary<string, Tensor>();
        foreach (var population in module.Populations)
        {
            if (population.Neuron is not SourceNeuron source) continue;
            var values = new float[population.Size * (source.Static ? 1 : module.Steps)];
            for (var i = 0; i < values.Length; i++)
            {
                values[i] = population.Domain switch
                {
                    SpikeDomain.Binary => random.Next(3) == 0 ? 1 : 0,
                    SpikeDomain.Count => Math.Max(0, random.Next(-3, 5)),
                    SpikeDomain.Signed => random.Next(-1, 2),
                    _ => random.Next(4) == 0 ? 0 : (random.NextSingle() * 4) - 2,
                };
            }

            inputs[source.Input] = source.Static
                ? Tensor.Of(population.Layout.FrameworkShape, values)
                : Tensor.Of([module.Steps, .. population.Layout.FrameworkShape], values);
        }

        return inputs;
    }

    private Module Generate(string name)
    {
        var steps = random.Next(1, 6);
        for (var i = random.Next(1, 3); i > 0; i--) AddSource();
        for (var i = random.Next(2, 7); i > 0; i--) AddLayer();
        for (var i = random.Next(0, 3); i > 0; i--) AddContraction();
        for (var i = random.Next(0, 4); i > 0; i--) Connect(Pick(populations), Pick(Targets()), delay: random.Next(1, 4));
        var stages = random.Next(3) == 0 ? Stages() : new int[populations.Count];
        var ticks = stages.Max() == 0 ? random.Next(1, 3) : stages.Max() + random.Next(1, 3);
        var order = random.Next(2) == 0 ? projections : [.. projections.OrderBy(_ => random.Next())];
        return new(name, arithmetic, steps, ticks, [.. populations.Select((p, i) => p with { Stage = stages[i] })], [.. order], [.. Readouts(steps)]);
    }

    private void AddSource()
    {
        var layout = random.Next(3) switch
        {
            0 => new Layout([random.Next(1, 40)], false),
            1 => new Layout([1, random.Next(1, 4), random.Next(2, 9)], true),
            _ => new Layout([1, random.Next(1, 5), random.Next(2, 8), random.Next(2, 8)], true),
        };
        var domain = (SpikeDomain)random.Next(4);
        // Payloads of a spike domain are whole numbers already; only real inputs have a unit.
        var unit = IsInteger && domain == SpikeDomain.Real ? 0.03125 : 1;
        var name = $"in{populations.Count}";
        populations.Add(new(new(populations.Count), name, layout, new SourceNeuron(name, random.Next(3) == 0, unit), domain, [], 0));
    }

    private void AddLayer()
    {
        var source = Pick(populations);
        var (map, layout) = maps.From(source.Layout);
        var (neuron, domain) = neurons.Next(layout);
        var bias = Enumerable.Range(0, neuron.Ports).Select(_ => random.Next(3) == 0 ? Numbers(PickLength(layout)) : null);
        var target = new Population(new(populations.Count), $"layer{populations.Count}", layout, neuron, domain, [.. bias], 0);
        Add(source, target, map, 0);
        for (var i = random.Next(0, 3); i > 0; i--) Connect(Pick(populations), target, delay: 0);
        populations.Add(target);
    }

    /// <summary>A layer fed by the product of two others, by way of two that have the sizes a strided map happens to need.</summary>
    private void AddContraction()
    {
        var map = maps.Strided();
        var (source, rows) = (Resized(map.SourceSize), Resized(map.RowCount));
        var layout = new Layout([map.TargetSize], false);
        var (neuron, domain) = neurons.Next(layout);
        var target = new Population(new(populations.Count), $"layer{populations.Count}", layout, neuron, domain, [.. new Tensor?[neuron.Ports]], 0);
        projections.Add(new(
            $"{source.Name}*{rows.Name}-{projections.Count}", source.Id, target.Id, random.Next(neuron.Ports), map, Projection.NoRows, 0, Projection.KindOf(source.Domain, rows.Domain))
        { RowsFrom = rows.Id });
        populations.Add(target);
    }

    /// <summary>A new layer of a given size.</summary>
    private Population Resized(int size)
    {
        var layout = new Layout([size], false);
        var (neuron, domain) = neurons.Next(layout);
        var layer = new Population(new(populations.Count), $"layer{populations.Count}", layout, neuron, domain, [.. new Tensor?[neuron.Ports]], 0);
        Connect(Pick(populations), layer, delay: 0);
        populations.Add(layer);
        return layer;
    }

    /// <summary>A projection between populations that exist, by an address function that suits their sizes.</summary>
    private void Connect(Population source, Population target, int delay) => Add(source, target, maps.Between(source.Layout, target.Layout), delay);

    private void Add(Population source, Population target, AddressFunction map, int delay)
    {
        var shared = projections.Find(p => p.RowsFrom is null && p.Map.RowCount == map.RowCount);
        var rows = shared is not null && random.Next(2) == 0 ? shared.Rows : Weights(map.RowCount);
        var isReal = source.Domain == SpikeDomain.Real;
        var reduction = random.Next(map is PoolMap ? 2 : 12) == 0 ? Reduction.Max : Reduction.Sum;
        var inDigits = isReal && IsInteger && reduction == Reduction.Sum && random.Next(2) == 0;
        projections.Add(new(
            $"{source.Name}-{target.Name}-{projections.Count}",
            source.Id,
            target.Id,
            random.Next(target.Neuron.Ports),
            map,
            rows,
            delay,
            inDigits ? ProjectionKind.ShiftAdd : isReal ? ProjectionKind.Analog : ProjectionKind.Sparse,
            reduction));
    }

    private IEnumerable<Readout> Readouts(int steps)
    {
        foreach (var population in Targets().TakeLast(2))
        {
            var signals = Enumerable.Range(-1, population.Neuron.States + 1).Select(s => new Signal(population.Id, s)).ToImmutableArray();
            if (signals.Length == 1 || random.Next(2) == 0) signals = [signals[0]];
            var time = (TimeReduction)random.Next(4);
            var axis = random.Next(population.Layout.FrameworkShape.Length + 1);
            var shape = time == TimeReduction.Each ? population.Layout.FrameworkShape.Insert(axis, steps) : population.Layout.FrameworkShape;
            var program = signals.Length == 1 ? ElementwiseProgram.PassThrough : neurons.SumOf(signals.Length, population.Layout);
            yield return new(
                $"out{population.Id.Index}",
                signals,
                [.. signals.Select(_ => random.Next(2) == 0 ? null : FloatNumbers(PickLength(population.Layout)))],
                program,
                time,
                time == TimeReduction.Each ? axis : 0,
                shape);
        }
    }

    /// <summary>A tick for each population, so that every event takes at least one tick.</summary>
    private int[] Stages()
    {
        var stages = new int[populations.Count];
        foreach (var projection in projections.Where(p => p.Delay == 0).OrderBy(p => p.Target.Index))
            stages[projection.Target.Index] = Math.Max(stages[projection.Target.Index], Before(projection) + random.Next(1, 3));
        // Layers were added in topological order, but a later projection may have raised a source: settle.
        for (var changed = true; changed;)
        {
            changed = false;
            foreach (var projection in projections.Where(p => p.Delay == 0))
            {
                if (stages[projection.Target.Index] > Before(projection)) continue;
                stages[projection.Target.Index] = Before(projection) + 1;
                changed = true;
            }
        }

        return stages;

        int Before(Projection projection) => Math.Max(stages[projection.Source.Index], projection.RowsFrom is { } rows ? stages[rows.Index] : 0);
    }

    private List<Population> Targets() => [.. populations.Where(p => p.Neuron.Ports > 0)];

    private int PickLength(Layout layout) => random.Next(3) switch { 0 => 1, 1 => layout.Channels, _ => layout.Size };

    private Tensor Weights(int count)
    {
        if (!IsInteger) return FloatNumbers(count);
        var limit = 1 << (arithmetic.WeightBits - 1);
        return arithmetic.WeightBits <= 8
            ? Tensor.Vector(Enumerable.Range(0, count).Select(_ => (sbyte)random.Next(-limit, limit)).ToArray())
            : Tensor.Vector(Enumerable.Range(0, count).Select(_ => (short)random.Next(-limit, limit)).ToArray());
    }

    private Tensor Numbers(int count) => IsInteger ? Tensor.Vector(Enumerable.Range(0, count).Select(_ => random.Next(-100, 101)).ToArray()) : FloatNumbers(count);

    private Tensor FloatNumbers(int count) => Tensor.Vector(Enumerable.Range(0, count).Select(_ => random.Next(8) == 0 ? 0 : (random.NextSingle() * 2) - 1).ToArray());

    private T Pick<T>(List<T> items) => items[random.Next(items.Count)];
}
