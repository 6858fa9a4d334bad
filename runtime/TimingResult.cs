using System.Collections.Immutable;
using NeuroChip.Ir;

namespace NeuroChip.Runtime;

/// <summary>How one core spent the ticks of a run; index = index in <see cref="Ir.Images.ChipImage.Cores"/>. The three sum to ticks times cycles per tick where no tick overran.</summary>
/// <param name="Busy">Cycles in which the core computed.</param>
/// <param name="Waiting">Cycles in which it could not go on: rows on their way, packets still to come.</param>
/// <param name="Idle">Cycles in which it slept to the end of the tick.</param>
/// <param name="PeakPerTick">Cycles (busy and waiting) of the tick that needed most.</param>
/// <param name="OverrunTicks">Ticks that needed more cycles than a tick has.</param>
public readonly record struct CoreTiming(Cycles Busy, Cycles Waiting, Cycles Idle, Cycles PeakPerTick, long OverrunTicks)
{
    /// <summary>Times of two samples one after the other.</summary>
    public static CoreTiming operator +(CoreTiming a, CoreTiming b) => new(
        a.Busy + b.Busy,
        a.Waiting + b.Waiting,
        a.Idle + b.Idle,
        a.PeakPerTick.CompareTo(b.PeakPerTick) >= 0 ? a.PeakPerTick : b.PeakPerTick,
        a.OverrunTicks + b.OverrunTicks);
}

/// <summary>When things happened, for one sample or for several one after the other.</summary>
/// <param name="Ticks">Ticks run: until the last output of the sample has left the chip.</param>
/// <param name="CyclesPerTick">Core clock cycles a tick has in real time.</param>
/// <param name="TickSeconds">Seconds a tick lasts in real time.</param>
/// <param name="FirstOutputTick">Ticks from the first input to the end of the tick that gives the first step of the outputs (a maximum over samples).</param>
/// <param name="LastOutputTick">Ticks from the first input to the end of the tick that gives the last step: the latency of an inference in ticks (a maximum over samples).</param>
/// <param name="Cores">Per core of the image.</param>
/// <param name="SlowestCorePerTick">Per tick of a sample, the cycles (busy and waiting) of the core that needed most (a maximum over samples).</param>
public sealed record TimingResult(
    long Ticks,
    Cycles CyclesPerTick,
    double TickSeconds,
    long FirstOutputTick,
    long LastOutputTick,
    ImmutableArray<CoreTiming> Cores,
    ImmutableArray<Cycles> SlowestCorePerTick)
{
    /// <summary>How each core spent each tick, at index tick x cores + core; of one sample, and only if <see cref="RunRecording.CoreTicks"/> asked for it.</summary>
    public ImmutableArray<CoreTiming> PerTick { get; init; } = [];

    /// <summary>
    /// Factor by which time must be slowed down so that every core ends every tick in time: 1 or more, 1 where nothing overran.
    /// </summary>
    public double TimeScaleFactor
    {
        get
        {
            var peak = Cores.Select(c => c.PeakPerTick.Count).DefaultIfEmpty(0).Max();
            return Math.Max(1.0, CyclesPerTick.Count == 0 ? 1.0 : (double)peak / CyclesPerTick.Count);
        }
    }

    /// <summary>Times on a chip of tiles, which has no ticks in real time: there <see cref="CyclesPerTick"/> and <see cref="TickSeconds"/> are 0. Null for every other chip.</summary>
    public TileTimingResult? Tiles { get; init; }

    /// <summary>What single messages did; null where the timing model does not follow them.</summary>
    public EventTimingResult? Events { get; init; }

    /// <summary>Seconds that all samples take: of ticks, slowed down by <see cref="TimeScaleFactor"/>; of the cycles of tiles.</summary>
    public double Seconds => Tiles is { } tiles ? tiles.Total.Count / tiles.ClockHertz : Ticks * TickSeconds * TimeScaleFactor;

    /// <summary>Seconds from the first input to the last output of one sample, slowed down by <see cref="TimeScaleFactor"/>.</summary>
    public double LatencySeconds => Tiles is { } tiles ? tiles.Latency.Count / tiles.ClockHertz : LastOutputTick * TickSeconds * TimeScaleFactor;

    /// <summary>Times of two samples of one image, one after the other.</summary>
    public static TimingResult operator +(TimingResult a, TimingResult b) => a with
    {
        Ticks = a.Ticks + b.Ticks,
        FirstOutputTick = Math.Max(a.FirstOutputTick, b.FirstOutputTick),
        LastOutputTick = Math.Max(a.LastOutputTick, b.LastOutputTick),
        Cores = [.. a.Cores.Zip(b.Cores, (x, y) => x + y)],
        SlowestCorePerTick = [.. a.SlowestCorePerTick.Zip(b.SlowestCorePerTick, (x, y) => x.CompareTo(y) >= 0 ? x : y)],
        PerTick = [],
        Events = a.Events is { } events && b.Events is { } others ? events + others : null,
        Tiles = a.Tiles is { } tiles && b.Tiles is { } more ? tiles + more : null,
    };
}
