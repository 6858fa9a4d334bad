using System.Text;
using NeuroChip.Ir.Ncir;
using static NeuroChip.Runtime.Reports.ReportText;
using static NeuroChip.Runtime.Reports.SvgCharts;

namespace NeuroChip.Runtime.Reports;

/// <summary>The sections of the page that only a chip of tiles has, and those on the compiler's choices and the papers' formula.</summary>
internal static class HtmlTiles
{
    private const int LayersDrawn = 20;
    private const int DecisionsOpen = 8;

    /// <summary>The row of the run in the shape of the papers' tables.</summary>
    public static void Totals(StringBuilder page, RunReport run)
    {
        if (run is not { Tiles: { } tiles, Paper: { } paper }) return;
        page.Append("<h2>In the shape of the papers' table</h2><table><tr><th>model<th class='n'>parameters<th class='n'>T<th class='n'>dense MACs per step<th class='n'>energy, papers' formula"
            + "<th class='n'>energy, chip model<th class='n'>accuracy</tr>");
        page.Append($"<tr><td>{Text(run.Model.Name)}<td class='n'>{Si(tiles.Parameters, "")}<td class='n'>{run.Model.Steps}<td class='n'>{Si(paper.DenseSlotsPerStep, "")}"
            + $"<td class='n'>{Millijoules(paper.Joules)}<td class='n'>{(run.Energy is { } e ? Millijoules(e.JoulesPerInference) : "")}<td class='n'>{(run.Accuracy is { } a ? Percent(a.Fraction) : "no labels")}</tr></table>");
        page.Append($"<p class='sub'>Papers' formula: {paper.MacPicojoules} pJ x {Count(paper.FirstLayerMacs)} MACs of the layers that read the input + {paper.AcPicojoules} pJ x {Count(paper.SynapticOperations)} synaptic operations "
            + "(firing rate x dense MACs of the form that was compiled, over all steps). Nothing else costs anything in it.");
        if (paper.OtherMacs > 0)
            page.Append($" Not in it: {Count(paper.OtherMacs)} MACs of real values that are not the input, {Si(paper.OtherMacJoules, "J")} at the price of a MAC.");
        page.Append($" {Text(paper.Source)}.</p>");
    }

    /// <summary>Which layers take the time, what bounds them, and how busy each tile is.</summary>
    public static void Time(StringBuilder page, RunReport run, ReportTiles tiles)
    {
        page.Append("<h2>Where the time goes</h2>");
        var samples = run.Samples;
        var longest = tiles.Layers.OrderByDescending(l => l.Cycles).Take(LayersDrawn).ToArray();
        page.Append($"<p class='sub'>{Text(TileText.Policy(tiles))} A layer's cycles are split by what decided them: of units that work side by side the slowest.</p>");
        page.Append("<div class='two'>");
        page.Append($"<figure><figcaption>cycles per inference{(longest.Length < tiles.Layers.Length ? $": the {longest.Length} longest of {tiles.Layers.Length} layers" : " by layer")}</figcaption>");
        page.Append(StackedBars([.. longest.Select(l => new StackedBar(l.Name, [.. l.Decisive.Select(d => (d.Unit, (double)d.Cycles))], Count((double)l.Cycles / samples)))], [.. TileText.Units])).Append("</figure>");
        page.Append("<figure><figcaption>all layers together, by what decided</figcaption>");
        var sums = TileText.Decisive(tiles);
        var all = Math.Max(1, sums.Sum(s => s.Cycles));
        page.Append(Bars([.. sums.Select(s => new Bar(s.Unit, s.Cycles, $"{Count((double)s.Cycles / samples)}  {Percent((double)s.Cycles / all)}"))])).Append("</figure></div>");
        page.Append($"<h2>Tiles</h2><p class='sub'>Utilisation: cycles in which a tile computes per cycle of the run. DRAM channel busy {Percent(TileText.Part(tiles.DramBusyCycles, tiles))}, "
            + $"port of the global buffer {Percent(TileText.Part(tiles.BufferBusyCycles, tiles))}, busiest link of the mesh {Percent(TileText.Part(tiles.LinkBusyCycles, tiles))}.</p><div class='two'>");
        page.Append($"<figure><figcaption>how busy each tile is {HeatLegend()}</figcaption>{TileMap(run, tiles)}</figure>");
        page.Append("<figure><figcaption>mean and greatest by kind of tile</figcaption>");
        page.Append(Bars([.. tiles.Kinds.Select(k => new Bar($"{k.Name} ({k.InUse} of {k.Tiles} in use)", k.Utilisation, $"{Percent(k.Utilisation)}, {Percent(k.MaxUtilisation)}"))], full: 1)).Append("</figure></div>");
    }

    /// <summary>Every layer with everything about it.</summary>
    public static void Layers(StringBuilder page, RunReport run, ReportTiles tiles)
    {
        var samples = run.Samples;
        var energy = run.Energy?.ByLayer.ToDictionary(e => e.Name, e => e.Joules) ?? [];
        var paper = run.Paper?.Layers.ToDictionary(l => l.Name) ?? [];
        page.Append("<h2>Layers on tiles</h2><p class='sub'>Per inference. Rate: payloads other than 0 per source neuron and step. Slots: multiplications of a machine that skips nothing. "
            + "The papers' formula prices the form that stands here.</p><div class='wide'><table class='small'><tr><th>layer<th>form<th>tiles<th class='n'>spikes in<th class='n'>rate in<th class='n'>additions"
            + "<th class='n'>MACs<th class='n'>tests<th class='n'>dense slots<th class='n'>cycles<th>bound by<th class='n'>DRAM<th class='n'>energy, chip<th class='n'>papers</tr>");
        foreach (var layer in tiles.Layers)
        {
            string Per(double count) => count == 0 ? "" : Si(count / samples, "").TrimEnd();
            var did = layer.Counts;
            paper.TryGetValue(layer.Name, out var formula);
            page.Append($"<tr><td>{Text(layer.Name)}<td>{Text(layer.Form)}<td>{Text(TileText.Place(layer, tiles))}<td class='n'>{Per(did.Events)}<td class='n'>{Percent(layer.InputRate)}"
                + $"<td class='n'>{Per(did.Additions)}<td class='n'>{Per(did.Macs)}<td class='n'>{Per(did.Probes)}<td class='n'>{Per(layer.DenseSlots)}<td class='n'>{Per(layer.Cycles)}<td>{Text(layer.Bound)}"
                + $"<td class='n'>{(did.DramBits() == 0 ? "" : Bytes(did.DramBits() / 8 / samples))}<td class='n'>{(energy.TryGetValue(layer.Name, out var joules) ? Si(joules / samples, "J") : "")}"
                + $"<td class='n'>{(formula is null ? "" : TileText.Formula(formula))}</tr>");
        }

        page.Append("</table></div>");
    }

    /// <summary>What the compiler chose, by topic, with the cost of the other ways.</summary>
    public static void Decisions(StringBuilder page, RunReport run)
    {
        if (run.Decisions.IsDefaultOrEmpty) return;
        page.Append("<h2>What the compiler chose</h2>");
        foreach (var topic in run.Decisions.GroupBy(d => d.Topic))
        {
            var forms = string.Join(", ", topic.GroupBy(d => d.Chosen).Select(g => g.Count() > 1 ? $"{g.Key} ({g.Count()} times)" : g.Key));
            page.Append($"<details{(topic.Count() <= DecisionsOpen ? " open" : "")}><summary>{Text(topic.Key)}: {Text(forms)}</summary><div class='wide'><table class='small'><tr><th>layer<th>chosen<th>cost of each way<th>why</tr>");
            foreach (var d in topic) page.Append($"<tr><td>{Text(d.Subject)}<td>{Text(d.Chosen)}<td>{Costs(d)}<td>{Text(d.Reason)}</tr>");
            page.Append("</table></div></details>");
        }
    }

    private static string Costs(Decision decision) =>
        string.Join("<br>", decision.Alternatives.Select(a => $"{(a.Form == decision.Chosen ? "<b>" : "")}{Text(a.Form)}: {Count(a.Cost)}{(a.Form == decision.Chosen ? "</b>" : "")}")) + $" {Text(decision.Unit)}";

    private static string Millijoules(double joules) => (joules * 1e3).ToString(joules >= 1e-4 ? "0.0##" : "0.0#####", System.Globalization.CultureInfo.InvariantCulture) + " mJ";
}
