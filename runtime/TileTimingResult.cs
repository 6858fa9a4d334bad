using System.Collections.Immutable;
using NeuroChip.Ir;

namespace NeuroChip.Runtime;

/// <summary>Cycles of a unit or of a shared resource.</summary>
/// <param name="Unit">Its name: events, adders, macs, probes, neurons, array, noc, buffer, dram.</param>
/// <param name="Cycles">Cycles.</param>
public readonly record struct UnitTime(string Unit, Cycles Cycles);

/// <summary>How long one stage of a schedule took; index = index in the schedule.</summary>
/// <param name="Cycles">Cycles from beginning to end, summed over steps.</param>
/// <param name="TileCycles">Of these, cycles in which its tiles computed.</param>
/// <param name="Units">Busy cycles of each unit of one of its tiles, and of each shared resource for it; they overlap.</param>
/// <param name="Decisive">The same cycles by what decided them: of units that work side by side the slowest. Sums to <paramref name="Cycles"/>.</param>
public sealed record StageTiming(Cycles Cycles, Cycles TileCycles, ImmutableArray<UnitTime> Units, ImmutableArray<UnitTime> Decisive)
{
    /// <summary>What took most of the time; empty if it took none.</summary>
    public string Bound => Decisive.IsEmpty ? "" : Decisive.MaxBy(u => u.Cycles.Count).Unit;

    /// <summary>Times of two samples.</summary>
    public static StageTiming operator +(StageTiming a, StageTiming b) => new(a.Cycles + b.Cycles, a.TileCycles + b.TileCycles, Sum(a.Units, b.Units), Sum(a.Decisive, b.Decisive));

    /// <summary>Adds cycles unit by unit, in the order in which units first appear.</summary>
    public static ImmutableArray<UnitTime> Sum(ImmutableArray<UnitTime> a, ImmutableArray<UnitTime> b) =>
        [.. a.Concat(b).GroupBy(u => u.Unit).Select(g => new UnitTime(g.Key, g.Aggregate(new Cycles(0), (sum, u) => sum + u.Cycles)))];
}

/// <summary>A stage at work in one step, in cycles from the beginning of the sample.</summary>
/// <param name="Stage">Index in the schedule.</param>
/// <param name="Step">Step.</param>
/// <param name="Start">First cycle.</param>
/// <param name="End">Cycle after the last.</param>
public readonly record struct StageSpan(int Stage, int Step, Cycles Start, Cycles End);

/// <summary>When things happened on a chip of tiles, for one sample or for several one after the other.</summary>
/// <param name="ClockHertz">Clock of the tiles.</param>
/// <param name="Latency">Cycles from the first input to the last output of a sample (a maximum over samples).</param>
/// <param name="FirstOutput">Cycles to the end of the first step (a maximum over samples).</param>
/// <param name="Total">Cycles of all samples, one after the other.</param>
/// <param name="Interval">Cycles between two samples if they follow each other as closely as possible (a maximum over samples): those of the busiest tile or shared resource.</param>
/// <param name="Bottleneck">What sets <paramref name="Interval"/>: "tile 3 (linear)", "dram", "buffer", "noc" or "phases".</param>
/// <param name="Stages">Per stage of the schedule.</param>
/// <param name="TileBusy">Per tile of the chip, by number: cycles in which it computed.</param>
/// <param name="DramBusy">Cycles in which the DRAM channel moved something.</param>
/// <param name="BufferBusy">Cycles in which the port of the global buffer moved something.</param>
/// <param name="LinkBusy">Cycles in which the busiest link of the mesh moved something.</param>
public sealed record TileTimingResult(
    double ClockHertz,
    Cycles Latency,
    Cycles FirstOutput,
    Cycles Total,
    Cycles Interval,
    string Bottleneck,
    ImmutableArray<StageTiming> Stages,
    ImmutableArray<Cycles> TileBusy,
    Cycles DramBusy,
    Cycles BufferBusy,
    Cycles LinkBusy)
{
    /// <summary>When each stage worked, by start; of one sample, and only if <see cref="RunRecording.CoreTicks"/> asked for it.</summary>
    public ImmutableArray<StageSpan> Spans { get; init; } = [];

    /// <summary>Cycles in which tables of active sites were built, before the first step of each sample; part of <see cref="Total"/>.</summary>
    public Cycles TableBuild { get; init; }

    /// <summary>Times of two samples of one image, one after the other.</summary>
    public static TileTimingResult operator +(TileTimingResult a, TileTimingResult b) => new(
        a.ClockHertz,
        Max(a.Latency, b.Latency),
        Max(a.FirstOutput, b.FirstOutput),
        a.Total + b.Total,
        Max(a.Interval, b.Interval),
        b.Interval.CompareTo(a.Interval) > 0 ? b.Bottleneck : a.Bottleneck,
        [.. a.Stages.Zip(b.Stages, (x, y) => x + y)],
        [.. a.TileBusy.Zip(b.TileBusy, (x, y) => x + y)],
        a.DramBusy + b.DramBusy,
        a.BufferBusy + b.BufferBusy,
        a.LinkBusy + b.LinkBusy)
    {
        TableBuild = a.TableBuild + b.TableBuild,
    };

    private static Cycles Max(Cycles a, Cycles b) => a.CompareTo(b) >= 0 ? a : b;
}
