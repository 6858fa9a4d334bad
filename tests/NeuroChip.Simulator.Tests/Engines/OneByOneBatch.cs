using NeuroChip.Ir.Images;
using NeuroChip.Ir.Ncir;
using NeuroChip.Simulator.Engines;

namespace NeuroChip.Simulator.Tests.Engines;

/// <summary>
/// A batch engine made of an ordinary one: samples one after the other, counters as <see cref="TallyPlan"/> says them, pairs by enumeration. Slow and obvious; it shows
/// nothing that was not to be kept.
/// </summary>
internal sealed class OneByOneBatch(ChipImage image, BatchRequest request, int capacity) : IBatchEngine
{
    private readonly ISpikeEngine engine = SpikeEngines.Cpu.Create(image, 1);

    public int Capacity => capacity;

    /// <summary>An entry whose engines say what was asked for and what they were given.</summary>
    /// <param name="most">Samples side by side at most, whatever is asked for.</param>
    /// <param name="change">What becomes of a request before it is carried out.</param>
    public static SpikeEngineEntry Entry(int most = int.MaxValue, List<BatchRequest>? requests = null, List<int>? batches = null, Func<BatchRequest, BatchRequest>? change = null) =>
        new("one by one", (_, _) => throw new InvalidOperationException("only batches"))
        {
            CreateBatch = (image, request, samples) =>
            {
                requests?.Add(request);
                return new OneByOneBatch(image, change?.Invoke(request) ?? request, Math.Min(samples, most)) { Batches = batches };
            },
        };

    /// <summary>Hears how many samples each batch has.</summary>
    public List<int>? Batches { get; init; }

    public IBatchRun Run(IReadOnlyList<SampleFeed> samples)
    {
        Assert.InRange(samples.Count, 1, capacity);
        Batches?.Add(samples.Count);
        var (views, tallies) = (new List<View[]>(), new List<long[][]>());
        foreach (var feed in samples)
        {
            engine.Reset(feed.Sites);
            var (shown, counted) = (new View[image.Steps], new long[image.Steps][]);
            for (var step = 0; step < image.Steps; step++)
            {
                engine.Step(feed);
                shown[step] = new(request.Kept.ToDictionary(s => s, Copy));
                counted[step] = Count();
            }

            views.Add(shown);
            tallies.Add(counted);
        }

        return new Result(views, tallies);
    }

    public void Dispose() => engine.Dispose();

    /// <summary>Exactly the numbers of the population: an engine may give more, but nobody may read them.</summary>
    private Array Copy(Signal signal)
    {
        var size = image.Populations[signal.Population.Index].Size;
        return image.Arithmetic.Kind == ArithmeticKind.Integer ? engine.Numbers<int>(signal)[..size] : engine.Numbers<float>(signal)[..size];
    }

    private long[] Count()
    {
        var counters = new long[request.Tallies.Counters];
        foreach (var tally in request.Tallies.Populations)
        {
            foreach (var address in engine.Active(tally.Population))
            {
                for (var i = tally.Offsets[address / tally.Grain]; i < tally.Offsets[(address / tally.Grain) + 1]; i++)
                {
                    var entry = tally.Entries[i];
                    counters[entry.Counter] += (long)entry.Weight * (entry.ByDigits == 0 ? 1 : SignedDigits.Count(engine.Numbers<int>(Signal.Emission(tally.Population))[address]));
                }
            }
        }

        var synapses = new List<Synapse>();
        foreach (var pair in request.Tallies.Pairs)
        {
            var projection = image.Projections[pair.Projection];
            var rows = engine.Active(projection.RowsFrom!.Value).ToArray().ToHashSet();
            foreach (var address in engine.Active(projection.Source))
            {
                synapses.Clear();
                projection.Map.Enumerate(address, synapses);
                counters[pair.Probes] += synapses.Count;
                counters[pair.Additions] += synapses.Count(s => rows.Contains(s.Row));
            }
        }

        return counters;
    }

    private sealed class Result(List<View[]> views, List<long[][]> tallies) : IBatchRun
    {
        public IStepView At(int sample, int step) => views[sample][step];

        public ReadOnlySpan<long> Tallies(int sample, int step) => tallies[sample][step];
    }

    private sealed class View(Dictionary<Signal, Array> kept) : IStepView
    {
        public ReadOnlySpan<int> Active(PopulationId population) => kept[Signal.Emission(population)] switch
        {
            int[] whole => Enumerable.Range(0, whole.Length).Where(a => whole[a] != 0).ToArray(),
            float[] real => Enumerable.Range(0, real.Length).Where(a => real[a] != 0).ToArray(),
            _ => throw new InvalidOperationException(),
        };

        public int EventCount(PopulationId population) => Active(population).Length;

        public T[] Numbers<T>(Signal signal) where T : unmanaged => (T[])kept[signal];
    }
}
