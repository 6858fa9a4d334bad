using NeuroChip.Cli.Terminal;
using NeuroChip.HwModels;
using NeuroChip.HwModels.Tiles;
using NeuroChip.Ir;
using NeuroChip.Runtime.Reports;
using Spectre.Console;

namespace NeuroChip.Cli.Verbs;

/// <summary>A chip of tiles at a glance, before its list of numbers: what it could do at most, its kinds of tiles side by side, its mesh and its prices.</summary>
internal static class TileChipOverview
{
    /// <summary>Meshes of more columns are not drawn.</summary>
    private const int WidestDrawing = 24;

    public static void Write(TileChip chip)
    {
        var mesh = chip.Mesh.Places > 1 ? $" on a mesh of {chip.Mesh.Width.Count} x {chip.Mesh.Height.Count}" : "";
        Console.WriteLine($"{ReportText.Plural(chip.TileCount, "tile")}{mesh} at {chip.Clock}, {ReportText.Bytes(chip.OnChipMemory.Bytes)} on chip, "
            + $"DRAM {chip.Dram.Bandwidth} ({ReportText.Factor(chip.DramBitsPerCycle)} bit a cycle)");
        var peaks = Peaks(chip).ToArray();
        if (peaks.Length > 0) Console.WriteLine($"at most {string.Join(", ", peaks)}");
        foreach (var (name, costs) in chip.EnergyTables)
            if (chip.IdleWatts(costs) is { } watts) Console.WriteLine($"{ReportText.Si(watts, "W")} as long as it is on, by cost table '{name}'");
        Screen.Out.Write(Kinds(chip));
        Mesh(chip);
        Screen.Out.Write(Prices(chip));
    }

    /// <summary>Kinds with their counts, e.g. "2 encoder, 16 linear".</summary>
    public static string Counts(TileChip chip) => string.Join(", ", Present(chip).Select(t => $"{t.Value.Count.Count} {t.Key}"));

    private static IEnumerable<KeyValuePair<string, TileKind>> Present(TileChip chip) => chip.Tiles.Where(t => t.Value.Count.Count > 0);

    /// <summary>What all units of a kind of work could do if none ever waited.</summary>
    private static IEnumerable<string> Peaks(TileChip chip)
    {
        double Sum(Func<TileKind, bool> of, Func<TileKind, long> lanes) => Present(chip).Where(t => of(t.Value)).Sum(t => t.Value.Count.Count * (double)lanes(t.Value)) * chip.Clock.Hertz;
        static bool Dense(TileKind t) => t.Engine == TileEngine.DenseArray;
        foreach (var (rate, what) in new[]
        {
            (Sum(t => !Dense(t) && t.Can(TileWork.Sparse), t => t.Lanes.CountOrNone()), "sparse additions"),
            (Sum(t => !Dense(t) && t.Can(TileWork.Attention), t => t.Lanes.CountOrNone()), "attention additions"),
            (Sum(t => t.Can(TileWork.Attention), t => t.ProbeLanes.CountOrNone()), "membership tests"),
            (Sum(t => !Dense(t) && t.Can(TileWork.Analog), t => t.MacLanes.CountOrNone()), "MACs"),
            (Sum(Dense, t => (long)t.Rows.CountOrNone() * t.Columns.CountOrNone()), "dense positions"),
        })
            if (rate > 0) yield return $"{ReportText.Si(rate, "")} {what} a second";
    }

    private static Table Kinds(TileChip chip)
    {
        var kinds = Present(chip).ToArray();
        var table = new Table().Border(TableBorder.Simple).AddColumn("tiles");
        foreach (var (name, _) in kinds) table.AddColumn(new TableColumn(Markup.Escape(name)).RightAligned());
        void Row(string what, Func<TileKind, string?> text)
        {
            if (kinds.Any(k => text(k.Value) is not null)) table.AddRow([what, .. kinds.Select(k => text(k.Value) ?? "-")]);
        }

        Row("count", t => $"{t.Count.Count}");
        Row("does", t => t.Does == TileWork.None ? "holds membranes" : ChipWords.Of(t.Does));
        Row("engine", t => t.Does == TileWork.None ? null : ChipWords.Of(t.Engine));
        Row("adders", t => Number(t.Lanes));
        Row("MAC units", t => Number(t.MacLanes));
        Row("membership tests", t => Number(t.ProbeLanes));
        Row("lookups of sites", t => Number(t.AddressUnit?.Lanes));
        Row("rows counted", t => Number(t.PopcountLanes));
        Row("array or tile", t => t.Rows is { } rows && t.Columns is { } columns ? $"{rows.Count} x {columns.Count}" : null);
        Row("neuron units", t => Number(t.NeuronLanes));
        Row("weights", t => Size(t.WeightMemory, t.DoubleBuffered ? ", in halves" : ""));
        Row("events", t => Size(t.EventMemory));
        Row("accumulators", t => Size(t.AccumulatorMemory));
        Row("membranes", t => Size(t.MembraneMemory));
        Row("tables of sites", t => Size(t.AddressUnit?.TableMemory));
        return table;
    }

    private static string? Number(Quantity? lanes) => lanes is null ? null : $"{lanes.Count}";

    private static string? Size(Quantity? memory, string suffix = "") => memory is null ? null : memory + suffix;

    private static void Mesh(TileChip chip)
    {
        if (chip.TileCount < 2 || chip.Mesh.Width.Count > WidestDrawing) return;
        // A kind is drawn as its initial, or as many letters as tell it from the others.
        var letters = Present(chip).ToDictionary(t => t.Key, t => Initials(t.Key, Present(chip).Select(o => o.Key)), StringComparer.Ordinal);
        var width = letters.Values.Max(l => l.Length);
        var at = chip.Sites().ToDictionary(s => (s.X, s.Y), s => letters[s.Kind]);
        Console.WriteLine($"Mesh, {string.Join(", ", letters.Select(l => $"{l.Value} {l.Key}"))}; global buffer and DRAM at the upper left:");
        for (var y = 0; y < chip.Mesh.Height.Count; y++)
        {
            if (!at.Keys.Any(k => k.Y >= y)) break;
            Console.WriteLine("    " + string.Join(' ', Enumerable.Range(0, chip.Mesh.Width.Count).Select(x => at.GetValueOrDefault((x, y), ".").PadRight(width))).TrimEnd());
        }
    }

    private static string Initials(string name, IEnumerable<string> all)
    {
        var others = all.Where(o => o != name).ToArray();
        var length = 1;
        while (length < name.Length && others.Any(o => o.StartsWith(name[..length], StringComparison.Ordinal))) length++;
        return name[..length];
    }

    private static Table Prices(TileChip chip)
    {
        var tables = chip.EnergyTables.Select(t => (t.Key, Rows: chip.Rows().Where(r => r.Unit.Length > 0 && r.Field.StartsWith($"energy.{t.Key}.", StringComparison.Ordinal)).ToDictionary(r => r.About, r => $"{r.Value} {r.Unit}"))).ToArray();
        var table = new Table().Border(TableBorder.Simple).AddColumn("price of");
        foreach (var (name, _) in tables) table.AddColumn(new TableColumn(Markup.Escape(name == chip.DefaultEnergy ? $"{name} (default)" : name)).RightAligned());
        foreach (var action in tables.SelectMany(t => t.Rows.Keys).Distinct())
            table.AddRow([Markup.Escape(char.ToLowerInvariant(action[0]) + action[1..].TrimEnd('.')), .. tables.Select(t => t.Rows.GetValueOrDefault(action, "-"))]);
        return table;
    }
}
