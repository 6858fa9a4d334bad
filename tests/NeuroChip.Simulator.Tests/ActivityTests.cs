using NeuroChip.HwModels;
using NeuroChip.Ir.Images;
using NeuroChip.Ir.Ncir;
using NeuroChip.Runtime;
using NeuroChip.Simulator.Engines;

namespace NeuroChip.Simulator.Tests;

/// <summary>Counts against a walk over every synapse of every event.</summary>
public sealed class ActivityTests
{
    private static readonly ManyCoreChip Chip = ChipModelReader.Load<ManyCoreChip>("spinnaker1");

    /// <summary>Every network of the tests.</summary>
    public static TheoryData<string> Names => [.. Networks.All.Keys];

    /// <summary>Per core and per projection, the counts are those of enumerating each event's synapses.</summary>
    [Theory]
    [MemberData(nameof(Names))]
    public void Counts_are_those_of_enumeration(string network)
    {
        foreach (var arithmetic in new[] { "float32", "int8" })
        {
            var (test, run) = Oracle.Of(network, arithmetic, 1);
            AssertCounts(test, run);
        }
    }

    /// <summary>Events of a product with a delay meet the rows of the step in which they arrive.</summary>
    [Theory]
    [InlineData("attention mask", 1)]
    [InlineData("attention queries first", 2)]
    public void Delayed_events_meet_the_rows_of_their_arrival(string network, int delay)
    {
        var test = Oracle.Of(network, "int8", 1).Test;
        var module = test.Module with { Projections = [.. test.Module.Projections.Select(p => p.RowsFrom is null ? p : p with { Delay = delay })] };
        var late = new TestCase(module, test.Inputs);
        AssertCounts(late, new ModuleInterpreter(module).Run(test.Inputs, record: true));
    }

    private static void AssertCounts(TestCase test, ModuleRun run)
    {
        var module = test.Module;
        var image = Images.OnCores(module, Chip, CutAtRandom(module));
        using var chip = new SimulatedChip();
        chip.Load(image);
        var activity = chip.Run(new(test.Inputs), RunRecording.Outputs).Activity;

        var perCore = new (long Events, long Macs)[image.Cores.Length];
        var synapses = new List<Synapse>();
        for (var p = 0; p < module.Projections.Length; p++)
        {
            var projection = module.Projections[p];
            var source = module[projection.Source];
            var emissions = run.Emissions[projection.Source.Index];
            var analog = projection.Kind == ProjectionKind.Analog;
            var holders = Enumerable.Range(0, module[projection.Target].Size)
                .Select(a => Enumerable.Range(0, perCore.Length).First(c => Holds(image.Cores[c].Slice, projection.Target, a))).ToArray();
            long events = 0, effective = 0, probes = 0;
            for (var i = 0; i < emissions.Length; i++)
            {
                if (emissions.At(i) == 0) continue;
                var arrives = (i / source.Size) + projection.Delay < module.Steps;
                if (arrives) events++;
                synapses.Clear();
                projection.Map.Enumerate(i % source.Size, synapses);
                var each = projection.Kind == ProjectionKind.ShiftAdd ? Digits((long)emissions.At(i)) : 1;
                foreach (var (target, row) in synapses)
                {
                    if (arrives) probes++;
                    if (arrives && RowAt(projection, (i / source.Size) + projection.Delay, row) != 0) effective += each;
                    // Products are made when both event and row have come.
                    if (projection.RowsFrom is not null && !arrives) continue;
                    var core = holders[target];
                    if (analog) perCore[core].Macs++;
                    else perCore[core].Events += each;
                }
            }

            Assert.Equal(projection.RowsFrom is null ? 0 : probes, activity.Projections[p].Probes);
            Assert.Equal((events, effective, projection.Map.Total * module.Steps), (activity.Projections[p].Events, activity.Projections[p].SynapticEvents + activity.Projections[p].Macs, activity.Projections[p].DenseOperations));
        }

        double RowAt(Projection projection, int step, int row) =>
            projection.RowsFrom is { } rows ? run.Emissions[rows.Index].At((step * module[rows].Size) + row) : projection.Rows.At(row);

        Assert.Equal(perCore, activity.Cores.Select(c => (c.SynapticEvents, c.Macs)));
        for (var i = 0; i < module.Populations.Length; i++)
        {
            var spikes = Enumerable.Range(0, run.Emissions[i].Length).LongCount(k => run.Emissions[i].At(k) != 0);
            Assert.Equal(spikes, activity.Populations[i].Emissions);
            Assert.Equal(spikes, Enumerable.Range(0, image.Cores.Length).Where(c => image.Cores[c].Slice.Population.Index == i).Sum(c => activity.Cores[c].SpikesSent));
        }
    }

    /// <summary>Outputs, recordings, counts and times are the same with every engine and any number of threads, with cores and without.</summary>
    [Theory]
    [InlineData("deep")]
    [InlineData("delays")]
    [InlineData("two projections into one port")]
    public void Engine_and_threads_change_nothing(string network)
    {
        var (test, run) = Oracle.Of(network, "int8", 1);
        var image = Images.OnCores(test.Module, Chip, CutAtRandom(test.Module));
        var expected = Run(image, test, SpikeEngines.Reference, 1);
        foreach (var threads in new[] { 1, 2, 5 })
        {
            var actual = Run(image, test, SpikeEngines.Cpu, threads);
            Assert.Equal(expected.Activity.Cores.AsEnumerable(), actual.Activity.Cores);
            Assert.Equal(expected.Activity.Links.AsEnumerable(), actual.Activity.Links);
            Assert.Equal(expected.Timing.Cores.AsEnumerable(), actual.Timing.Cores);
            foreach (var (name, output) in expected.Outputs) Assert.Equal(output.ToFloats(), actual.Outputs[name].ToFloats());
        }

        var unmapped = Run(Images.WithoutCores(test.Module), test, SpikeEngines.Cpu, 1);
        foreach (var (name, output) in run.Outputs) Assert.Equal(output.ToFloats(), unmapped.Outputs[name].ToFloats());
        Assert.Equal(expected.Activity.Projections.AsEnumerable(), unmapped.Activity.Projections);
    }

    /// <summary>Digits other than 0 of the non-adjacent form, found one by one.</summary>
    private static int Digits(long number)
    {
        var count = 0;
        for (; number != 0; number /= 2)
        {
            if (number % 2 == 0) continue;
            count++;
            number -= ((number % 4) + 4) % 4 == 1 ? 1 : -1;
        }

        return count;
    }

    private static bool Holds(CoreSlice slice, PopulationId population, int address) =>
        slice.Population == population && address >= slice.First && address < slice.First + slice.Count;

    private static SampleResult Run(ChipImage image, TestCase test, SpikeEngineEntry engine, int threads)
    {
        using var chip = new SimulatedChip(engine, threads: threads);
        chip.Load(image);
        return chip.Run(new(test.Inputs), RunRecording.All);
    }

    /// <summary>Each population in one to four pieces of any size, on cores in a row.</summary>
    private static Seat[] CutAtRandom(Module module)
    {
        var random = new Random(7);
        var seats = new List<Seat>();
        foreach (var population in module.Populations)
        {
            var cuts = Enumerable.Range(0, random.Next(4)).Select(_ => random.Next(1, population.Size)).Append(0).Append(population.Size).Distinct().Order().ToArray();
            foreach (var (first, end) in cuts.Zip(cuts.Skip(1)))
                seats.Add(new(population.Id.Index, first, end - first, seats.Count % 5, seats.Count / 5 % 4, 1 + (seats.Count / 20)));
        }

        return [.. seats];
    }
}
