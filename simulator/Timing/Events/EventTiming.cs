using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using NeuroChip.HwModels;
using NeuroChip.Ir;
using NeuroChip.Ir.Diagnostics;
using NeuroChip.Ir.Images;
using NeuroChip.Runtime;
using NeuroChip.Simulator.Observers;

namespace NeuroChip.Simulator.Timing.Events;

/// <summary>
/// Follows every spike of a sample in order of time: out of the core that updates its neuron, through routers and over links with finite buffers, into the queue of every core
/// that listens, through its row and its additions. Ticks begin together everywhere and begin with empty queues, so each is simulated by itself. What a full queue or a router that has waited
/// long enough loses is counted and costs no further time; spikes are never changed by it. docs/simulator.md says what is modelled how.
/// </summary>
public sealed class EventTiming : ITimingModel
{
    // What is made once for an image lives as long as the log of its events.
    private static readonly ConditionalWeakTable<EventLog, Sample> Made = [];

    /// <summary>Parts of a tick in <see cref="LinkTiming.BusyByPart"/>.</summary>
    public const int Parts = 20;

    /// <inheritdoc/>
    public string Name => "event";

    /// <inheritdoc/>
    public bool NeedsEvents => true;

    /// <inheritdoc/>
    public void Check(ChipImage image, ChipModel? chip)
    {
        if (image.Schedule is not null)
            throw new DiagnosticException(Diagnostic.Error("NC5140", $"'{image.Name}' runs on a chip of tiles, which event timing cannot time", null, "leave --timing out: chips of tiles have a timing of their own"));
        if (!image.Sites.IsEmpty)
            throw new DiagnosticException(Diagnostic.Error("NC5140", $"'{image.Name}' has layers over active sites, whose lookups event timing does not follow", null, "leave --timing out: analytic timing counts them"));
        if (chip is ManyCoreChip { Pipeline: null })
            throw new DiagnosticException(Diagnostic.Error("NC5142", $"chip '{chip.Name}' does not say what its cores do side by side and how much can wait where, which event timing needs", null, "add the section 'pipeline' to the chip model and compile again, or leave --timing event out"));
    }

    /// <inheritdoc/>
    public TimingResult Time(ChipImage image, ChipModel? chip, RunCounts counts, bool perTick = false)
    {
        Check(image, chip);
        if (chip is null) return new AnalyticTiming().Time(image, chip, counts, perTick);
        if (counts.Events is not { } log) throw new ArgumentException("the events of the sample were not kept", nameof(counts));
        if (!Made.TryGetValue(log, out var sample) || !sample.IsOf(image, counts.Ticks)) Made.AddOrUpdate(log, sample = new(image, chip.As<ManyCoreChip>(), counts.Ticks, log));
        return sample.Time(perTick);
    }

    /// <summary>One sample at a time of an image.</summary>
    private sealed class Sample
    {
        private readonly ChipImage image;
        private readonly ManyCoreChip chip;
        private readonly TickCounts counts;
        private readonly AnalyticTiming.Costs costs;
        private readonly NetworkPlan plan;
        private readonly EventHeap events = new();
        private readonly PacketPool packets = new();
        private readonly PathLog path = new();
        private readonly SpikeWork work;
        private readonly CoreUnits cores;
        private readonly PacketNetwork network;
        private readonly long[] updateOf;
        private readonly bool[] sends;

        public Sample(ChipImage image, ManyCoreChip chip, TickCounts counts, EventLog log)
        {
            (this.image, this.chip, this.counts) = (image, chip, counts);
            costs = new(chip);
            plan = new(image, chip, counts.Trees);
            work = new(image, costs, log);
            cores = new(image, chip, plan, events, packets, work, costs);
            network = new(plan, chip, events, packets, cores);
            cores.Network = network;
            updateOf = [.. image.Populations.Select(p => chip.Cycles.NeuronUpdate(p.Neuron).Count)];
            var heard = image.Projections.SelectMany(p => p.RowsFrom is { } rows ? new[] { p.Source, rows } : [p.Source]).ToHashSet();
            sends = [.. image.Cores.Select(c => heard.Contains(c.Slice.Population))];
        }

        /// <summary>Whether it was made for an image and for these counts.</summary>
        public bool IsOf(ChipImage other, TickCounts ticks) => ReferenceEquals(image, other) && counts == ticks;

        public TimingResult Time(bool perTick)
        {
            var stages = new Stages(image);
            var available = chip.CyclesPerTick;
            var times = new CoreTiming[plan.Cores];
            var sums = new CoreTimes[plan.Cores];
            var slowest = new Cycles[stages.Ticks];
            var all = new CoreTiming[perTick ? stages.Ticks * plan.Cores : 0];
            var allUnits = new CoreUnitTiming[all.Length];
            var (last, slowestTick, slowestCore, arrivals) = (-1L, 0, -1, (Count: 0L, Time: 0L, Longest: 0L));
            network.Forget(Parts, Math.Max(1, available * EventTime.PerCycle / Parts));
            for (var tick = 0; tick < stages.Ticks; tick++)
            {
                Run(tick);
                arrivals = (arrivals.Count + cores.Arrivals.Count, arrivals.Time + cores.Arrivals.Time, Math.Max(arrivals.Longest, cores.Arrivals.Longest));
                long most = 0;
                for (var core = 0; core < plan.Cores; core++)
                {
                    ref readonly var did = ref cores.Times[core];
                    var needed = EventTime.Cycles(did.End);
                    var busy = Math.Min(needed, Nearest(did.Busy));
                    var time = new CoreTiming(new(busy), new(needed - busy), new(Math.Max(0, available - needed)), new(needed), needed > available ? 1 : 0);
                    times[core] += time;
                    Add(ref sums[core], did);
                    most = Math.Max(most, needed);
                    if (did.End > last) (last, slowestTick, slowestCore) = (did.End, tick, core);
                    if (!perTick) continue;
                    all[(tick * plan.Cores) + core] = time;
                    allUnits[(tick * plan.Cores) + core] = Units(did, 0);
                }

                slowest[tick] = new(most);
            }

            var links = Enumerable.Range(0, plan.SendQueue(0)).Where(o => network.Carried[o] is { Packets: > 0 } or { Dropped: > 0 }).Select(Link).OrderBy(l => l.Link);
            var result = new EventTimingResult(
                [.. sums.Select((s, core) => Units(s, network.HighWater[plan.SendQueue(core)]))],
                [.. links],
                network.Injected,
                network.Arrived,
                network.Lost,
                new(EventTime.Cycles(arrivals.Time)),
                new(EventTime.Cycles(arrivals.Longest)),
                slowestTick,
                [])
            {
                PerTick = ImmutableCollectionsMarshal.AsImmutableArray(allUnits),
            };
            if (slowestCore >= 0) result = result with { CriticalPath = CriticalPath(slowestTick, slowestCore) };
            return new(stages.Ticks, new(available), chip.Tick.Seconds, stages.FirstOutput, stages.LastOutput, [.. times], ImmutableArray.Create(slowest))
            {
                PerTick = ImmutableCollectionsMarshal.AsImmutableArray(all),
                Events = result,
            };
        }

        /// <summary>Simulates a tick from its beginning until nothing happens any more.</summary>
        private void Run(int tick)
        {
            events.Clear();
            packets.Clear();
            network.Begin();
            cores.Begin(tick);
            for (var core = 0; core < plan.Cores; core++)
            {
                var did = counts[tick, core];
                var (slice, computes) = (image.Cores[core].Slice, work.StepOf(tick, core) >= 0);
                var before = costs.Tick + work.Rest(tick, core, counts);
                var (perNeuron, neurons) = (updateOf[slice.Population.Index], computes ? slice.Count : 0);
                if (did is { PacketsReceived: 0, SpikesSent: 0 }) cores.Alone(core, before + (perNeuron * neurons));
                else cores.Start(core, before, perNeuron, neurons, sends[core], !counts.Trees[core].Branches.IsEmpty);
            }

            long now = 0;
            while (events.Count > 0)
            {
                if (events.Moving == 0)
                {
                    if (network.Held == 0) break;
                    network.ThrowIfStuck(now);
                }

                var next = events.Pop();
                now = next.Time;
                if (next.Kind <= EventKind.TimedOut) network.Handle(next);
                else cores.Handle(next);
            }

            network.ThrowIfStuck(now);
        }

        private ImmutableArray<CriticalStep> CriticalPath(int tick, int core)
        {
            path.Clear();
            (network.Path, cores.Path) = (path, path);
            Run(tick);
            var chain = path.Chain(cores.LastPath(core));
            (network.Path, cores.Path) = (null, null);
            return
            [
                .. chain.Select(s => new CriticalStep(
                    s.Unit,
                    s.Unit is PathUnit.Router or PathUnit.Link ? -1 : s.Place,
                    s.Unit switch { PathUnit.Link => plan.LinkOf(s.Place), PathUnit.Router => plan.LinkOf(s.Place * NetworkPlan.Links)!.Value with { Direction = -1 }, _ => null },
                    new(EventTime.Cycles(s.Start)),
                    new(EventTime.Cycles(s.End)),
                    new(EventTime.Cycles(s.Waited)),
                    s.Count)),
            ];
        }

        private LinkTiming Link(int output)
        {
            var carried = network.Carried[output];
            return new(
                plan.LinkOf(output)!.Value,
                carried.Packets,
                new(Nearest(carried.Busy)),
                new(Nearest(carried.Waited)),
                network.HighWater[plan.Behind[output]],
                carried.Dropped,
                [.. network.Busy.AsSpan(output * Parts, Parts).ToArray().Select(b => new Cycles(Nearest(b)))]);
        }

        private static CoreUnitTiming Units(in CoreTimes did, int sendQueue) => new(
            new(Nearest(did.Update)),
            new(Nearest(did.Decode)),
            new(Nearest(did.Fetch)),
            new(Nearest(did.Add)),
            new(Nearest(did.ForRows)),
            new(Nearest(did.Blocked)),
            new(Nearest(did.ForPackets)),
            did.HighWater,
            did.Overflows,
            sendQueue);

        private static void Add(ref CoreTimes sum, in CoreTimes did)
        {
            sum.Update += did.Update;
            sum.Decode += did.Decode;
            sum.Fetch += did.Fetch;
            sum.Add += did.Add;
            sum.ForRows += did.ForRows;
            sum.Blocked += did.Blocked;
            sum.ForPackets += did.ForPackets;
            sum.HighWater = Math.Max(sum.HighWater, did.HighWater);
            sum.Overflows += did.Overflows;
        }

        private static long Nearest(long time) => (time + (EventTime.PerCycle / 2)) / EventTime.PerCycle;
    }
}
