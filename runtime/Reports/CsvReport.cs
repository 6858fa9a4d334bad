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
        foreach (var layer in report.Layers)
        {
            var projections = report.Projections.Where(p => p.Target == layer.Name).ToArray();
            var cores = report.Cores.Where(c => c.Layer == layer.Name).ToArray();
            var energy = report.Energy?.ByLayer.Where(e => e.Name == layer.Name).Sum(e => e.Joules) ?? 0;
            Row(text,
                layer.Name, layer.Neuron, layer.Domain, layer.Neurons, layer.Cores, layer.SpikeRate, layer.Counts.NeuronUpdates, layer.Counts.Emissions,
                layer.Counts.Packets, layer.Counts.RouterVisits, layer.Counts.LinkCrossings,
                projections.Sum(p => p.SynapticEvents), projections.Sum(p => p.Macs), projections.Sum(p => p.DenseOperations),
                cores.Sum(c => c.BusyCycles), cores.Select(c => c.PeakCyclesPerTick).DefaultIfEmpty(0).Max(), energy);
        }

        stream.Write(Encoding.UTF8.GetBytes(text.ToString()));
    }

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
