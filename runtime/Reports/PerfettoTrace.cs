using System.Text.Json;
using NeuroChip.Ir.Images;

namespace NeuroChip.Runtime.Reports;

/// <summary>
/// The simulated time line of the first sample of a run as a trace in the Trace Event Format (JSON), which ui.perfetto.dev and chrome://tracing show:
/// one process per chip, one thread per core, what the core did in each tick, and emissions per layer and step as counters. It is no
/// <see cref="IReportWriter"/>: a report holds sums over ticks and samples, and a trace needs the ticks themselves. docs/report.md lists its fields.
/// </summary>
/// <remarks>
/// Times are simulated microseconds with three decimals, in ascending order. Ticks last <see cref="TimingResult.TimeScaleFactor"/> of the whole run times their
/// real time, as in the report, so no slice reaches into the next tick. How busy and waiting cycles interleave within a tick is not modelled: busy comes first.
/// </remarks>
public static class PerfettoTrace
{
    /// <summary>Process of the counters; chips follow. 0 means the idle task to viewers.</summary>
    private const int CounterProcess = 1;

    /// <summary>Nanoseconds of a tick where an image without cores leaves open how long one lasts: 1 ms.</summary>
    private const double UnknownTick = 1e6;

    /// <summary>Bytes of text kept before they go to the stream.</summary>
    private const int FlushAt = 1 << 16;

    /// <summary>Writes the trace of the first sample; <paramref name="run"/> must have kept <see cref="RunRecording.CoreTicks"/>. Equal runs give equal bytes.</summary>
    public static void Write(ChipImage image, SessionResult run, Stream stream)
    {
        if (image.Schedule is not null)
        {
            TileTrace.Write(image, run, stream);
            return;
        }

        var sample = run.Samples[0];
        if (sample.Timing.PerTick.Length != sample.Timing.Ticks * image.Cores.Length || sample.Activity.PerTick.Length != sample.Timing.PerTick.Length)
            throw new ArgumentException($"the run has not kept {nameof(RunRecording.CoreTicks)}", nameof(run));
        using var json = new Utf8JsonWriter(stream);
        json.WriteStartObject();
        json.WriteString("displayTimeUnit", "ms");
        json.WriteStartObject("otherData");
        json.WriteString("model", image.Name);
        json.WriteNumber("ticks", sample.Timing.Ticks);
        json.WriteNumber("tickSeconds", run.Timing.TickSeconds);
        json.WriteNumber("cyclesPerTick", run.Timing.CyclesPerTick.Count);
        json.WriteNumber("timeScaleFactor", run.Timing.TimeScaleFactor);
        json.WriteEndObject();
        json.WriteStartArray("traceEvents");
        new Events(json, image, sample, run.Timing).Write();
        json.WriteEndArray();
        json.WriteEndObject();
        json.Flush();
        stream.WriteByte((byte)'\n');
    }

    private sealed class Events(Utf8JsonWriter json, ChipImage image, SampleResult sample, TimingResult run)
    {
        private readonly int[] processes = Processes(image);
        private readonly double tick = run.TickSeconds > 0 ? run.TickSeconds * run.TimeScaleFactor * 1e9 : UnknownTick;
        private readonly double cycle = run.CyclesPerTick.Count > 0 ? run.TickSeconds / run.CyclesPerTick.Count * 1e9 : 0;
        private readonly List<(long From, long To, int Core, bool Waits)> slices = [];

        public void Write()
        {
            Names();
            // A layer's counter falls back to 0 after its last step, which for the last layers is the end of the last tick or later.
            var end = Math.Max(sample.Timing.Ticks, image.Populations.Select(p => StepTick(p.Stage, image.Steps)).DefaultIfEmpty(0).Max());
            for (long t = 0; t <= end; t++)
            {
                Counters(t);
                if (t < sample.Timing.Ticks) Slices((int)t);
                if (json.BytesPending >= FlushAt) json.Flush();
            }
        }

        private void Names()
        {
            Name("process_name", CounterProcess, null, "layers: emissions per step");
            var last = CounterProcess;
            for (var i = 0; i < processes.Length; i++)
            {
                var core = image.Cores[i];
                if (processes[i] > last) Name("process_name", last = processes[i], null, $"chip ({core.X},{core.Y})");
                var slice = core.Slice;
                Name("thread_name", processes[i], i, $"core {core.Core}: {image.Populations[slice.Population.Index].Name} {slice.First}..{slice.First + slice.Count - 1}");
            }
        }

        private void Counters(long t)
        {
            foreach (var population in image.Populations)
            {
                var since = t - population.Stage;
                if (since < 0 || since % image.TicksPerStep != 0 || since / image.TicksPerStep > image.Steps) continue;
                var step = (int)(since / image.TicksPerStep);
                Begin("C", population.Name, CounterProcess, null, At(t));
                json.WriteStartObject("args");
                json.WriteNumber("emissions", step < image.Steps ? sample.Activity.Populations[population.Id.Index].EmissionsPerStep[step] : 0);
                json.WriteEndObject();
                json.WriteEndObject();
            }
        }

        private void Slices(int t)
        {
            slices.Clear();
            for (var core = 0; core < processes.Length; core++)
            {
                var time = sample.Timing.PerTick[(t * processes.Length) + core];
                var (from, busy, done) = (At(t), At(t, time.Busy.Count), At(t, time.Busy.Count + time.Waiting.Count));
                slices.Add((from, busy, core, false));
                if (time.Waiting.Count > 0) slices.Add((busy, done, core, true));
            }

            slices.Sort((a, b) => (a.From, a.Core, a.Waits).CompareTo((b.From, b.Core, b.Waits)));
            foreach (var (from, to, core, waits) in slices)
            {
                var at = (t * processes.Length) + core;
                var (did, time) = (sample.Activity.PerTick[at], sample.Timing.PerTick[at]);
                Begin("X", waits ? "waiting" : "busy", processes[core], core, from);
                json.WriteNumber("dur", Microseconds(to - from));
                json.WriteStartObject("args");
                json.WriteNumber("tick", t);
                if (waits)
                {
                    json.WriteNumber("waitingCycles", time.Waiting.Count);
                    if (UnitsOf(at) is { } waited)
                    {
                        json.WriteNumber("forRowsCycles", waited.WaitingForRows.Count);
                        json.WriteNumber("blockedCycles", waited.Blocked.Count);
                        json.WriteNumber("forPacketsCycles", waited.WaitingForPackets.Count);
                    }
                }
                else
                {
                    json.WriteNumber("busyCycles", time.Busy.Count);
                    json.WriteNumber("packetsReceived", did.PacketsReceived);
                    json.WriteNumber("synapticEvents", did.SynapticEvents);
                    json.WriteNumber("macs", did.Macs);
                    json.WriteNumber("neuronUpdates", did.NeuronUpdates);
                    json.WriteNumber("spikesSent", did.SpikesSent);
                    if (UnitsOf(at) is { } units)
                    {
                        json.WriteNumber("updateCycles", units.Update.Count);
                        json.WriteNumber("decodeCycles", units.Decode.Count);
                        json.WriteNumber("fetchCycles", units.Fetch.Count);
                        json.WriteNumber("addCycles", units.Add.Count);
                        json.WriteNumber("queueHighWater", units.QueueHighWater);
                        json.WriteNumber("overflows", units.Overflows);
                    }
                }

                json.WriteEndObject();
                json.WriteEndObject();
            }
        }

        private CoreUnitTiming? UnitsOf(int at) => sample.Timing.Events is { PerTick.IsEmpty: false } events ? events.PerTick[at] : null;

        private long StepTick(int stage, int step) => stage + ((long)step * image.TicksPerStep);

        /// <summary>Nanoseconds from the start of the sample. Ends are rounded, not durations, so that neighbours neither overlap nor part.</summary>
        private long At(long t, long cycles = 0) => (long)Math.Round((t * tick) + (cycles * cycle));

        private void Name(string what, int process, int? core, string name)
        {
            json.WriteStartObject();
            json.WriteString("ph", "M");
            json.WriteString("name", what);
            Track(process, core);
            json.WriteStartObject("args");
            json.WriteString("name", name);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        private void Begin(string phase, string name, int process, int? core, long nanoseconds)
        {
            json.WriteStartObject();
            json.WriteString("ph", phase);
            json.WriteString("name", name);
            Track(process, core);
            json.WriteNumber("ts", Microseconds(nanoseconds));
        }

        /// <summary>Threads are numbered across chips: to viewers a thread's number is one of the whole system.</summary>
        private void Track(int process, int? core)
        {
            json.WriteNumber("pid", process);
            if (core is { } index) json.WriteNumber("tid", index + 1);
        }

        private static decimal Microseconds(long nanoseconds) => nanoseconds / 1000m;

        /// <summary>Process of each core: chips numbered as the image first names them.</summary>
        private static int[] Processes(ChipImage image)
        {
            var chips = new Dictionary<(int X, int Y), int>();
            return
            [
                .. image.Cores.Select(c =>
                {
                    chips.TryAdd((c.X, c.Y), CounterProcess + 1 + chips.Count);
                    return chips[(c.X, c.Y)];
                }),
            ];
        }
    }
}
