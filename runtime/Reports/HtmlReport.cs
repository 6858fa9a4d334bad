using System.Text;
using static NeuroChip.Runtime.Reports.ReportText;
using static NeuroChip.Runtime.Reports.SvgCharts;

namespace NeuroChip.Runtime.Reports;

/// <summary>The report as one page that needs nothing beside it: no script, no external file, charts as SVG.</summary>
public sealed class HtmlReport : IReportWriter
{
    private const int LinksShown = 16;
    private const int CoresShown = 64;
    private const int BarsShown = 40;

    /// <inheritdoc/>
    public string Name => "html";

    /// <inheritdoc/>
    public string FileName => "report.html";

    /// <inheritdoc/>
    public void Write(RunReport report, Stream stream)
    {
        var page = new StringBuilder();
        page.Append($"<!doctype html><html lang='en'><head><meta charset='utf-8'><meta name='viewport' content='width=device-width'><title>{Text(report.Model.Name)} on {Text(report.Chip.Name)}</title><style>{Style}</style></head><body><main>");
        Head(page, report);
        HtmlTiles.Totals(page, report);
        EnergySection(page, report);
        if (report.Tiles is { } tiles)
        {
            HtmlTiles.Time(page, report, tiles);
            HtmlTiles.Layers(page, report, tiles);
        }
        else
        {
            TimeSection(page, report);
            CoreSection(page, report);
            LayerSection(page, report);
            LinkSection(page, report);
            HtmlEvents.Section(page, report);
        }

        if (report.Sites is { } sites) HtmlSites.Write(page, report, sites);
        HtmlTiles.Decisions(page, report);
        QuantisationSection(page, report);
        MetricSection(page, report);
        EvidenceSection(page, report);
        page.Append("</main></body></html>\n");
        stream.Write(Encoding.UTF8.GetBytes(page.ToString()));
    }

    private static void Head(StringBuilder page, RunReport run)
    {
        page.Append($"<h1>{Text(run.Model.Name)} <small>on {Text(run.Chip.Name)}</small></h1>");
        page.Append($"<p class='sub'>{Text(run.Chip.Title)}. {Plural(run.Samples, "sample")}, {Plural(run.Model.Steps, "step")} each, {Text(run.Model.Arithmetic)}. {Text(run.Model.Device)}.</p><div class='cards'>");
        if (run.Accuracy is { } accuracy) Card(page, "accuracy", Percent(accuracy.Fraction), $"{accuracy.Correct} of {accuracy.Samples} samples");
        if (run.Tiles is { } tiles)
        {
            Card(page, "latency", Si(run.Timing.LatencySeconds, "s"), $"{Plural(tiles.LatencyCycles, "cycle")} of {Si(tiles.ClockHertz, "Hz")} per inference; first step after {Count(tiles.FirstOutputCycles)}");
            Card(page, "throughput", $"{Si(tiles.InferencesPerSecond(), "")}/s", $"inferences at most, every {Plural(tiles.IntervalCycles, "cycle")}; bound by {TileText.Bottleneck(tiles)}");
        }
        else
        {
            Card(page, "latency", Si(run.Timing.LatencySeconds, "s"), $"{Plural(run.Timing.LatencyTicks, "tick")} per inference; first output after {Count(run.Timing.FirstOutputTicks)}");
        }

        if (run.Energy is { } energy) Card(page, "energy", Si(energy.JoulesPerInference, "J"), $"per inference; {Si(energy.Watts, "W")}; boundary: {energy.Boundary}");
        if (run.Tiles is not null) Card(page, "tiles", $"{run.Tiles.Tiles.Count(t => t.BusyCycles > 0)} of {run.Tiles.Tiles.Length}", $"busy {Percent(run.Tiles.Tiles.Average(t => t.Utilisation))} mean, {Percent(run.Tiles.Tiles.Max(t => t.Utilisation))} max");
        else Card(page, "cores", Count(run.Cores.Length), $"on {ChipsInUse(run.Chip)}; busy {Percent(run.Timing.MeanUtilisation)} mean, {Percent(run.Timing.MaxUtilisation)} max");
        Card(page, "synaptic operations", Operations(run.NeuroBench.EffectiveAcs + run.NeuroBench.EffectiveMacs), $"per inference, of {Count(run.NeuroBench.DenseOperations)} dense");
        page.Append("</div>");
        if (run.Timing.TimeScaleFactor > 1)
        {
            page.Append($"<p class='warn'>{Plural(run.Timing.OverrunTicks, "tick")} of cores needed more than the {Count(run.Timing.CyclesPerTick)} cycles a tick has. "
                + $"Ticks must last {Factor(run.Timing.TimeScaleFactor)} times as long; all times and energies here assume that.</p>");
        }
    }

    // A card has room for nine digits.
    private static string Operations(double count) => count < 1e9 ? Count(count) : Si(count, "");

    private static void Card(StringBuilder page, string name, string value, string note) =>
        page.Append($"<div class='card'><span>{Text(name)}</span><b>{Text(value)}</b><small>{Text(note)}</small></div>");

    private static void EnergySection(StringBuilder page, RunReport run)
    {
        if (run.Energy is not { } energy) return;
        Bar Of(ReportEnergyShare share) => new(share.Name, share.Joules,
            $"{Si(share.Joules / run.Samples, "J")}  {Percent(energy.Joules > 0 ? share.Joules / energy.Joules : 0)}");
        page.Append($"<h2>Energy per inference</h2><p class='sub'>{Text(energy.Title)}; boundary: {energy.Boundary}.</p><div class='two'><figure><figcaption>by component</figcaption>");
        page.Append(Bars([.. energy.ByComponent.Select(Of)]));
        // What no layer causes dwarfs the layers on a machine that is mostly idle; beside its bar theirs could not be compared.
        var layers = run.Layers.Select(l => l.Name).ToHashSet(StringComparer.Ordinal);
        var shared = energy.ByLayer.Where(e => !layers.Contains(e.Name)).Sum(e => e.Joules);
        page.Append($"</figure><figure><figcaption>by layer{(shared > 0 ? $", without the {Si(shared / run.Samples, "J")} of {(run.Tiles is null ? "chips and boards" : "the idle chip")}" : "")}</figcaption>");
        ReportEnergyShare[] own = [.. energy.ByLayer.Where(e => layers.Contains(e.Name))];
        if (own.Length > BarsShown) own = [.. own.OrderByDescending(e => e.Joules).Take(BarsShown)];
        page.Append(Bars([.. own.Select(Of)])).Append("</figure></div>");
    }

    private static void TimeSection(StringBuilder page, RunReport run)
    {
        page.Append("<h2>Time</h2><figure><figcaption>cycles of the slowest core in each tick of an inference</figcaption>");
        page.Append(Columns(run.Timing.SlowestCoreCyclesPerTick, run.Timing.CyclesPerTick, $"a tick of {Si(run.Timing.TickSeconds, "s")}: {Count(run.Timing.CyclesPerTick)} cycles", "cycles"));
        page.Append("</figure>");
    }

    private static void CoreSection(StringBuilder page, RunReport run)
    {
        if (run.Cores.Length == 0) return;
        page.Append("<h2>Cores</h2>");
        if (run.Timing.BottleneckCore >= 0)
        {
            var core = run.Cores[run.Timing.BottleneckCore];
            page.Append($"<p class='sub'>The slowest core is {core.Place()}, layer {Text(core.Layer)}: {Count(core.PeakCyclesPerTick)} of {Count(run.Timing.CyclesPerTick)} cycles in its longest tick.</p>");
        }

        page.Append($"<figure><figcaption>how busy each core is {HeatLegend()}</figcaption>{HeatMap(run)}</figure>");
        page.Append("<details><summary>every core: time and memory</summary><table><tr><th>core<th>layer<th>neurons<th class='n'>busy<th class='n'>waiting<th class='n'>idle<th class='n'>peak cycles<th>memory</tr>");
        foreach (var core in run.Cores.OrderByDescending(c => c.PeakCyclesPerTick).Take(CoresShown))
        {
            var all = Math.Max(1, core.BusyCycles + core.WaitingCycles + core.IdleCycles);
            page.Append($"<tr><td>{core.Place()}<td>{Text(core.Layer)}<td>{core.First}–{core.First + core.Count - 1}<td class='n'>{Percent((double)core.BusyCycles / all)}"
                + $"<td class='n'>{Percent((double)core.WaitingCycles / all)}<td class='n'>{Percent((double)core.IdleCycles / all)}<td class='n'>{Count(core.PeakCyclesPerTick)}<td>{Text(Memory(core))}</tr>");
        }

        page.Append("</table>");
        if (run.Cores.Length > CoresShown) page.Append($"<p class='sub'>The {CoresShown} slowest of {run.Cores.Length}; report.json has all of them.</p>");
        page.Append("</details>");
    }

    private static string Memory(ReportCore core)
    {
        var totals = core.Memory.Where(m => m.Purpose == "total").Select(t =>
        {
            var parts = core.Memory.Where(m => m.Memory == t.Memory && m.Purpose != "total").Select(m => $"{m.Purpose} {Bytes(m.Bytes)}");
            return $"{t.Memory} {Bytes(t.Bytes)}{(t.Limit is { } limit ? $" of {Bytes(limit)}" : "")} ({string.Join(", ", parts)})";
        });
        return string.Join("; ", totals);
    }

    private static void LayerSection(StringBuilder page, RunReport run)
    {
        page.Append("<h2>Layers</h2><figure><figcaption>spikes per neuron and step</figcaption>");
        page.Append(Bars([.. run.Layers.Select(l => new Bar(l.Name, l.SpikeRate, Percent(l.SpikeRate)))], full: 1)).Append("</figure>");
        page.Append("<table><tr><th>layer<th>neuron<th>shape<th class='n'>cores<th class='n'>ACs/inf<th class='n'>MACs/inf<th class='n'>packets/inf<th>emissions by step</tr>");
        foreach (var layer in run.Layers)
        {
            var into = run.Projections.Where(p => p.Target == layer.Name).ToArray();
            page.Append($"<tr><td>{Text(layer.Name)}<td>{Text(layer.Neuron)}<td>[{string.Join(',', layer.Shape)}]<td class='n'>{layer.Cores}"
                + $"<td class='n'>{Count(into.Sum(p => (double)p.SynapticEvents) / run.Samples)}<td class='n'>{Count(into.Sum(p => (double)p.Macs) / run.Samples)}"
                + $"<td class='n'>{Count((double)layer.Counts.Packets / run.Samples)}<td>{Sparkline(layer.EmissionsPerStep)}</tr>");
        }

        page.Append("</table>");
    }

    private static void LinkSection(StringBuilder page, RunReport run)
    {
        page.Append("<h2>Links between chips</h2>");
        if (run.Links.Length == 0)
        {
            page.Append("<p class='sub'>No packet left its chip.</p>");
            return;
        }

        var busiest = run.Links.OrderByDescending(l => l.PeakLoad).Take(LinksShown).ToArray();
        page.Append($"<figure><figcaption>load in the busiest tick: the {busiest.Length} busiest of {run.Links.Length} links in use</figcaption>");
        page.Append(Bars([.. busiest.Select(l => new Bar($"({l.X},{l.Y}) {l.Direction}", l.PeakLoad, $"{Percent(l.PeakLoad)}  {Plural(l.PeakPacketsPerTick, "packet")}"))], full: Math.Max(1, busiest[0].PeakLoad)));
        page.Append("</figure>");
    }

    private static void MetricSection(StringBuilder page, RunReport run)
    {
        var m = run.NeuroBench;
        page.Append("<h2>NeuroBench metrics</h2><table>");
        void Row(string name, string value) => page.Append($"<tr><td>{name}<td class='n'>{value}</tr>");
        Row("footprint (weights, biases, state)", Bytes(m.FootprintBytes));
        Row("connection sparsity", Percent(m.ConnectionSparsity));
        Row("activation sparsity", Percent(m.ActivationSparsity));
        Row("synaptic operations per inference, dense", Count(m.DenseOperations));
        Row("effective multiply-accumulates per inference", Count(m.EffectiveMacs));
        Row("effective accumulates per inference", Count(m.EffectiveAcs));
        Row("membrane updates per inference", Count(m.MembraneUpdates));
        page.Append("</table>");
        if (run.Routers.Length > 0)
        {
            var longest = run.Routers.MaxBy(r => r.Entries)!;
            page.Append($"<p class='sub'>Routing tables: the longest is that of chip ({longest.X},{longest.Y}) with {longest.Entries} of {longest.Limit} entries.</p>");
        }
    }

    private static void QuantisationSection(StringBuilder page, RunReport run)
    {
        if (run.Quantisation is not { } q) return;
        page.Append($"<h2>Integers against float32</h2><p class='sub'>On {Plural(q.Samples, "calibration sample")}.");
        if (q.SameClass is { } same) page.Append($" Both give the same class for {Percent(same)}.");
        if (q is { FloatAccuracy: { } was, QuantisedAccuracy: { } now }) page.Append($" Accuracy {Percent(was)} in float32, {Percent(now)} in integers.");
        page.Append("</p><figure><figcaption>emissions that are equal</figcaption>");
        page.Append(Bars([.. q.Layers.Select(l => new Bar(l.Name, l.Agreement, Percent(l.Agreement)))], full: 1)).Append("</figure>");
    }

    private static void EvidenceSection(StringBuilder page, RunReport run)
    {
        page.Append("<h2>Where the numbers come from</h2>");
        page.Append($"<p class='sub'>Chip model {Text(run.Chip.Name)}; energy is that of the {run.Chip.Boundary}s in use.</p>");
        if (run.Energy is { } energy)
        {
            page.Append("<table><tr><th>price<th>value<th>evidence<th>source</tr>");
            foreach (var price in energy.Prices) page.Append($"<tr><td>{Text(price.Name)}<td>{Text(price.Value)}<td>{Text(price.Grade)}<td>{Text(price.Source)}</tr>");
            page.Append("</table>");
            if (energy.NotPriced.Length > 0) List(page, energy.NotPriced);
        }

        if (run.NotModelled.Length == 0) return;
        page.Append("<h3>Not modelled</h3>");
        List(page, run.NotModelled);
    }

    private static void List(StringBuilder page, IEnumerable<string> items)
    {
        page.Append("<ul>");
        foreach (var item in items) page.Append($"<li>{Text(item)}</li>");
        page.Append("</ul>");
    }

    private const string Style = """
        :root{--ink:#1b2430;--soft:#5d6b7c;--line:#dfe5ec;--bar:#3b6fb6;--track:#eef2f6;--over:#b3324b;--page:#fff}
        @media (prefers-color-scheme:dark){:root{--ink:#e4e9f0;--soft:#9aa8b8;--line:#2d3744;--bar:#6fa3e6;--track:#222b36;--over:#e36a80;--page:#161c24}}
        body{margin:0;background:var(--page);color:var(--ink);font:15px/1.5 system-ui,sans-serif}
        main{max-width:1120px;margin:0 auto;padding:28px 24px 60px}
        h1{font-size:27px;margin:0}h1 small{font-weight:400;color:var(--soft)}
        h2{font-size:18px;margin:36px 0 6px;border-bottom:1px solid var(--line);padding-bottom:4px}h3{font-size:15px;margin:18px 0 4px}
        .sub{color:var(--soft);margin:2px 0 10px}.warn{border-left:4px solid var(--over);padding:6px 12px;background:var(--track)}
        .cards{display:grid;grid-template-columns:repeat(auto-fit,minmax(185px,1fr));gap:12px;margin:18px 0}
        .card{border:1px solid var(--line);border-radius:8px;padding:10px 14px;display:flex;flex-direction:column}
        .card span{color:var(--soft)}.card b{font-size:24px;font-weight:600}.card small{color:var(--soft)}
        .two{display:grid;grid-template-columns:repeat(auto-fit,minmax(440px,1fr));gap:20px}
        figure{margin:10px 0}figcaption{color:var(--soft);margin-bottom:6px;display:flex;gap:16px;align-items:center}
        table{border-collapse:collapse;margin:8px 0;font-size:14px}th,td{text-align:left;padding:4px 14px 4px 0;border-bottom:1px solid var(--line);vertical-align:top}
        .n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
        svg text{font:13px system-ui,sans-serif;fill:var(--ink)}svg .label{fill:var(--soft)}svg .tiny{font-size:11px;fill:var(--soft)}
        .bar{fill:var(--bar)}.track{fill:var(--track)}.over{fill:var(--over)}.axis{stroke:var(--line)}.chip{fill:none;stroke:var(--line)}.free{fill:var(--track)}
        .part0{fill:#3b6fb6}.part1{fill:#b3324b}.part2{fill:#7fb2e5}.part3{fill:#5aa469}.part4{fill:#8c6bb1}.part5{fill:#d18f2f}.part6{fill:#5d6b7c}.part7{fill:#c9a86a}.part8{fill:#9aa8b8}.part9{fill:#4aa3a2}
        .wide{overflow-x:auto}.small{font-size:12px}.small td,.small th{padding:3px 8px 3px 0}
        .limit{stroke:var(--over);stroke-dasharray:5 4}svg .limit-text{fill:var(--over);font-size:12px;paint-order:stroke;stroke:var(--page);stroke-width:4px}
        details{margin:8px 0}summary{cursor:pointer;color:var(--soft)}
        """;
}
