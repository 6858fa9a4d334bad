using System.Collections.Immutable;
using NeuroChip.Compiler.Emit;
using NeuroChip.Compiler.Mapping;
using NeuroChip.Compiler.Passes;
using NeuroChip.Compiler.Tests.Mapping;
using NeuroChip.HwModels;
using NeuroChip.Ir.Images;
using NeuroChip.Ir.Ncir;
using NeuroChip.Ir.Neurons;
using NeuroChip.Ir.Tensors;
using NeuroChip.Runtime;
using NeuroChip.Simulator;

namespace NeuroChip.Compiler.Tests.Targets;

/// <summary>Rows that are payloads on the cores of a many-core chip.</summary>
public sealed class OrdinaryAttentionTests
{
    private static readonly MapOptions Ordinary = new() { OrdinaryAttention = true };

    // One core holds few neurons, so that every population is cut and most pairs of slices talk.
    private static readonly ManyCoreChip Small = Networks.Board with { Core = Networks.Board.Core with { Neurons = Networks.Board.Core.Neurons.With(7) } };

    [Theory]
    [InlineData("annealing")]
    [InlineData("hilbert")]
    public void TheChipComputesWhatTheModuleMeans(string placer)
    {
        foreach (var arithmetic in new[] { Arithmetic.Float32, new(ArithmeticKind.Integer, 8, 16) })
        {
            var module = AttentionNetwork.Build(arithmetic: arithmetic).Build();
            var image = ImageEmitter.Emit(module, MappingPipeline.Map(module, Small, Ordinary with { Placer = placer }), Small);
            var inputs = Inputs(module);
            var expected = new ModuleInterpreter(module).Run(inputs, record: true);
            using var device = new SimulatedChip();
            device.Load(image);
            var result = device.Run(new(inputs), RunRecording.Parse("all", image));
            Assert.True(expected.Outputs["out"].Bytes.SequenceEqual(result.Outputs["out"].Bytes));
            Assert.NotEqual(0, Nonzero(expected.Emissions[4]));
            CountsAreThoseOfProbing(module, image, expected, result.Activity);
        }
    }

    [Fact]
    public void ACoreThatNeedsRowsGetsTheirPackets()
    {
        var module = AttentionNetwork.Build().Build();
        var mapping = MappingPipeline.Map(module, Small, Ordinary);
        var partition = new Partition(mapping.Slices, module.Populations.Length);
        var traffic = TrafficGraph.Build(module, partition, 1);
        // V sends no events to anybody but is the rows of K^T V: its slices talk to those that hold a product of theirs.
        var v = module.Populations.Single(p => p.Name == "v").Id;
        var products = module.Populations.Single(p => p.Name == "kv").Id;
        for (var s = partition.FirstOf(v); s < partition.FirstOf(v) + partition.CountOf(v); s++)
        {
            var needed = new SortedSet<int>();
            foreach (var p in module.Projections.Where(p => p.RowsFrom == v))
                for (var a = 0; a < p.Map.SourceSize; a++)
                {
                    var synapses = new List<Synapse>();
                    p.Map.Enumerate(a, synapses);
                    foreach (var (target, row) in synapses)
                        if (row >= mapping.Slices[s].First && row <= mapping.Slices[s].Last) needed.Add(partition.IndexOf(p.Target, target));
                }
            Assert.Equal(needed, traffic.TargetsOf(s).ToArray());
            Assert.All(needed, n => Assert.Equal(products, mapping.Slices[n].Population));
        }
    }

    [Fact]
    public void NoEntryOfATableCanBeMissing()
    {
        var module = AttentionNetwork.Build().Build();
        var good = MappingPipeline.Map(module, Small, Ordinary);
        Assert.Empty(MappingChecker.Check(module, Small, good));
        for (var t = 0; t < good.Tables.Length; t++)
            for (var e = 0; e < good.Tables[t].Entries.Length; e++)
                Assert.NotEmpty(MappingChecker.Check(module, Small, good with { Tables = good.Tables.SetItem(t, good.Tables[t] with { Entries = good.Tables[t].Entries.RemoveAt(e) }) }));
    }

    [Fact]
    public void WaitingEventsAndRowsTakeMemory()
    {
        var module = AttentionNetwork.Build(tokens: 64, heads: 2, width: 16).Build();
        var mapping = MappingPipeline.Map(module, Networks.Board, Ordinary);
        var products = module.Populations.Single(p => p.Name == "kv").Id;
        var first = mapping.Slices.First(s => s.Population == products);
        var use = first.Memory.Single(m => m.Purpose == "payload rows");
        Assert.Equal("DTCM", use.Memory);
        // Spikes of K and of V, a bit each: 64 tokens x 32 channels at most, two slots each for a delay of a tick.
        Assert.InRange(use.Bytes, 2 * 2 * 64 * 16 / 8, 2 * 2 * 64 * 32 / 8);
        var without = mapping with { Slices = [.. mapping.Slices.Select(s => s with { Memory = [.. s.Memory.Where(m => m.Purpose != "payload rows")] })] };
        Assert.Contains(MappingChecker.Check(module, Networks.Board, without), f => f.Message.Contains("payload rows"));
        Assert.DoesNotContain(first.Memory, m => m.Purpose == "synaptic rows");
    }

    [Fact]
    public void RowsThatWaitLongAreRelayedLikeEvents()
    {
        var n = new Networks("late rows");
        var x = n.Input("x", 1, 8);
        var rows = n.Dense("rows", x, 8);
        var at = x;
        for (var k = 0; k < 20; k++) at = n.Dense($"fc{k}", at, 8);
        var mask = n.Neurons("mask", 1, 8);
        n.Product(at, rows, mask, new(8, 8, 8, 0, 0, 0, [new(8, 1, 1, 1)]));
        var balanced = n.Build();
        var relayed = RelayDelays.Run(balanced, 15);
        Assert.Empty(Verifier.Verify(relayed));
        var product = relayed.Projections.Single(p => p.RowsFrom is not null);
        Assert.NotEqual(rows, product.RowsFrom);
        Assert.All(relayed.Projections, p => Assert.InRange(PhysicalDelay.Of(relayed, p), 1, 15));
        Assert.InRange(relayed[product.Target].Stage - relayed[product.RowsFrom!.Value].Stage, 1, 15);
        var inputs = Inputs(balanced);
        Assert.True(new ModuleInterpreter(balanced).Run(inputs).Outputs["out"].Bytes.SequenceEqual(new ModuleInterpreter(relayed).Run(inputs).Outputs["out"].Bytes));
    }

    /// <summary>Every synapse of an event counts on the core of its target, whether its row is there or not; and rows travel as packets.</summary>
    private static void CountsAreThoseOfProbing(Module module, ChipImage image, ModuleRun run, Activity activity)
    {
        var events = new long[image.Cores.Length];
        var synapses = new List<Synapse>();
        foreach (var p in module.Projections)
        {
            var size = module[p.Source].Size;
            for (var i = 0; i < run.Emissions[p.Source.Index].Length; i++)
            {
                if (run.Emissions[p.Source.Index].At(i) == 0) continue;
                synapses.Clear();
                p.Map.Enumerate(i % size, synapses);
                foreach (var s in synapses)
                    for (var c = 0; c < events.Length; c++)
                        if (image.Cores[c].Slice is var slice && slice.Population == p.Target && s.Target >= slice.First && s.Target < slice.First + slice.Count) events[c]++;
            }
        }
        Assert.Equal(events, activity.Cores.Select(c => c.SynapticEvents + c.Macs));
        var v = module.Populations.Single(p => p.Name == "v").Id;
        Assert.Equal(Nonzero(run.Emissions[v.Index]), activity.Populations[v.Index].Packets);
    }

    private static long Nonzero(Tensor tensor) => Enumerable.Range(0, tensor.Length).Count(i => tensor.At(i) != 0);

    private static ImmutableDictionary<string, Tensor> Inputs(Module module)
    {
        var random = new Random(3);
        return module.Populations.Where(p => p.Neuron is SourceNeuron).ToImmutableDictionary(
            p => p.Name, p => Tensor.Of(p.Layout.FrameworkShape, Enumerable.Range(0, p.Size).Select(_ => random.Next(3) > 0 ? 1f : 0f).ToArray()));
    }
}
