using System.Collections.Immutable;
using NeuroChip.Ir.Ncir;
using NeuroChip.Ir.Ncir.AddressFunctions;
using NeuroChip.Ir.Ncir.Sites;
using NeuroChip.Ir.Neurons;
using NeuroChip.Ir.Tensors;

namespace NeuroChip.TestKit;

/// <summary>A network over active sites and a cloud for it.</summary>
/// <param name="Module">The network.</param>
/// <param name="Inputs">Coordinates and features of one sample.</param>
public sealed record SiteNetwork(Module Module, ImmutableDictionary<string, Tensor> Inputs);

/// <summary>
/// Random networks over random clouds with every address function over sites: submanifold, strided, again submanifold, inverse with the shortcut of the finer sites, a linear
/// layer at each site, and a scatter into a dense tensor.
/// </summary>
public static class SiteNetworks
{
    /// <summary>The network and cloud of a seed; all integers, so that sums have no order.</summary>
    /// <param name="seed">Seed.</param>
    /// <param name="real">Whether the features are real values, which the first layer multiplies.</param>
    public static SiteNetwork Random(int seed, bool real = false)
    {
        var random = new Random(seed);
        int[] extent = [random.Next(1, 20), random.Next(3, 20), random.Next(3, 20)];
        var volume = extent[0] * extent[1] * extent[2];
        var count = random.Next(1, Math.Min(40, volume) + 1);
        var capacity = count + random.Next(0, 10);
        var keys = Enumerable.Range(0, volume).OrderBy(_ => random.Next()).Take(count).ToArray();
        int[] coordinates = [.. keys.SelectMany(k => new[] { k / extent[2] / extent[1], k / extent[2] % extent[1], k % extent[2] })];
        return Build(random, extent, capacity, coordinates, random.Next(2) == 0 ? 2 : 3, steps: random.Next(1, 4), real);
    }

    /// <summary>A network over given sites.</summary>
    /// <param name="random">Weights, channels and spikes.</param>
    /// <param name="extent">Grid.</param>
    /// <param name="capacity">Sites there is room for.</param>
    /// <param name="coordinates">Sites of the sample.</param>
    /// <param name="kernel">Kernel of the strided convolution: 2 or 3.</param>
    /// <param name="steps">Steps.</param>
    /// <param name="real">Whether the features are real values.</param>
    public static SiteNetwork Build(Random random, int[] extent, int capacity, int[] coordinates, int kernel = 2, int steps = 2, bool real = false)
    {
        var (c, groups) = (2 * random.Next(1, 3), random.Next(1, 3));
        Window Same(int e) => new(e, e, 3, 1, 1);
        Window Strided(int e) => new(e, ((e + (2 * (kernel / 2)) - kernel) / 2) + 1, kernel, 2, kernel / 2);
        SiteWindow Of(int[] e, Func<int, Window> axis) => new(axis(e[0]), axis(e[1]), axis(e[2]));
        var down = Of(extent, Strided);
        int[] coarse = [.. down.Outputs];
        SiteTable fine = new(new(0), "fine", [.. extent], capacity, "coors");
        SiteTable low = new(new(1), "coarse", [.. coarse], Math.Min(capacity * down.OutputsBound, coarse[0] * coarse[1] * coarse[2]), "", new(fine.Id, down));
        var builder = new Builder(random);
        var x = builder.Add("x", fine, c, new SourceNeuron("features", false), real ? SpikeDomain.Real : SpikeDomain.Binary);
        var stem = builder.Lif("stem", fine, c);
        builder.Project(x, stem, new SubmanifoldMap(fine.Id, capacity, Of(extent, Same), c, c, 1, capacity * 3));
        var strided = builder.Lif("down", low, 2 * c);
        builder.Project(stem, strided, new SparseConvMap(fine.Id, low.Id, capacity, low.Capacity, down, c, 2 * c, groups, capacity));
        var deep = builder.Lif("deep", low, c);
        builder.Project(strided, deep, new SubmanifoldMap(low.Id, low.Capacity, Of(coarse, Same), 2 * c, c, 1, low.Capacity * 3));
        var up = builder.Lif("up", fine, c);
        builder.Project(deep, up, new InverseConvMap(low.Id, fine.Id, low.Capacity, capacity, down, c, c, 1, capacity));
        builder.Project(stem, up, new IdentityMap(capacity * c, 1));
        var linear = builder.Lif("linear", fine, 3);
        // Every site by itself: site, input channel, output channel.
        builder.Project(up, linear, new StridedMap(capacity * c, capacity * 3, c * 3, 0, 0, 0, [new(capacity, c, 3, 0), new(c, 1, 0, 3), new(3, 0, 1, 1)]));
        var dense = builder.Add("dense", null, extent[0] * extent[1] * extent[2] * 3, new RelayNeuron(new(FixedPoint.One)), SpikeDomain.Count);
        builder.Project(linear, dense, new ScatterMap(fine.Id, capacity, 3, extent[0] * extent[1] * extent[2] * 3, extent[1] * extent[2] * 3, extent[2] * 3, 3, 1));

        var rows = coordinates.Length / 3;
        var features = Enumerable.Range(0, steps * rows * c).Select(_ => real ? random.Next(-3, 4) : random.NextDouble() < 0.4 ? 1f : 0f).ToArray();
        return new(
            new("sites", new(ArithmeticKind.Integer, 8, 24), steps, 1, builder.Populations, builder.Projections, [builder.Readout(deep, steps), builder.Readout(dense, steps)]) { Sites = [fine, low] },
            ImmutableDictionary<string, Tensor>.Empty.Add("coors", Tensor.Of([rows, 3], coordinates)).Add("features", Tensor.Of([steps, rows, c], features)));
    }

    private sealed class Builder(Random random)
    {
        private readonly List<Population> populations = [];
        private readonly List<Projection> projections = [];

        public ImmutableArray<Population> Populations => [.. populations];

        public ImmutableArray<Projection> Projections => [.. projections];

        public PopulationId Lif(string name, SiteTable table, int channels) => Add(
            name, table, channels,
            new LifNeuron("LIF", new(FixedPoint.One / 2), Parameter.Zero, Parameter.Zero, Parameter.Zero, new(FixedPoint.One), new(12), false, Parameter.Zero), SpikeDomain.Binary);

        public PopulationId Add(string name, SiteTable? table, int channels, Neuron neuron, SpikeDomain domain)
        {
            var id = new PopulationId(populations.Count);
            populations.Add(new(id, name, new(table is null ? [1, channels] : [table.Capacity, channels], false), neuron, domain, neuron is SourceNeuron ? [] : [null], 0) { Sites = table?.Id });
            return id;
        }

        public void Project(PopulationId source, PopulationId target, AddressFunction map)
        {
            var weights = Tensor.Vector(Enumerable.Range(0, map.RowCount).Select(_ => (sbyte)random.Next(-4, 12)).ToArray());
            if (map is ScatterMap or IdentityMap) weights = Tensor.Vector<sbyte>(map is ScatterMap ? (sbyte)1 : (sbyte)9);
            projections.Add(new($"p{projections.Count}", source, target, 0, map, weights, 0, Projection.KindOf(populations[source.Index].Domain, null)));
        }

        public Readout Readout(PopulationId of, int steps) => new(
            $"out:{populations[of.Index].Name}", [Signal.Emission(of)], [null], ElementwiseProgram.PassThrough, TimeReduction.Each, 0, [steps, .. populations[of.Index].Layout.FrameworkShape]);
    }
}
