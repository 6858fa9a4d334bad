using System.Collections.Immutable;
using FsCheck;
using FsCheck.Fluent;
using NeuroChip.HwModels;
using NeuroChip.HwModels.Tiles;
using NeuroChip.Ir.Images;
using NeuroChip.Ir.Ncir;
using NeuroChip.Ir.Tensors;
using NeuroChip.Runtime;
using NeuroChip.Simulator.Engines;
using NeuroChip.Simulator.Tests.Engines;
using NeuroChip.Simulator.Timing;
using NeuroChip.Simulator.Timing.Events;
using NeuroChip.TestKit;

namespace NeuroChip.Simulator.Tests;

/// <summary>Samples side by side, counted where they are computed, against one after the other with every event seen: the results are the same to the last number.</summary>
public sealed class BatchTests
{
    private static readonly ManyCoreChip Cores = ChipModelReader.Load<ManyCoreChip>("spinnaker1");
    private static readonly TileChip Tiles = TileChipThatDoesEverything();

    /// <summary>Every network of the tests, in floats and in integers.</summary>
    public static TheoryData<string, string> Cases
    {
        get
        {
            var cases = new TheoryData<string, string>();
            foreach (var network in Networks.All.Keys)
                foreach (var arithmetic in new[] { "float32", "int8" }) cases.Add(network, arithmetic);
            return cases;
        }
    }

    /// <summary>On cores, on tiles and on neither.</summary>
    [Theory]
    [MemberData(nameof(Cases))]
    public void Batches_give_what_single_samples_give(string network, string arithmetic)
    {
        var test = Oracle.Of(network, arithmetic, 1).Test;
        foreach (var image in OnEverything(LastRead(test.Module))) AssertSame(image, [.. Samples(test.Inputs)]);
    }

    /// <summary>The same over active sites, whose tables are other ones in every sample.</summary>
    [Fact]
    public void Batches_give_what_single_samples_give_over_sites()
    {
        for (var seed = 1; seed <= 8; seed++)
        {
            var network = SiteNetworks.Random(seed);
            SampleInput[] samples = [new(network.Inputs), .. FewerSites(network.Inputs), .. Samples(network.Inputs.Remove("coors")).Select(s => new SampleInput(s.Arrays.Add("coors", network.Inputs["coors"])))];
            foreach (var image in OnEverything(LastRead(network.Module))) AssertSame(image, samples);
        }
    }

    /// <summary>The same for random modules over everything ncir has, cut at random.</summary>
    [Fact]
    public void Batches_give_what_single_samples_give_on_generated_modules() =>
        Prop.ForAll(ModuleGenerator.Modules(), CheckGenerated).Check(Config.QuickThrowOnFailure.WithMaxTest(80));

    /// <summary>Modules that once failed: sites that are scattered and never looked up, on cores.</summary>
    [Theory]
    [InlineData(273214534)]
    public void Batches_give_what_single_samples_give_on_a_module_that_failed(int seed) => CheckGenerated(ModuleGenerator.Generate(seed));

    /// <summary>Event timing asks for every event of every core.</summary>
    [Theory]
    [InlineData("csr")]
    [InlineData("delays")]
    [InlineData("shortcut")]
    public void Event_timing_gets_its_events(string network)
    {
        var test = Oracle.Of(network, "int8", 1).Test;
        var requests = AssertSame(Images.OnCores(test.Module, Cores, Cut(test.Module)), [.. Samples(test.Inputs)], new EventTiming());
        Assert.All(requests, r => Assert.Empty(r.Tallies.Populations));
    }

    /// <summary>Products with rows of a later step than their events': both are brought back.</summary>
    [Theory]
    [InlineData("attention mask")]
    [InlineData("attention queries first")]
    public void Delayed_products_are_seen(string network)
    {
        var test = Oracle.Of(network, "int8", 1).Test;
        var module = test.Module with { Projections = [.. test.Module.Projections.Select((p, i) => p with { Delay = i % 2 })], Readouts = [] };
        var late = module.Projections[1];
        foreach (var image in OnEverything(module))
        {
            var requests = AssertSame(image, [.. Samples(test.Inputs)]);
            Assert.Equal(new[] { late.Source, late.RowsFrom!.Value }.OrderBy(p => p.Index).Select(Signal.Emission), requests[0].Kept);
        }
    }

    /// <summary>What counters tell is not brought back.</summary>
    [Fact]
    public void Only_what_is_read_number_by_number_is_kept()
    {
        var test = Oracle.Of("deep", "int8", 1).Test;
        var module = LastRead(test.Module);
        foreach (var image in OnEverything(module))
        {
            var requests = AssertSame(image, [.. Samples(test.Inputs)]);
            Assert.Equal(module.Readouts[0].Signals[0], Assert.Single(requests[0].Kept));
            Assert.Equal(module.Populations.Skip(1).Select(p => Signal.Emission(p.Id)), requests[1].Kept); // All but the input, which emits real numbers.
        }

        var sites = SiteNetworks.Random(1).Module;
        var kept = AssertSame(Images.WithoutCores(sites), [new(SiteNetworks.Random(1).Inputs)])[0].Kept.Select(s => sites[s.Population].Name).Order();
        Assert.Equal(["deep", "dense", "down", "linear", "stem", "x"], kept); // Not 'up', which leads to an ordinary map.
    }

    /// <summary>Plans are well formed, and no larger than what they are made of.</summary>
    [Fact]
    public void Plans_are_tidy()
    {
        foreach (var name in Networks.All.Keys)
        {
            var module = Oracle.Of(name, "int8", 1).Test.Module;
            foreach (var image in OnEverything(module))
            {
                var plan = new Observers.ActivityObserver(image, image.Cores.IsEmpty ? null : Cores).LeaveToEngine().Plan;
                Assert.Equal(image.Populations.Select(p => p.Id).ToHashSet(), plan.Populations.Select(t => t.Population).ToHashSet());
                var used = new HashSet<int>(plan.Pairs.SelectMany(p => new[] { p.Probes, p.Additions }));
                foreach (var tally in plan.Populations)
                {
                    var size = image.Populations[tally.Population.Index].Size;
                    Assert.Equal(((size - 1) / tally.Grain) + 2, tally.Offsets.Length);
                    Assert.Equal((0, tally.Entries.Length), (tally.Offsets[0], tally.Offsets[^1]));
                    for (var grain = 0; grain + 1 < tally.Offsets.Length; grain++)
                    {
                        var entries = tally.Entries[tally.Offsets[grain]..tally.Offsets[grain + 1]];
                        Assert.Equal(entries.Length, entries.Select(e => (e.Counter, e.ByDigits)).Distinct().Count());
                        Assert.All(entries, e => Assert.True(e.Weight > 0 && (uint)e.Counter < plan.Counters));
                        used.UnionWith(entries.Select(e => e.Counter));
                    }
                }
            }
        }

        // A convolution without zeros on one core has one row per pixel at most; with zeros here and there a number per address beside it.
        var wide = Oracle.Of("conv 3x3 wide", "float32", 1).Test.Module;
        var tables = Plan(wide).Populations.Where(t => t.Population.Index == 0).ToArray();
        Assert.Equal([64], tables.Select(t => t.Grain));
        Assert.Equal(25 * 3, tables[0].Entries.Length);
        var random = new Random(3);
        var pruned = wide with { Projections = [wide.Projections[0] with { Rows = Tensor.Vector(wide.Projections[0].Rows.ToFloats().Select(w => random.Next(20) == 0 ? 0 : w).ToArray()) }] };
        tables = [.. Plan(pruned).Populations.Where(t => t.Population.Index == 0)];
        Assert.Equal([64, 1], tables.Select(t => t.Grain));
        Assert.Equal([25 * 2, 1600], tables.Select(t => t.Entries.Length));

        static TallyPlan Plan(Module module) => new Observers.ActivityObserver(
            Images.OnCores(module, Cores, [.. module.Populations.Select((p, i) => new Seat(i, 0, p.Size, i, 0, 1))]), Cores).LeaveToEngine().Plan;
    }

    /// <summary>Every entry and every pair of a plan matters: with any of them changed, some count differs.</summary>
    [Theory]
    [InlineData("conv grouped")]
    [InlineData("shortcut")]
    [InlineData("delays")]
    [InlineData("attention mask")]
    public void A_wrong_plan_is_noticed(string network)
    {
        var test = Oracle.Of(network, "int8", 1).Test;
        var image = Images.OnCores(test.Module, Cores, Cut(test.Module));
        SampleInput[] samples = [new(test.Inputs)];
        var right = Results(image, OneByOneBatch.Entry(), samples, 1, RunRecording.Outputs);
        foreach (var kind in Enumerable.Range(0, 4))
        {
            var wrong = Results(image, OneByOneBatch.Entry(change: r => r with { Tallies = Break(r.Tallies, kind) }), samples, 1, RunRecording.Outputs);
            if (kind < 3 || network == "attention mask") Assert.NotEqual(right, wrong);
        }

        static TallyPlan Break(TallyPlan plan, int kind) => kind switch
        {
            0 => plan with { Populations = [.. plan.Populations.Select(t => t with { Entries = [.. t.Entries.Select(e => e with { Weight = e.Weight + 1 })] })] },
            1 => plan with { Populations = [.. plan.Populations.Select(t => t with { Entries = [.. t.Entries.Select(e => e with { Counter = (e.Counter + 1) % plan.Counters })] })] },
            2 => plan with { Populations = plan.Populations.RemoveAt(0) },
            _ => plan with { Pairs = [.. plan.Pairs.Select(p => p with { Probes = p.Additions, Additions = p.Probes })] },
        };
    }

    /// <summary>A session gives the device as many samples as it likes, the last ones may be fewer; the device divides what its engine cannot do at once.</summary>
    [Fact]
    public void Sessions_run_in_batches()
    {
        var test = Oracle.Of("delays", "int8", 1).Test;
        var image = Images.OnCores(test.Module, Cores, Cut(test.Module));
        SampleInput[] samples = [new(test.Inputs), .. Samples(test.Inputs).Take(4)];
        var recording = RunRecording.All with { CoreTicks = true };
        var expected = new ChipSession(new SimulatedChip(), image).Run(samples, recording);
        foreach (var (most, sizes) in ((int, int[])[])[(int.MaxValue, [2, 2, 1]), (1, [1, 1, 1, 1, 1])])
        {
            var (batches, progress) = (new List<int>(), new List<int>());
            using var chip = new SimulatedChip(OneByOneBatch.Entry(most, batches: batches), samplesAtOnce: 2);
            Assert.Equal(2, chip.SamplesAtOnce);
            var result = new ChipSession(chip, image).Run(samples, recording, new Heard(progress));
            Assert.Equal(sizes, batches);
            Assert.Equal([2, 4, 5], progress);
            Assert.Equal(expected.Samples.Select(ResultText.Of), result.Samples.Select(ResultText.Of));
            Assert.Equal([true, false, false, false, false], result.Samples.Select(s => !s.Activity.PerTick.IsEmpty));
            Assert.Equal(expected.Activity.Cores.AsEnumerable(), result.Activity.Cores);
        }
    }

    /// <summary>An ordinary engine takes one sample at a time, whatever is asked for.</summary>
    [Fact]
    public void Ordinary_engines_take_one_sample_at_a_time()
    {
        var test = Oracle.Of("dense small", "float32", 1).Test;
        var progress = new List<int>();
        using var chip = new SimulatedChip(samplesAtOnce: 7);
        Assert.Equal(1, chip.SamplesAtOnce);
        new ChipSession(chip, Images.WithoutCores(test.Module)).Run([.. Samples(test.Inputs).Take(3)], RunRecording.Outputs, new Heard(progress));
        Assert.Equal([1, 2, 3], progress);
        Assert.Throws<ArgumentOutOfRangeException>(() => new SimulatedChip(samplesAtOnce: 0));
    }

    /// <summary>An engine keeps what it was made to keep; it is made again only for a recording that reads something else, or another image.</summary>
    [Fact]
    public void Engines_are_made_for_what_is_recorded()
    {
        var test = Oracle.Of("recurrent", "float32", 1).Test;
        var module = test.Module with { Readouts = [] };
        var requests = new List<BatchRequest>();
        using var chip = new SimulatedChip(OneByOneBatch.Entry(requests: requests));
        chip.Load(Images.WithoutCores(module));
        foreach (var recording in new[] { RunRecording.Outputs, RunRecording.Outputs with { CoreTicks = true }, RunRecording.Of("layer"), RunRecording.Of("layer"), RunRecording.All }) chip.Run(new(test.Inputs), recording);
        Assert.Equal([0, 1, 2], requests.Select(r => r.Kept.Length));
        chip.Load(Images.WithoutCores(module));
        chip.Run(new(test.Inputs), RunRecording.All);
        Assert.Equal(4, requests.Count);
    }

    private static void CheckGenerated(Module module)
    {
        SampleInput[] samples = [.. Enumerable.Range(1, 4).Select(seed => new SampleInput([.. ModuleGenerator.Inputs(module, seed)]))];
        AssertSame(Images.WithoutCores(module), samples);
        AssertSame(Images.OnCores(module, Cores, Cut(module)), samples);
    }

    private static List<BatchRequest> AssertSame(ChipImage image, SampleInput[] samples, ITimingModel? timing = null)
    {
        var requests = new List<BatchRequest>();
        foreach (var recording in new[] { RunRecording.Outputs, RunRecording.All with { CoreTicks = true } })
        {
            var single = Results(image, SpikeEngines.Cpu, samples, 1, recording, timing);
            Assert.Equal(single, Results(image, OneByOneBatch.Entry(requests: requests), samples, 3, recording, timing));
        }

        return requests;
    }

    internal static string[] Results(ChipImage image, SpikeEngineEntry engine, SampleInput[] samples, int atOnce, RunRecording recording, ITimingModel? timing = null)
    {
        using var chip = new SimulatedChip(engine, timing, samplesAtOnce: atOnce);
        return [.. new ChipSession(chip, image).Run(samples, recording).Samples.Select(ResultText.Of)];
    }

    /// <summary>With one readout only, so that hardly anything is brought back for being read.</summary>
    private static Module LastRead(Module module) => module with { Readouts = [module.Readouts[^1]] };

    internal static IEnumerable<ChipImage> OnEverything(Module module) =>
    [
        Images.WithoutCores(module),
        Images.OnCores(module, Cores, Cut(module)),
        Images.OnTiles(module, Tiles, [.. module.Populations.Where(p => p.Neuron is not Ir.Neurons.SourceNeuron).Select(p => new TileSeat(p.Id.Index, 2, 0))]),
    ];

    /// <summary>Four samples with the same numbers at other places.</summary>
    internal static IEnumerable<SampleInput> Samples(ImmutableDictionary<string, Tensor> inputs) => Enumerable.Range(1, 4).Select(seed =>
    {
        var random = new Random(seed);
        return new SampleInput(inputs.OrderBy(i => i.Key, StringComparer.Ordinal).ToImmutableDictionary(i => i.Key, i =>
        {
            float[] values = [.. i.Value.Span<float>()];
            random.Shuffle(values);
            return Tensor.Of(i.Value.Shape, values);
        }));
    });

    /// <summary>The sample without the last of its sites, if it has more than one.</summary>
    private static IEnumerable<SampleInput> FewerSites(ImmutableDictionary<string, Tensor> inputs)
    {
        var (coordinates, features) = (inputs["coors"], inputs["features"]);
        var (sites, steps, channels) = (coordinates.Shape[0], features.Shape[0], features.Shape[2]);
        if (sites == 1) yield break;
        float[] fewer = [.. Enumerable.Range(0, steps).SelectMany(t => features.Span<float>().Slice(t * sites * channels, (sites - 1) * channels).ToArray())];
        yield return new(inputs.SetItem("coors", Tensor.Of([sites - 1, 3], coordinates.Span<int>()[..(3 * (sites - 1))].ToArray())).SetItem("features", Tensor.Of([steps, sites - 1, channels], fewer)));
    }

    /// <summary>Each population in one to four pieces of any size, on cores in a row.</summary>
    private static Seat[] Cut(Module module)
    {
        var random = new Random(7);
        var seats = new List<Seat>();
        foreach (var population in module.Populations)
        {
            var cuts = Enumerable.Range(0, random.Next(4)).Select(_ => random.Next(0, population.Size)).Append(0).Append(population.Size).Distinct().Order().ToArray();
            foreach (var (first, end) in cuts.Zip(cuts.Skip(1))) seats.Add(new(population.Id.Index, first, end - first, seats.Count % 5, seats.Count / 5 % 4, 1 + (seats.Count / 20)));
        }

        return [.. seats];
    }

    private static TileChip TileChipThatDoesEverything()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "NeuroChip.sln"))) folder = Path.GetDirectoryName(folder)!;
        var chip = ChipModelReader.Load<TileChip>(Path.Combine(folder, "tests", "golden", "chips", "tiny-tiles.yaml"));
        var linear = chip.Tiles["linear"] with { Does = TileWork.Analog | TileWork.Sparse | TileWork.Attention, MacLanes = chip.Tiles["encoder"].MacLanes, ProbeLanes = chip.Tiles["attention"].ProbeLanes };
        return chip with { Tiles = chip.Tiles.SetItem("linear", linear) };
    }

    private sealed class Heard(List<int> values) : IProgress<int>
    {
        public void Report(int value) => values.Add(value);
    }
}
