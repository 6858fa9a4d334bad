using System.Text;
using System.Text.Json;
using NeuroChip.Ir;
using NeuroChip.Runtime.Reports;

namespace NeuroChip.Runtime.Tests;

/// <summary>Does the trace show each cycle and each count of the first sample, where and when it was?</summary>
public sealed class PerfettoTraceTests
{
    private const int Ticks = TinyNetwork.Steps + 1;

    /// <summary>Two cores; core 1 waits in every tick, and tick 1 needs 250 000 of its 200 000 cycles: time is slowed by 1.25.</summary>
    private static SessionResult Session()
    {
        CoreTiming Time(int tick, int core) => core == 0
            ? new(new(250 + tick), new(0), new(199_750 - tick), new(250 + tick), 0)
            : tick == 1 ? new(new(240_000), new(10_000), new(0), new(250_000), 1) : new(new(333), new(7), new(199_660), new(340), 0);
        CoreActivity Did(int tick, int core) => core == 0
            ? new(0, tick < 3 ? 4 : 0, 0, 0, 0, 0, 0)
            : new(tick > 0 ? 2 : 0, tick is 1 or 2 ? 1 : 0, tick < 3 ? 4 : 0, 5 * tick, 7 * tick, 0, 0);

        var cells = Enumerable.Range(0, Ticks).SelectMany(t => Enumerable.Range(0, 2).Select(c => (t, c))).ToArray();
        CoreTiming Sum(int core) => Enumerable.Range(0, Ticks).Select(t => Time(t, core)).Aggregate((a, b) => a + b);
        var timing = new TimingResult(Ticks, new(200_000), 1e-3, 2, Ticks, [Sum(0), Sum(1)], [new(340), new(250_000), new(340), new(340)]) { PerTick = [.. cells.Select(x => Time(x.t, x.c))] };
        var activity = new Activity([], [new(0, [4, 4, 4], 12, 12, 24, 12), new(6, [1, 1, 0], 0, 0, 0, 0)], [], []) { PerTick = [.. cells.Select(x => Did(x.t, x.c))] };
        return new([new SampleResult([], [], activity, timing)], activity, timing);
    }

    private static string Text(SessionResult run)
    {
        using var stream = new MemoryStream();
        PerfettoTrace.Write(TinyNetwork.Image(), run, stream);
        return Encoding.UTF8.GetString(stream.ToArray());
    }

    private static JsonElement[] Events(string phase) =>
        [.. JsonDocument.Parse(Text(Session())).RootElement.GetProperty("traceEvents").EnumerateArray().Where(e => e.GetProperty("ph").GetString() == phase)];

    private static decimal Of(JsonElement e, string name) => e.GetProperty(name).GetDecimal();

    private static long Arg(JsonElement e, string name) => e.GetProperty("args").TryGetProperty(name, out var value) ? value.GetInt64() : 0;

    [Fact]
    public void TraceIsAsAgreed() => Golden.AssertEqual(Path.Combine(Golden.Folder("reports"), "tiny-trace.json"), Text(Session()).Replace("},{", "},\n{"));

    [Fact]
    public void CyclesOfTheSlicesAreThoseOfTheTiming()
    {
        var timing = Session().Timing;
        for (var core = 0; core < 2; core++)
        {
            var slices = Events("X").Where(e => e.GetProperty("tid").GetInt32() == core + 1).ToArray();
            Assert.Equal(timing.Cores[core].Busy.Count, slices.Sum(e => Arg(e, "busyCycles")));
            Assert.Equal(timing.Cores[core].Waiting.Count, slices.Sum(e => Arg(e, "waitingCycles")));
            // At 200 MHz a cycle is 5 ns.
            Assert.All(slices, e => Assert.Equal((Arg(e, "busyCycles") + Arg(e, "waitingCycles")) * 0.005m, Of(e, "dur")));
        }
    }

    [Fact]
    public void EventsAreInOrderAndSlicesOfACoreDoNotOverlap()
    {
        var timed = JsonDocument.Parse(Text(Session())).RootElement.GetProperty("traceEvents").EnumerateArray().Where(e => e.TryGetProperty("ts", out _)).ToArray();
        Assert.True(timed.Zip(timed.Skip(1)).All(p => Of(p.First, "ts") <= Of(p.Second, "ts")));
        foreach (var core in Events("X").GroupBy(e => e.GetProperty("tid").GetInt32()))
        {
            Assert.True(core.Zip(core.Skip(1)).All(p => Of(p.First, "ts") + Of(p.First, "dur") <= Of(p.Second, "ts")));
            Assert.All(core, e => Assert.Equal(1250 * Arg(e, "tick"), (long)(Of(e, "ts") / 1250) * 1250));
        }
    }

    [Fact]
    public void CountersGiveTheEmissionsOfEachStepAndThenNothing()
    {
        var counters = Events("C").ToLookup(e => e.GetProperty("name").GetString(), e => (Of(e, "ts"), Arg(e, "emissions")));
        Assert.Equal([(0m, 4), (1250m, 4), (2500m, 4), (3750m, 0)], counters["x"]);
        Assert.Equal([(1250m, 1), (2500m, 1), (3750m, 0), (5000m, 0)], counters["n"]);
    }

    [Fact]
    public void RunThatKeptNoTicksHasNoTrace()
    {
        var run = Session();
        var bare = run.Samples[0] with { Timing = run.Timing with { PerTick = [] } };
        Assert.Throws<ArgumentException>(() => Text(run with { Samples = [bare] }));
    }

    [Fact]
    public void SessionKeepsTheTicksOfTheFirstSampleOnly()
    {
        var device = new Listener();
        new ChipSession(device, TinyNetwork.Image()).Run([SampleInput.Of("x", Ir.Tensors.Tensor.Of([1, 4], new float[4])), SampleInput.Of("x", Ir.Tensors.Tensor.Of([1, 4], new float[4]))], RunRecording.Outputs with { CoreTicks = true });
        Assert.Equal([true, false], device.Asked);
    }

    private sealed class Listener : IChipDevice
    {
        private readonly TinyNetwork.Device inner = new();

        public List<bool> Asked { get; } = [];

        public string Description => inner.Description;

        public void Load(Ir.Images.ChipImage image) => inner.Load(image);

        public IReadOnlyList<SampleResult> Run(IReadOnlyList<SampleInput> inputs, RunRecording recording)
        {
            Asked.Add(recording.CoreTicks);
            return inner.Run(inputs, recording);
        }
    }
}
