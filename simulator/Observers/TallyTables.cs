using NeuroChip.Ir.Ncir;
using NeuroChip.Simulator.Engines;

namespace NeuroChip.Simulator.Observers;

/// <summary>Some of the counters that events of a population add to.</summary>
/// <param name="Unit">Consecutive addresses, from a multiple of it on, that have the same entries; 0 where all have.</param>
/// <param name="At">Appends the entries of an address.</param>
internal sealed record TallyPart(int Unit, Action<int, List<TallyEntry>> At)
{
    /// <summary>Greatest common divisor; 0 is a multiple of everything.</summary>
    public static int Common(int a, int b) => b == 0 ? a : Common(b, a % b);
}

/// <summary>
/// Writes the parts out as tables. Parts share a table, so that an event is looked at once, unless that would make it much larger than they are: what is constant
/// over thousands of addresses is not repeated for each because something else is not.
/// </summary>
internal static class TallyTables
{
    /// <summary>A table of several parts may take this many times their own memory.</summary>
    private const int Growth = 2;

    /// <summary>The tables of a population.</summary>
    public static IEnumerable<EventTally> Of(Population population, IEnumerable<TallyPart> parts)
    {
        Table? last = null;
        foreach (var table in parts.Select(p => Table.Of(p, population.Size)).OrderByDescending(t => t.Grain))
        {
            if (last?.With(table) is { } joined && joined.Bytes <= Growth * (last.Bytes + table.Bytes))
            {
                last = joined;
                continue;
            }

            if (last is not null) yield return last.Write(population.Id);
            last = table;
        }

        if (last is not null) yield return last.Write(population.Id);
    }

    /// <summary>Parts that share a table, before it is written.</summary>
    /// <param name="Size">Addresses.</param>
    /// <param name="Parts">The parts, each with how many entries it has at its own unit.</param>
    private sealed record Table(int Size, (TallyPart Part, long Entries)[] Parts)
    {
        public int Grain => Parts.Aggregate(0, (grain, p) => TallyPart.Common(grain, p.Part.Unit)) is var common and > 0 ? common : Size;

        public long Bytes => (4L * (Blocks(Grain) + 1)) + (12 * Parts.Sum(p => p.Entries * (Unit(p.Part) / Grain)));

        public static Table Of(TallyPart part, int size)
        {
            var table = new Table(size, [(part, 0)]);
            var (entries, row) = (0L, new List<TallyEntry>());
            for (var block = 0; block < table.Blocks(table.Grain); block++)
            {
                row.Clear();
                part.At(block * table.Grain, row);
                entries += row.Count;
            }

            return table with { Parts = [(part, entries)] };
        }

        public Table With(Table other) => this with { Parts = [.. Parts, .. other.Parts] };

        public EventTally Write(PopulationId population)
        {
            var (grain, entries) = (Grain, new List<TallyEntry>());
            var offsets = new int[Blocks(grain) + 1];
            for (var block = 0; block + 1 < offsets.Length; block++)
            {
                foreach (var (part, _) in Parts) part.At(block * grain, entries);
                offsets[block + 1] = entries.Count;
            }

            return new(population, grain, offsets, [.. entries]);
        }

        private int Unit(TallyPart part) => part.Unit == 0 ? Size : part.Unit;

        private int Blocks(int grain) => ((Size - 1) / grain) + 1;
    }
}
