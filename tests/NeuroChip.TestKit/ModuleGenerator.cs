using System.Collections.Immutable;
using FsCheck;
using FsCheck.Fluent;
using NeuroChip.Ir.Ncir;
using NeuroChip.Ir.Ncir.AddressFunctions;
using NeuroChip.Ir.Ncir.Sites;
using NeuroChip.Ir.Neurons;
using NeuroChip.Ir.Tensors;

namespace NeuroChip.TestKit;

/// <summary>
/// Small random modules over everything ncir has: all address functions and neuron models, both arithmetics, delays, recurrent projections,
/// shared weights, several ports, stages, in every third module active sites. Well formed by construction; the same seed gives the same module.
/// </summary>
public sealed class ModuleGenerator
{
    private readonly Random random;
    private readonly Arithmetic arithmetic;
    private readonly NeuronGenerator neurons;
    private readonly MapGenerator maps;
    private readonly List<Population> populations = [];
    private readonly List<Projection> projections = [];
    private readonly List<SiteTable> tables = [];
    private readonly SiteGenerator sites;
    private readonly bool hasSites;

    private ModuleGenerator(int seed, ArithmeticKind? kind)
    {
        random = new(seed);
        var chosen = kind ?? (random.Next(2) == 0 ? ArithmeticKind.Float32 : ArithmeticKind.Integer);
        arithmetic = chosen == ArithmeticKind.Float32 ? Arithmetic.Float32 : new(ArithmeticKind.Integer, random.Next(2, 17), random.Next(16, 33));
        neurons = new(random, IsInteger);
        maps = new(random);
        sites = new(random);
        hasSites = new Random(~seed).Next(3) == 0; // Of its own, so that the other modules are what they were before there were sites.
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
        foreach (var table in module.Sites)
        {
            if (table.Reach is not null) continue;
            var count = (int)Math.Min(table.Volume, random.Next(1, table.Capacity + 1));
            inputs[table.Input] = Tensor.Of([count, 3], new SiteGenerator(random).Cloud(table.Extent, count));
        }

        foreach (var population in module.Populations)
        {
            if (population.Neuron is not SourceNeuron source) continue;
            var shape = population.Layout.FrameworkShape;
            if (population.Sites is { } at) shape = shape.SetItem(0, inputs[module.Sites[at.Index].Input].Shape[0]);
            var values = new float[Tensor.Count(shape.AsSpan()) * (source.Static ? 1 : module.Steps)];
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

            inputs[source.Input] = Tensor.Of(source.Static ? shape : [module.Steps, .. shape], values);
        }

        return inputs;
    }

    private Module Generate(string name)
    {
        var steps = random.Next(1, 6);
        if (hasSites) AddSites();
        for (var i = random.Next(1, 3); i > 0; i--) AddSource();
        for (var i = random.Next(2, 7); i > 0; i--) AddLayer();
        for (var i = random.Next(0, 3); i > 0; i--) AddContraction();
        for (var i = random.Next(0, 4); i > 0; i--) Connect(Pick(populations), Pick(Targets()), delay: random.Next(1, 4));
        var stages = random.Next(3) == 0 ? Stages() : new int[populations.Count];
        var ticks = stages.Max() == 0 ? random.Next(1, 3) : stages.Max() + random.Next(1, 3);
        var order = random.Next(2) == 0 ? projections : [.. projections.OrderBy(_ => random.Next())];
        return new(name, arithmetic, steps, ticks, [.. populations.Select((p, i) => p with { Stage = stages[i] })], [.. order], [.. Readouts(steps)]) { Sites = [.. tables] };
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

    /// <summary>A cloud that is fed in, and layers at its sites and at those that convolutions make of them.</summary>
    private void AddSites()
    {
        var extent = sites.Extent(6);
        tables.Add(new(new(0), "cloud", extent, random.Next(1, 16), "coordinates"));
        var domain = (SpikeDomain)random.Next(4);
        var features = new SourceNeuron("features", random.Next(3) == 0, IsInteger && domain == SpikeDomain.Real ? 0.03125 : 1);
        populations.Add(AtSites("features", 0, random.Next(1, 7), features, domain));
        for (var i = random.Next(2, 6); i > 0; i--) AddSiteLayer(Pick(populations.FindAll(p => p.Sites is not null)));
        if (random.Next(2) == 0) AddScattered(Pick(populations.FindAll(p => p.Sites is not null)));
    }

    private void AddSiteLayer(Population source)
    {
        var from = tables[source.Sites!.Value.Index];
        var groups = source.Layout.Channels % 2 == 0 ? random.Next(1, 3) : 1;
        var outputs = groups * random.Next(1, 6);
        var channels = source.Layout.Channels;
        var (map, table) = random.Next(4) switch
        {
            0 when Smaller(from) is { } made => ((AddressFunction)new SparseConvMap(from.Id, made.Id, from.Capacity, made.Capacity, made.Reach!.Window, channels, outputs, groups, from.Capacity), made),
            1 when from.Reach is { } reach =>
                (new InverseConvMap(from.Id, reach.From, from.Capacity, tables[reach.From.Index].Capacity, reach.Window, channels, outputs, groups, from.Capacity), tables[reach.From.Index]),
            2 => (new ConvMap(Window.Single, new(from.Capacity, from.Capacity, 1), channels, outputs, groups), from),
            _ => (new SubmanifoldMap(from.Id, from.Capacity, sites.Same(from.Extent), channels, outputs, groups, from.Capacity), from),
        };
        var layout = new Layout([table.Capacity, outputs], false);
        var (neuron, domain) = neurons.Next(layout);
        var target = AtSites($"layer{populations.Count}", table.Id.Index, outputs, neuron, domain);
        Add(source, target, map, 0);
        if (random.Next(3) == 0) Connect(Pick(populations), target, delay: 0);
        populations.Add(target);
    }

    /// <summary>A table that a window makes of another, or one made before; null if no window of a few tries makes few enough sites of any cloud and some of every cloud.</summary>
    private SiteTable? Smaller(SiteTable from)
    {
        if (random.Next(3) == 0 && tables.Find(t => t.Reach?.From == from.Id) is { } known) return known;
        for (var tries = 0; tries < 20; tries++)
        {
            var window = sites.Window(from.Extent);
            var room = Math.Min((long)window.Z.Output * window.Y.Output * window.X.Output, (long)from.Capacity * window.OutputsBound);
            if (room > 40 || !new[] { window.Z, window.Y, window.X }.All(w => Enumerable.Range(0, w.Input).All(i => w.OutputsOf(i) > 0))) continue;
            tables.Add(new(new(tables.Count), $"sites{tables.Count}", window.Outputs, (int)room + random.Next(0, 3), "", new(from.Id, window)));
            return tables[^1];
        }

        return null;
    }

    private void AddScattered(Population source)
    {
        var (table, channels) = (tables[source.Sites!.Value.Index], source.Layout.Channels);
        var layout = new Layout([1, channels, table.Extent[0], table.Extent[1] * table.Extent[2]], random.Next(2) == 0);
        var (z, y, x, c) = layout.ChannelLast
            ? (table.Extent[1] * table.Extent[2] * channels, table.Extent[2] * channels, channels, 1)
            : (table.Extent[1] * table.Extent[2], table.Extent[2], 1, (int)table.Volume);
        var (neuron, domain) = neurons.Next(layout);
        var target = new Population(new(populations.Count), $"dense{populations.Count}", layout, neuron, domain, [.. new Tensor?[neuron.Ports]], 0);
        Add(source, target, new ScatterMap(table.Id, table.Capacity, channels, layout.Size, z, y, x, c), 0);
        populations.Add(target);
    }

    private Population AtSites(string name, int table, int channels, Neuron neuron, SpikeDomain domain)
    {
        var layout = new Layout([tables[table].Capacity, channels], false);
        var bias = Enumerable.Range(0, neuron.Ports).Select(_ => random.Next(3) == 0 ? Numbers(PickLength(layout)) : null);
        return new(new(populations.Count), name, layout, neuron, domain, [.. bias], 0) { Sites = new(table) };
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
    private void Connect(Population source, Population target, int delay)
    {
        if (target.Sites is { } table)
        {
            if (source.Sites != table) return; // Only functions over sites lead from one table to another.
            if (random.Next(2) == 0)
            {
                var (capacity, channels) = (tables[table.Index].Capacity, source.Layout.Channels);
                Add(source, target, new SubmanifoldMap(table, capacity, sites.Same(tables[table.Index].Extent), channels, target.Layout.Channels, 1, capacity), delay);
                return;
            }
        }

        Add(source, target, maps.Between(source.Layout, target.Layout), delay);
    }

    private void Add(Population source, Population target, AddressFunction map, int delay)
    {
        var shared = projections.Find(p => p.RowsFrom is null && p.Map.RowCount == map.RowCount);
        var rows = shared is not null && random.Next(2) == 0 ? shared.Rows : Weights(map.RowCount);
        var isReal = source.Domain == SpikeDomain.Real;
        var reduction = random.Next(map is PoolMap ? 2 : 12) == 0 && map is not SiteMap ? Reduction.Max : Reduction.Sum;
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
            var axis = population.Sites is null ? random.Next(population.Layout.FrameworkShape.Length + 1) : 0;
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
