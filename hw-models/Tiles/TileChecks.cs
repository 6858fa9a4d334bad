using NeuroChip.HwModels.Fields;
using NeuroChip.Ir.Diagnostics;

namespace NeuroChip.HwModels.Tiles;

/// <summary>What must hold between the numbers of a tile chip: the tiles fit the mesh, and each has the units for what it does.</summary>
internal static class TileChecks
{
    /// <summary>The widest row of spikes a product-sparse engine is simulated with.</summary>
    private const int MostColumns = 64;

    /// <summary>Adds what does not hold to <paramref name="bag"/>.</summary>
    public static void Run(TileChip chip, ChipNode root, DiagnosticBag bag)
    {
        foreach (var (path, value) in new[]
        {
            ("clock", chip.Clock), ("mesh.width", chip.Mesh.Width), ("mesh.height", chip.Mesh.Height), ("mesh.link", chip.Mesh.Link),
            ("global_buffer.port", chip.GlobalBuffer.Port), ("dram.bandwidth", chip.Dram.Bandwidth),
        })
            if (value.Value <= 0) bag.Add(root.Nearest(path).Error("NC6015", $"'{path}' is {value}; it must be more than 0"));
        if (chip.Mesh.Places > 1 << 20)
            bag.Add(root.Nearest("mesh.width").Error("NC6015", $"{chip.Mesh.Width} x {chip.Mesh.Height} are more than 1048576, the most a mesh can have"));
        else if (chip.TileCount > chip.Mesh.Places)
            bag.Add(root.Nearest("mesh").Error(
                "NC6032",
                $"{chip.TileCount} tiles do not fit a mesh of {chip.Mesh.Width.Count} x {chip.Mesh.Height.Count}",
                [string.Join(", ", chip.Tiles.Where(t => t.Value.Count.Count > 0).Select(t => $"{t.Value.Count.Count} {t.Key}")), $"a mesh has a place for each tile: {chip.TileCount} or more"]));
        if (!chip.Tiles.Values.Any(t => t.Count.Count > 0 && t.Does != TileWork.None))
            bag.Add(root.Nearest("tiles").Error("NC6033", $"chip '{chip.Name}' has no tile that computes", "give at least one kind of tile a 'count' above 0 and something it 'does'"));
        foreach (var (name, kind) in chip.Tiles)
            if (kind.Count.Count > 0) Check(name, kind, root, bag);
    }

    private static void Check(string name, TileKind kind, ChipNode root, DiagnosticBag bag)
    {
        var lacks = new List<string>();
        void Need(bool needed, Quantity? unit, string field, string why)
        {
            if (needed && unit is not { Value: > 0 }) lacks.Add($"{field}: {why}");
        }

        var computes = kind.Does != TileWork.None;
        var dense = kind.Engine == TileEngine.DenseArray;
        Need(!dense && kind.Can(TileWork.Analog), kind.MacLanes, "mac_lanes", "it does 'analog' layers, which multiply");
        Need(!dense && (kind.Does & (TileWork.Sparse | TileWork.Attention)) != 0, kind.Lanes, "lanes", "it adds rows of weights or of spikes");
        Need(!dense && kind.Can(TileWork.Attention) && kind.Engine == TileEngine.EventDriven, kind.ProbeLanes, "probe_lanes", "it does 'attention', which tests memberships");
        Need(kind.Engine == TileEngine.ProductSparse, kind.PopcountLanes, "popcount_lanes", "a product-sparse engine counts the spikes of rows");
        Need(kind.Engine != TileEngine.EventDriven, kind.Rows, "rows", $"a {FieldNames.Of(kind.Engine)} engine has rows and columns");
        Need(kind.Engine != TileEngine.EventDriven, kind.Columns, "columns", $"a {FieldNames.Of(kind.Engine)} engine has rows and columns");
        Need(kind.NeuronLanes is { Value: > 0 }, kind.NeuronCycles, "neuron_cycles", "its neuron units take time");
        Need(computes && !dense, kind.NeuronLanes, "neuron_lanes", "the layers it computes end in neurons");
        Need(!dense && (kind.Does & (TileWork.Sparse | TileWork.Analog)) != 0, kind.WeightMemory, "weight_memory", "it holds the weights of its layers");
        Need(computes && !dense, kind.AccumulatorMemory, "accumulator_memory", "it adds up inputs");
        Need(!computes, kind.MembraneMemory, "membrane_memory", "it does no layers, so it can only hold membranes");
        if (kind.Engine == TileEngine.ProductSparse && kind.Columns.CountOrNone() > MostColumns)
            bag.Add(root.Nearest($"tiles.{name}.columns").Error("NC6015", $"tiles '{name}' have {kind.Columns}; rows of at most {MostColumns} columns can be compared"));
        if (kind.AddressUnit is { } unit) CheckAddressUnit(name, kind, unit, root, bag);
        if (lacks.Count > 0)
            bag.Add(root.Nearest($"tiles.{name}.does").Error("NC6031", $"tiles '{name}' lack what they need for what they do", [.. lacks]));
    }

    private static void CheckAddressUnit(string name, TileKind kind, AddressUnitModel unit, ChipNode root, DiagnosticBag bag)
    {
        if (kind.Engine != TileEngine.EventDriven || kind.Does == TileWork.None)
            bag.Add(root.Nearest($"tiles.{name}.address_unit").Error("NC6040", $"tiles '{name}' have an address unit and cannot use it",
                "an address unit finds the targets of single events: it goes with an event-driven engine that does 'sparse' or 'analog' layers"));
        foreach (var (field, value) in new[] { ("lanes", unit.Lanes), ("probe_cycles", unit.ProbeCycles), ("table_memory", unit.TableMemory) })
            if (value.Value <= 0) bag.Add(root.Nearest($"tiles.{name}.address_unit.{field}").Error("NC6040", $"the address unit of tiles '{name}' has a '{field}' of {value}; it must be more than 0"));
    }
}
