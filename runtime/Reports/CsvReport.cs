using System.Globalization;
using System.Text;

namespace NeuroChip.Runtime.Reports;

/// <summary>The numbers by layer as CSV (RFC 4180), one row per population, for spreadsheets and plots.</summary>
public sealed class CsvReport : IReportWriter
{
    private static readonly string[] Header =
    [
        "layer", "neuron", "domain", "neurons", "cores", "spike_rate", "neuron_updates", "emissions", "packets", "router_visits", "link_crossings",
        "synaptic_events", "macs", "dense_operations", "busy_cycles", "peak_cycles_per_tick", "joules",
        "probes", "dense_slots", "paper_joules_per_inference", "paper_first_layer_macs", "paper_synaptic_operations", "paper_other_macs",
        "form", "tile_kind", "tiles", "phase", "streamed", "membrane_home", "input_rate", "tile_additions", "tile_macs", "cycles", "tile_cycles", "bound",
        "weight_bits_read", "noc_bit_hops", "global_buffer_bits", "dram_bits_read", "dram_bits_written",
        "site_lookups", "site_lookups_by_event", "site_lookups_by_site", "site_slots_read", "site_operations", "vanilla_operations", "addressing_cycles", "vanilla_cycles", "vanilla_joules",
    ];

    /// <inheritdoc/>
    public string Name => "csv";

    /// <inheritdoc/>
    public string FileName => "report.csv";

    /// <inheritdoc/>
    public void Write(RunReport report, Stream stream)
    {
        var text = new StringBuilder();
        Row(text, Header);
        var onTiles = report.Tiles?.Layers.ToDictionary(l => l.Name) ?? [];
        var addressing = report.Sites?.Layers.ToDictionary(l => l.Name) ?? [];
        var formulas = report.Paper?.Layers.ToDictionary(l => l.Name) ?? [];
        foreach (var layer in report.Layers)
        {
            formulas.TryGetValue(layer.Name, out var paper);
            var projections = report.Projections.Where(p => p.Target == layer.Name).ToArray();
            var cores = report.Cores.Where(c => c.Layer == layer.Name).ToArray();
            var energy = report.Energy?.ByLayer.Where(e => e.Name == layer.Name).Sum(e => e.Joules) ?? 0;
            Row(text,
            [
                layer.Name, layer.Neuron, layer.Domain, layer.Neurons, layer.Cores, layer.SpikeRate, layer.Counts.NeuronUpdates, layer.Counts.Emissions,
                layer.Counts.Packets, layer.Counts.RouterVisits, layer.Counts.LinkCrossings,
                projections.Sum(p => p.SynapticEvents), projections.Sum(p => p.Macs), projections.Sum(p => p.DenseOperations),
                cores.Sum(c => c.BusyCycles), cores.Select(c => c.PeakCyclesPerTick).DefaultIfEmpty(0).Max(), energy,
                projections.Sum(p => p.Probes), projections.Sum(p => p.DenseSlots), paper?.Joules ?? 0, paper?.FirstLayerMacs ?? 0, paper?.SynapticOperations ?? 0, paper?.OtherMacs ?? 0,
                .. Tile(onTiles.GetValueOrDefault(layer.Name)), .. Sites(addressing.GetValueOrDefault(layer.Name)),
            ]);
        }

        stream.Write(Encoding.UTF8.GetBytes(text.ToString()));
    }

    /// <summary>Cells of a layer on tiles; empty ones where there are none.</summary>
    private static object[] Tile(ReportTileLayer? layer) => layer is null
        ? [.. Enumerable.Repeat("", 17)]
        :
        [
            layer.Form, layer.Kind, layer.Tiles.Length, layer.Phase, layer.Streamed ? "yes" : "no", layer.MembraneHome, layer.InputRate, layer.Counts.Additions, layer.Counts.Macs, layer.Cycles, layer.TileCycles,
            layer.Bound, layer.Counts.WeightBitsRead, layer.Counts.NocBitHops, layer.Counts.GlobalBufferBits, layer.Counts.DramBitsRead, layer.Counts.DramBitsWritten,
        ];

    /// <summary>Cells of a layer that looks up sites.</summary>
    private static object[] Sites(ReportAddressing? layer) => layer is null
        ? [.. Enumerable.Repeat("", 9)]
        : [layer.Probes, layer.EventProbes, layer.SiteProbes, layer.Reads, layer.Operations, layer.VanillaOperations, layer.Cycles, layer.VanillaCycles, layer.VanillaJoules];

    private static void Row(StringBuilder text, params ReadOnlySpan<object> cells)
    {
        for (var i = 0; i < cells.Length; i++)
        {
            var cell = Convert.ToString(cells[i], CultureInfo.InvariantCulture) ?? "";
            if (i > 0) text.Append(',');
            text.Append(cell.AsSpan().IndexOfAny(",\"\r\n") < 0 ? cell : $"\"{cell.Replace("\"", "\"\"")}\"");
        }

        text.Append("\r\n");
    }
}
