using FsCheck;
using FsCheck.Fluent;
using NeuroChip.HwModels;
using NeuroChip.Ir.Images;
using NeuroChip.Ir.Ncir;
using NeuroChip.Ir.Ncir.AddressFunctions;
using NeuroChip.Ir.Ncir.Sites;
using NeuroChip.Ir.Tensors;
using NeuroChip.Runtime;
using NeuroChip.Simulator.Engines;
using NeuroChip.TestKit;

namespace NeuroChip.Simulator.Tests;

/// <summary>Lookups of active sites against walking every tap of every event on a grid.</summary>
public sealed class SiteActivityTests
{
    private static readonly ManyCoreChip Chip = ChipModelReader.Load<ManyCoreChip>("spinnaker1");

    /// <summary>Three sites in a row and one far away, a 3x3x3 kernel: numbers one can count on one's fingers.</summary>
    [Fact]
    public void A_small_cloud_by_hand()
    {
        // A grid of 5 x 5 x 5; in the middle of a face 2 x 3 x 3 = 18 targets lie inside, in the middle 27, at a corner 8.
        var network = SiteNetworks.Build(new Random(1), [5, 5, 5], 60, [2, 2, 1, 2, 2, 2, 2, 2, 3, 0, 0, 0], steps: 1);
        var channels = network.Module.Populations[0].Layout.Channels;
        var inputs = network.Inputs.SetItem("features", Tensor.Of([1, 4, channels], Enumerable.Repeat(1f, 4 * channels).ToArray()));
        var activity = Run(Images.WithoutCores(network.Module), inputs).Activity;
        var stem = activity.Projections[0];
        Assert.Equal(4 * channels, stem.Events);
        Assert.Equal(new SiteLookups(channels * (2 + 3 + 2 + 1), channels * (27 + 27 + 27 + 8), channels * 89, 4, 89, 89, channels * 8 * channels, channels * 89 * channels), stem.Sites);
        // Fed in; a direct table of 125 entries is smaller than a hash table for 60 sites and is only written.
        Assert.Equal(new SiteTableActivity(1, 4, 4, 0, 0, 4), activity.Sites[0]);
        Assert.Equal(8L * channels * channels, stem.DenseOperations);
        Assert.Equal(8L * channels * channels, stem.DenseSlots);
    }

    /// <summary>Counts per projection, table and core are those of looking at each tap of each event, on random clouds, whatever the cores.</summary>
    [Fact]
    public void Counts_are_those_of_walking_every_tap() =>
        Prop.ForAll(Gen.Choose(0, int.MaxValue - 1).ToArbitrary(), seed => Check(seed, seed % 4 == 0)).QuickCheckThrowOnFailure();

    /// <summary>What spikes is the interpreter's, with cores and without, and the same with every engine; moving slices changes nothing but cores.</summary>
    [Fact]
    public void Slices_change_no_spike()
    {
        for (var seed = 1; seed <= 12; seed++)
        {
            var network = SiteNetworks.Random(seed);
            var expected = new ModuleInterpreter(network.Module).Run(network.Inputs, record: false);
            var unmapped = Run(Images.WithoutCores(network.Module), network.Inputs);
            for (var cut = 0; cut < 2; cut++)
            {
                var image = Images.OnCores(network.Module, Chip, Cut(network.Module, (100 * seed) + cut));
                foreach (var engine in new[] { SpikeEngines.Reference, SpikeEngines.Cpu })
                {
                    var result = Run(image, network.Inputs, engine);
                    foreach (var (name, output) in expected.Outputs) Assert.Equal(output.ToFloats(), result.Outputs[name].ToFloats());
                    Assert.Equal(unmapped.Activity.Projections.AsEnumerable(), result.Activity.Projections);
                    Assert.Equal(unmapped.Activity.Sites.AsEnumerable(), result.Activity.Sites);
                }
            }
        }
    }

    /// <summary>The random networks do look up, find and miss, collide and grow; else the property above would say little.</summary>
    [Fact]
    public void The_random_networks_do_everything()
    {
        var sum = default(SiteLookups);
        var (hash, direct, silent) = (0, 0, 0);
        for (var seed = 1; seed <= 40; seed++)
        {
            var network = SiteNetworks.Random(seed);
            Assert.Empty(Verifier.Verify(network.Module));
            var activity = Run(Images.WithoutCores(network.Module), network.Inputs).Activity;
            foreach (var p in activity.Projections) sum += p.Sites;
            if (activity.Projections.Index().Any(p => network.Module.Projections[p.Index].Map is SiteMap && p.Item.Events == 0)) silent++;
            foreach (var table in network.Module.Sites) (hash, direct) = table.Lookup == SiteLookup.Hash ? (hash + 1, direct) : (hash, direct + 1);
        }

        Assert.True(sum.Pairs > 1000 && sum.Probes > 3 * sum.Pairs && sum.Reads > sum.Probes && sum.SharedProbes < sum.Probes, $"{sum}");
        Assert.True(hash > 10 && direct > 10 && silent < 20, $"{hash} {direct} {silent}");
    }

    private static void Check(int seed, bool real)
    {
        var network = SiteNetworks.Random(seed, real);
        var module = network.Module;
        var image = Images.OnCores(module, Chip, Cut(module, seed));
        var result = Run(image, network.Inputs);
        var recorded = new ModuleInterpreter(module).Run(network.Inputs, record: true);
        var grids = new Grid[module.Sites.Length];
        foreach (var table in module.Sites)
        {
            grids[table.Id.Index] = table.Reach is null ? new(table, Keys(table, network.Inputs["coors"].Array<int>())) : Grid.Made(table, grids[table.Reach.From.Index]);
            var (grid, did) = (grids[table.Id.Index], result.Activity.Sites[table.Id.Index]);
            Assert.Equal(grid.Build with { Samples = 1, Sites = grid.Sites.Count, MostSites = grid.Sites.Count, Inserts = grid.Sites.Count }, did);
        }

        var cores = new (long Events, long Macs, long Offsets, long Probes, long VanillaEvents, long VanillaMacs)[image.Cores.Length];
        var synapses = new List<Synapse>();
        foreach (var (index, projection) in module.Projections.Index())
        {
            var size = module[projection.Source].Size;
            var emissions = recorded.Emissions[projection.Source.Index];
            var sum = default(SiteLookups);
            var sitesSeen = new HashSet<(int Step, int Site)>();
            var listeners = Enumerable.Range(0, cores.Length).Where(c => image.Cores[c].Slice.Population == projection.Target).ToArray();
            for (var i = 0; i < emissions.Length; i++)
            {
                if (emissions.At(i) == 0) continue;
                if (projection.Map is not SiteMap map)
                {
                    synapses.Clear();
                    projection.Map.Enumerate(i % size, synapses);
                    foreach (var (target, _) in synapses) Add(Holder(target), 1, 1);
                    continue;
                }

                foreach (var core in listeners) cores[core].Offsets += map is ScatterMap ? 1 : map.ProbesPerSite;
                var from = grids[map.From.Index];
                var (site, channel) = Math.DivRem(i % size, map.SourceChannels);
                var at = from.Place(from.Sites[site]);
                if (map is ScatterMap scatter)
                {
                    Add(Holder((at.Z * scatter.StrideZ) + (at.Y * scatter.StrideY) + (at.X * scatter.StrideX) + (channel * scatter.StrideC)), 1, 1);
                    continue;
                }

                var conv = (SiteConvMap)map;
                var to = grids[conv.To!.Value.Index];
                var first = sitesSeen.Add((i / size, site));
                if (first) sum += new SiteLookups(0, 0, 0, 1, 0, 0, 0, 0);
                foreach (var place in Walk(conv, at))
                {
                    var number = to.Number(place);
                    var reads = to.Reads(place);
                    sum += new SiteLookups(number >= 0 ? 1 : 0, 1, reads, 0, first ? 1 : 0, first ? reads : 0, number >= 0 ? conv.GroupOutputs : 0, conv.GroupOutputs);
                    var near = Math.Max(0, to.Sites.FindLastIndex(k => k <= place));
                    var touched = new HashSet<int>();
                    for (var oc = channel / conv.GroupInputs * conv.GroupOutputs; oc < ((channel / conv.GroupInputs) + 1) * conv.GroupOutputs; oc++)
                    {
                        var core = Holder((near * conv.OutChannels) + oc);
                        Add(core, number >= 0 ? 1 : 0, 1);
                        if (touched.Add(core)) cores[core].Probes++;
                    }
                }
            }

            Assert.Equal(sum, result.Activity.Projections[index].Sites);
            var vanilla = result.Vanilla!.Activity.Projections[index];
            var did = result.Activity.Projections[index];
            Assert.Equal(sum.VanillaOperations - sum.Operations, vanilla.SynapticEvents + vanilla.Macs - did.SynapticEvents - did.Macs);
            Assert.Equal(default, vanilla.Sites);

            int Holder(int target) => listeners.First(c => target >= image.Cores[c].Slice.First && target < image.Cores[c].Slice.First + image.Cores[c].Slice.Count);
            void Add(int core, int ssc, int vanillaToo)
            {
                if (projection.Kind == ProjectionKind.Analog) (cores[core].Macs, cores[core].VanillaMacs) = (cores[core].Macs + ssc, cores[core].VanillaMacs + vanillaToo);
                else (cores[core].Events, cores[core].VanillaEvents) = (cores[core].Events + ssc, cores[core].VanillaEvents + vanillaToo);
            }
        }

        Assert.Equal(cores.Select(c => (c.Events, c.Macs, c.Offsets, c.Probes)), result.Activity.Cores.Select(c => (c.SynapticEvents, c.Macs, c.SiteOffsets, c.SiteProbes)));
        Assert.Equal(cores.Select(c => (c.VanillaEvents, c.VanillaMacs, c.Offsets, 0L)), result.Vanilla!.Activity.Cores.Select(c => (c.SynapticEvents, c.Macs, c.SiteOffsets, c.SiteProbes)));
        foreach (var population in module.Populations)
        {
            var there = population.Sites is { } id ? grids[id.Index].Sites.Count * population.Layout.Channels : population.Size;
            Assert.Equal((long)there * module.Steps, result.Activity.Populations[population.Id.Index].NeuronSteps);
            var updates = Enumerable.Range(0, cores.Length).Where(c => image.Cores[c].Slice.Population == population.Id).Sum(c => result.Activity.Cores[c].NeuronUpdates);
            Assert.Equal(result.Activity.Populations[population.Id.Index].NeuronUpdates, updates);
        }
    }

    /// <summary>Targets of every tap inside the grid, found by trying every place there is along each axis.</summary>
    private static IEnumerable<long> Walk(SiteConvMap map, (int Z, int Y, int X) at)
    {
        var w = map.Window;
        var inverse = map is InverseConvMap;
        foreach (var z in Axis(w.Z, at.Z))
            foreach (var y in Axis(w.Y, at.Y))
                foreach (var x in Axis(w.X, at.X))
                    yield return inverse ? ((((long)z * w.Y.Input) + y) * w.X.Input) + x : ((((long)z * w.Y.Output) + y) * w.X.Output) + x;

        IEnumerable<int> Axis(Window axis, int here) =>
            from tap in Enumerable.Range(0, axis.Kernel)
            from there in Enumerable.Range(0, inverse ? axis.Input : axis.Output)
            let input = inverse ? there : here
            let output = inverse ? here : there
            where input == (output * axis.Stride) - axis.Pad + (tap * axis.Dilation)
            select there;
    }

    private static List<long> Keys(SiteTable table, int[] coordinates) =>
        [.. Enumerable.Range(0, coordinates.Length / 3).Select(r => ((((long)coordinates[3 * r] * table.Extent[1]) + coordinates[(3 * r) + 1]) * table.Extent[2]) + coordinates[(3 * r) + 2]).Order()];

    private static SampleResult Run(ChipImage image, IReadOnlyDictionary<string, Tensor> inputs, SpikeEngineEntry? engine = null)
    {
        using var chip = new SimulatedChip(engine);
        chip.Load(image);
        return chip.Run(new([.. inputs]), RunRecording.Outputs);
    }

    private static Seat[] Cut(Module module, int seed)
    {
        var random = new Random(seed);
        var seats = new List<Seat>();
        foreach (var population in module.Populations)
        {
            var cuts = Enumerable.Range(0, random.Next(4)).Select(_ => random.Next(0, population.Size)).Append(0).Append(population.Size).Distinct().Order().ToArray();
            foreach (var (first, end) in cuts.Zip(cuts.Skip(1)))
                seats.Add(new(population.Id.Index, first, end - first, seats.Count % 5, seats.Count / 5 % 4, 1 + (seats.Count / 20)));
        }

        return [.. seats];
    }

    /// <summary>Sites by number, and a hash table of their keys filled one by one.</summary>
    private sealed class Grid
    {
        private readonly SiteTable table;
        private readonly long[] slots = [];

        public Grid(SiteTable table, List<long> sites)
        {
            (this.table, Sites) = (table, sites);
            if (table.Lookup == SiteLookup.Direct) return;
            slots = new long[table.HashSlots];
            Array.Fill(slots, -1);
            foreach (var key in sites)
            {
                var slot = First(key);
                for (; slots[slot] >= 0; slot = (slot + 1) % slots.Length) Build = Build with { Reads = Build.Reads + 1 };
                slots[slot] = key;
                Build = Build with { Reads = Build.Reads + 1, Lookups = Build.Lookups + 1 };
            }
        }

        public List<long> Sites { get; }

        public SiteTableActivity Build { get; private set; }

        public static Grid Made(SiteTable table, Grid finer)
        {
            var w = table.Reach!.Window;
            List<long> candidates =
            [
                .. from key in finer.Sites
                   let at = finer.Place(key)
                   from z in Enumerable.Range(0, w.Z.Output) from y in Enumerable.Range(0, w.Y.Output) from x in Enumerable.Range(0, w.X.Output)
                   where Sees(w.Z, at.Z, z) && Sees(w.Y, at.Y, y) && Sees(w.X, at.X, x)
                   select ((((long)z * w.Y.Output) + y) * w.X.Output) + x,
            ];
            var grid = new Grid(table, [.. candidates.Distinct().Order()]);
            grid.Build = new(0, 0, 0, candidates.Count, candidates.Sum(grid.Reads), 0);
            return grid;
        }

        public int Number(long key) => Sites.IndexOf(key);

        public (int Z, int Y, int X) Place(long key) => ((int)(key / table.Extent[2] / table.Extent[1]), (int)(key / table.Extent[2] % table.Extent[1]), (int)(key % table.Extent[2]));

        public long Reads(long key)
        {
            if (table.Lookup == SiteLookup.Direct) return 1;
            var reads = 1;
            for (var slot = First(key); slots[slot] >= 0 && slots[slot] != key; slot = (slot + 1) % slots.Length) reads++;
            return reads;
        }

        private int First(long key) => (int)(unchecked((ulong)key * 0x9E3779B97F4A7C15UL) / (ulong.MaxValue / (ulong)slots.Length + 1));

        private static bool Sees(Window axis, int input, int output) => Enumerable.Range(0, axis.Kernel).Any(tap => input == (output * axis.Stride) - axis.Pad + (tap * axis.Dilation));
    }
}
