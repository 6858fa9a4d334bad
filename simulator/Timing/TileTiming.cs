using System.Collections.Immutable;
using NeuroChip.HwModels;
using NeuroChip.Ir;
using NeuroChip.Ir.Images;
using NeuroChip.Runtime;
using NeuroChip.Simulator.Observers;
using NeuroChip.Simulator.Tiles;

namespace NeuroChip.Simulator.Timing;

/// <summary>
/// Cycles of a chip of tiles in closed form. A stage takes in a step
/// <code>
/// compute = sum over its projections of the engine's cycles + its neurons
/// d       = max(compute, noc, buffer, dram)
/// </code>
/// One phase: a pipeline over steps, <c>end(s, t) = max(end of what it reads, end of what its tiles did before) + d(s, t)</c>, where tiles do their layers in the
/// order of the schedule, step after step; never shorter than the time a shared resource needs for all of it.
/// Several phases: one after the other in each step; while one computes, the channel brings the weights of the next.
/// Tables of active sites are built before the first step. docs/simulator.md derives it. Everything is a maximum or a sum of what things take, so nothing gets slower when something gets faster.
/// </summary>
public sealed class TileTiming : ITimingModel
{
    /// <inheritdoc/>
    public string Name => "analytic-tiles";

    /// <inheritdoc/>
    public TimingResult Time(ChipImage image, ChipModel? chip, RunCounts counts, bool perTick = false)
    {
        var tiles = counts.Tiles ?? throw new ArgumentException("the image has no schedule of tiles", nameof(counts));
        var ticks = new Stages(image);
        return new(ticks.Ticks, new(0), 0, ticks.FirstOutput, ticks.LastOutput, [], []) { Tiles = new Run(tiles, perTick).Finish() };
    }

    private sealed class Run
    {
        private readonly TileCounts counts;
        private readonly TilePlan plan;
        private readonly StageTimes[] times;
        private readonly UnitLedger[] decisive;
        private readonly UnitLedger[] units;
        private readonly long[] cycles;
        private readonly long[] computed;
        private readonly long[] tileBusy;
        private readonly long[] tileFree;
        private readonly List<StageSpan>? spans;
        private readonly long dram;
        private readonly long buffer;
        private readonly long link;
        private long firstOutput;

        public Run(TileCounts counts, bool withSpans)
        {
            (this.counts, plan) = (counts, counts.Plan);
            var stages = plan.Stages.Length;
            times = [.. Enumerable.Range(0, stages * counts.Steps).Select(i => StageTimes.Of(counts, i / counts.Steps, i % counts.Steps))];
            decisive = [.. Enumerable.Range(0, stages).Select(_ => new UnitLedger())];
            units = [.. Enumerable.Range(0, stages).Select(_ => new UnitLedger())];
            (cycles, computed) = (new long[stages], new long[stages]);
            (tileBusy, tileFree) = (new long[plan.Mesh.Sites.Length], new long[plan.Mesh.Sites.Length]);
            spans = withSpans ? [] : null;
            dram = counts.Build.DramCycles + times.Sum(t => t.Units.Where(u => u.Unit == TileUnits.Dram).Sum(u => u.Cycles.Count));
            buffer = times.Sum(t => t.Buffer);
            link = CeilingDivision.Of(counts.LinkBits.DefaultIfEmpty(0).Max(), plan.Chip.Mesh.Link.Bits.Count);
            foreach (var (tile, busy) in counts.Build.TileCycles) tileBusy[tile] = busy;
            // No tile begins before the tables of active sites are there.
            Array.Fill(tileFree, counts.Build.Cycles);
            for (var s = 0; s < stages; s++)
            {
                for (var t = 0; t < counts.Steps; t++)
                {
                    computed[s] += Of(s, t).Compute;
                    foreach (var unit in Of(s, t).Units) units[s].Add(unit.Unit, unit.Cycles.Count);
                    foreach (var tile in plan.Stages[s].Stage.Tiles) tileBusy[tile] += Of(s, t).Compute;
                }
            }
        }

        public TileTimingResult Finish()
        {
            var (interval, bottleneck) = Busiest();
            var latency = plan.Phases > 1 ? Phased() : Math.Max(Pipelined(), Math.Max(dram, Math.Max(buffer, link)));
            // Phases of two samples cannot overlap: the same tiles do all of them.
            if (plan.Phases > 1 && latency > interval) (interval, bottleneck) = (latency, "phases");
            return new(
                plan.Chip.Clock.Hertz,
                new(latency),
                new(firstOutput),
                new(latency),
                new(interval),
                bottleneck,
                [.. cycles.Select((c, s) => new StageTiming(new(c), new(computed[s]), units[s].ToImmutable(), decisive[s].ToImmutable()))],
                [.. tileBusy.Select(b => new Cycles(b))],
                new(dram),
                new(buffer),
                new(link))
            {
                TableBuild = new(counts.Build.Cycles),
                Spans = spans is null ? [] : [.. spans.OrderBy(s => s.Start.Count).ThenBy(s => s.Stage)],
            };
        }

        private ref readonly StageTimes Of(int stage, int step) => ref times[(stage * counts.Steps) + step];

        private (long Cycles, string Name) Busiest()
        {
            var tile = Enumerable.Range(0, tileBusy.Length).MaxBy(t => tileBusy[t]);
            (long Cycles, string Name) most = (tileBusy[tile], $"tile {tile} ({plan.Mesh.Sites[tile].Kind})");
            foreach (var (busy, name) in ((long, string)[])[(dram, TileUnits.Dram), (buffer, TileUnits.Buffer), (link, TileUnits.Noc)])
                if (busy > most.Cycles) most = (busy, name);
            return most;
        }

        /// <summary>One phase: every stage begins when what it reads is there and its tiles are free.</summary>
        private long Pipelined()
        {
            var end = new long[plan.Stages.Length * counts.Steps];
            for (var t = 0; t < counts.Steps; t++)
            {
                for (var s = 0; s < plan.Stages.Length; s++)
                {
                    var time = Of(s, t);
                    // Weights come while the stage computes where there are two halves to put them, else before.
                    var beside = plan.Stages[s].Kind.DoubleBuffered;
                    var dram = time.Dram + (beside ? time.Stream : 0);
                    var took = time.Together(dram) + (beside ? 0 : time.Stream);
                    var start = Ready(s, t, end, 0);
                    end[(s * counts.Steps) + t] = Done(s, t, start, took);
                    time.Attribute(decisive[s], took, dram + (beside ? 0 : time.Stream));
                }

                if (t == 0) firstOutput = end.Max();
            }

            return end.DefaultIfEmpty(0).Max();
        }

        /// <summary>Several phases: the channel brings the weights of the next one while one computes, if there is room for both.</summary>
        private long Phased()
        {
            var byPhase = Enumerable.Range(0, plan.Stages.Length).ToLookup(s => plan.Stages[s].Stage.Phase);
            var end = new long[plan.Stages.Length * counts.Steps];
            long now = counts.Build.Cycles, channel = counts.Build.DramCycles, roomFrom = 0;
            for (var t = 0; t < counts.Steps; t++)
            {
                for (var p = 0; p < plan.Phases; p++)
                {
                    int[] stages = [.. byPhase[p]];
                    long stream = 0, other = 0;
                    foreach (var s in stages) (stream, other) = (stream + Of(s, t).Stream, other + Of(s, t).Dram);
                    var doubled = Array.TrueForAll(stages, s => !plan.Stages[s].Stage.Streamed || plan.Stages[s].Kind.DoubleBuffered);
                    var loaded = stream == 0 ? 0 : Math.Max(channel, doubled ? roomFrom : now) + stream;
                    if (stream > 0) channel = loaded;
                    var begin = Math.Max(now, loaded);
                    roomFrom = begin;
                    var done = begin;
                    foreach (var s in stages)
                    {
                        var time = Of(s, t);
                        var took = time.Together(0);
                        var start = Ready(s, t, end, begin);
                        done = Math.Max(done, end[(s * counts.Steps) + t] = Done(s, t, start, took));
                        time.Attribute(decisive[s], took, 0);
                    }

                    channel = Math.Max(channel, begin) + other;
                    Wait(stages, t, begin - now, s => s.Stream);
                    Wait(stages, t, other > 0 ? channel - done : 0, s => s.Dram);
                    now = other > 0 ? Math.Max(done, channel) : done;
                }

                if (t == 0) firstOutput = now;
            }

            return now;
        }

        /// <summary>What a phase waits for DRAM goes to its stage that moves most.</summary>
        private void Wait(int[] stages, int step, long waited, Func<StageTimes, long> moved)
        {
            if (waited <= 0) return;
            var stage = stages.MaxBy(s => moved(Of(s, step)));
            cycles[stage] += waited;
            decisive[stage].Add(TileUnits.Dram, waited);
        }

        private long Ready(int stage, int step, long[] end, long earliest)
        {
            var start = earliest;
            foreach (var (before, delay) in plan.Stages[stage].Before)
                if (step >= delay && (delay > 0 || before != stage)) start = Math.Max(start, end[(before * counts.Steps) + step - delay]);
            foreach (var tile in plan.Stages[stage].Stage.Tiles) start = Math.Max(start, tileFree[tile]);
            return start;
        }

        private long Done(int stage, int step, long start, long took)
        {
            cycles[stage] += took;
            foreach (var tile in plan.Stages[stage].Stage.Tiles) tileFree[tile] = start + took;
            if (took > 0) spans?.Add(new(stage, step, new(start), new(start + took)));
            return start + took;
        }
    }
}
