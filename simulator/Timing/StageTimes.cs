using System.Collections.Immutable;
using NeuroChip.Ir;
using NeuroChip.Runtime;
using NeuroChip.Simulator.Tiles;

namespace NeuroChip.Simulator.Timing;

/// <summary>Cycles one stage takes in one step, before anything it waits for.</summary>
/// <param name="Compute">Cycles its busiest tile computes.</param>
/// <param name="Stream">Cycles until its weights have come from DRAM and over the mesh.</param>
/// <param name="Dram">Cycles the DRAM channel needs for everything else.</param>
/// <param name="Noc">Cycles until its inputs have crossed the mesh.</param>
/// <param name="Buffer">Cycles of the port of the global buffer.</param>
/// <param name="Units">Busy cycles by unit.</param>
/// <param name="Decisive">The cycles of <paramref name="Compute"/> by what decided them.</param>
internal readonly record struct StageTimes(
    long Compute, long Stream, long Dram, long Noc, long Buffer, ImmutableArray<UnitTime> Units, ImmutableArray<UnitTime> Decisive)
{
    /// <summary>
    /// Times of a stage in a step: its projections one after the other, then its neurons, by the engine of its kind of tile. What moves does so beside the
    /// computing.
    /// </summary>
    public static StageTimes Of(TileCounts counts, int stage, int step)
    {
        var planned = counts.Plan.Stages[stage];
        ref readonly var did = ref counts[stage, step];
        var chip = counts.Plan.Chip;
        var units = new UnitLedger();
        var decisive = new UnitLedger();
        long compute = 0;
        foreach (var work in did.Works)
        {
            var cycles = planned.Engine.Time(planned.Share(work), null);
            compute += cycles.Added.Count;
            foreach (var unit in cycles.Units) units.Add(unit.Unit, unit.Busy.Count);
            if (cycles.Added.Count == 0) continue;
            // Neurons come after everything else and so always count; of the rest the slowest does.
            var neurons = cycles.Units.Where(u => u.Unit == TileUnits.Neurons).Sum(u => u.Busy.Count);
            if (neurons > 0) decisive.Add(TileUnits.Neurons, neurons);
            var rest = cycles.Added.Count - neurons;
            if (rest > 0) decisive.Add(cycles.Units.Where(u => u.Unit != TileUnits.Neurons).MaxBy(u => u.Busy.Count).Unit, rest);
        }

        long Dram(long bits) => bits == 0 ? 0 : (long)Math.Ceiling(bits / chip.DramBitsPerCycle);
        var weights = Dram(did.WeightBits);
        var other = Dram(did.OtherDramBits);
        var overMesh = CeilingDivision.Of(did.WeightLinkBits, chip.Mesh.Link.Bits.Count);
        var noc = did.NocBits == 0 ? 0 : CeilingDivision.Of(did.NocBits, chip.Mesh.Link.Bits.Count) + (did.Hops * chip.Mesh.Hop.Cycles.Count);
        var buffer = CeilingDivision.Of(did.Did.GlobalBufferBits, chip.GlobalBuffer.Port.Bits.Count);
        units.Add(TileUnits.Noc, noc + overMesh);
        units.Add(TileUnits.Buffer, buffer);
        units.Add(TileUnits.Dram, weights + other);
        return new(compute, Math.Max(weights, overMesh), other, noc, buffer, units.ToImmutable(), decisive.ToImmutable());
    }

    /// <summary>Cycles of a step in which everything that moves beside the computing is there at once.</summary>
    /// <param name="dram">Cycles of the DRAM channel to count.</param>
    public long Together(long dram) => Math.Max(Math.Max(Compute, dram), Math.Max(Noc, Buffer));

    /// <summary>What decided <paramref name="cycles"/> cycles of a step: what is more than <see cref="Compute"/> goes to what was waited for longest.</summary>
    public void Attribute(UnitLedger into, long cycles, long dram)
    {
        foreach (var unit in Decisive) into.Add(unit.Unit, unit.Cycles.Count);
        if (cycles > Compute) into.Add(dram >= Noc && dram >= Buffer ? TileUnits.Dram : Noc >= Buffer ? TileUnits.Noc : TileUnits.Buffer, cycles - Compute);
    }
}

/// <summary>Cycles by unit, in the order in which units first appear.</summary>
internal sealed class UnitLedger
{
    private readonly List<UnitTime> entries = [];

    /// <summary>Adds cycles to a unit; nothing where there are none.</summary>
    public void Add(string unit, long cycles)
    {
        if (cycles == 0) return;
        var at = entries.FindIndex(e => e.Unit == unit);
        if (at < 0) entries.Add(new(unit, new(cycles)));
        else entries[at] = new(unit, new(entries[at].Cycles.Count + cycles));
    }

    /// <summary>All units added so far.</summary>
    public ImmutableArray<UnitTime> ToImmutable() => [.. entries];
}
