using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using System.Text;

namespace NeuroChip.Runtime.Reports;

/// <summary>The few kinds of charts the page has, as SVG elements. Lengths are in SVG user units; colours come from the page's style sheet.</summary>
internal static class SvgCharts
{
    private const int Width = 640;
    private const int RowHeight = 26;
    private const int LabelWidth = 190;
    private const int ValueWidth = 130;

    /// <summary>A bar of a bar chart.</summary>
    /// <param name="Label">What it is.</param>
    /// <param name="Value">Its length.</param>
    /// <param name="Text">Its value in words.</param>
    public readonly record struct Bar(string Label, double Value, string Text);

    /// <summary>A horizontal bar per value, the longest over the full width, or <paramref name="full"/> where there is a natural one.</summary>
    public static string Bars(IReadOnlyList<Bar> bars, double? full = null)
    {
        var longest = full ?? bars.Select(b => b.Value).DefaultIfEmpty(0).Max();
        var svg = Open(Width, (bars.Count * RowHeight) + 4);
        for (var i = 0; i < bars.Count; i++)
        {
            var y = i * RowHeight;
            var length = longest > 0 ? Math.Min(1, bars[i].Value / longest) * (Width - LabelWidth - ValueWidth) : 0;
            svg.Append($"<text class='label' x='{LabelWidth - 10}' y='{y + 18}' text-anchor='end'>{Shorten(bars[i].Label)}<title>{Text(bars[i].Label)}</title></text>");
            svg.Append($"<rect class='track' x='{LabelWidth}' y='{y + 5}' width='{Width - LabelWidth - ValueWidth}' height='{RowHeight - 9}' rx='3'/>");
            if (length > 0) svg.Append($"<rect class='bar' x='{LabelWidth}' y='{y + 5}' width='{Number(Math.Max(1, length))}' height='{RowHeight - 9}' rx='3'/>");
            svg.Append($"<text class='value' x='{Width - ValueWidth + 10}' y='{y + 18}'>{Text(bars[i].Text)}</text>");
        }

        return svg.Append("</svg>").ToString();
    }

    /// <summary>A bar made of parts, each with the colour of its name.</summary>
    /// <param name="Label">What it is.</param>
    /// <param name="Parts">Its parts, in order.</param>
    /// <param name="Text">Its value in words.</param>
    public readonly record struct StackedBar(string Label, ImmutableArray<(string Name, double Value)> Parts, string Text);

    /// <summary>A horizontal bar of parts per value, the longest over the full width, with a legend of the names that occur.</summary>
    public static string StackedBars(IReadOnlyList<StackedBar> bars, ImmutableArray<string> names)
    {
        var longest = bars.Select(b => b.Parts.Sum(p => p.Value)).DefaultIfEmpty(0).Max();
        var used = names.Where(n => bars.Any(b => b.Parts.Any(p => p.Name == n && p.Value > 0))).ToArray();
        var svg = Open(Width, (bars.Count * RowHeight) + 4 + RowHeight);
        var at = 0;
        foreach (var name in used)
        {
            svg.Append($"<rect class='part{names.IndexOf(name)}' x='{at}' y='5' width='12' height='12' rx='2'/><text class='label' x='{at + 17}' y='16'>{Text(name)}</text>");
            at += 30 + (name.Length * 8);
        }

        for (var i = 0; i < bars.Count; i++)
        {
            var y = (i + 1) * RowHeight;
            var x = (double)LabelWidth;
            svg.Append($"<text class='label' x='{LabelWidth - 10}' y='{y + 18}' text-anchor='end'>{Shorten(bars[i].Label)}<title>{Text(bars[i].Label)}</title></text>");
            svg.Append($"<rect class='track' x='{LabelWidth}' y='{y + 5}' width='{Width - LabelWidth - ValueWidth}' height='{RowHeight - 9}' rx='3'/>");
            foreach (var (name, value) in bars[i].Parts)
            {
                var length = longest > 0 ? value / longest * (Width - LabelWidth - ValueWidth) : 0;
                if (length < 0.05) continue;
                svg.Append($"<rect class='part{names.IndexOf(name)}' x='{Number(x)}' y='{y + 5}' width='{Number(length)}' height='{RowHeight - 9}'><title>{Text($"{name}: {ReportText.Count(value)}")}</title></rect>");
                x += length;
            }

            svg.Append($"<text class='value' x='{Width - ValueWidth + 10}' y='{y + 18}'>{Text(bars[i].Text)}</text>");
        }

        return svg.Append("</svg>").ToString();
    }

    /// <summary>The mesh with each tile at its place, coloured by how busy it is.</summary>
    public static string TileMap(RunReport run, ReportTiles tiles)
    {
        const int cell = 92, high = 56, gap = 8;
        var svg = Open(run.Chip.Width * (cell + gap), run.Chip.Height * (high + gap));
        var layers = tiles.Layers.SelectMany(l => l.Tiles.Select(t => (Tile: t, l.Name))).ToLookup(l => l.Tile, l => l.Name);
        for (var t = 0; t < tiles.Tiles.Length; t++)
        {
            var tile = tiles.Tiles[t];
            var (x, y) = (tile.X * (cell + gap), tile.Y * (high + gap));
            var light = tile.Utilisation > 0.45;
            var names = layers[t].ToArray();
            svg.Append($"<g><title>{Text($"tile {t} ({tile.X},{tile.Y}), {tile.Kind}: busy {ReportText.Percent(tile.Utilisation)}; {(names.Length == 0 ? "no layers" : string.Join(", ", names.Take(12)) + (names.Length > 12 ? $" and {names.Length - 12} more" : ""))}")}</title>");
            svg.Append($"<rect x='{x}' y='{y}' width='{cell}' height='{high}' rx='5' fill='{Heat(tile.Utilisation)}'/>");
            string Line(int dy, string text) => $"<text x='{x + 8}' y='{y + dy}' style='font-size:12px;fill:{(light ? "#fff" : "#1b2430")}'>{Text(text)}</text>";
            svg.Append(Line(17, tile.Kind)).Append(Line(32, ReportText.Percent(tile.Utilisation))).Append(Line(47, ReportText.Plural(names.Length, "layer"))).Append("</g>");
        }

        return svg.Append("</svg>").ToString();
    }

    /// <summary>A column per value along time, with a line at <paramref name="limit"/>.</summary>
    public static string Columns(ImmutableArray<long> values, double limit, string limitText, string unit, int height = 130)
    {
        const int left = 4, axis = 18;
        var top = Math.Max(values.Select(v => (double)v).DefaultIfEmpty(0).Max(), limit) * 1.15;
        var svg = Open(Width, height + axis);
        var step = (double)(Width - (2 * left)) / Math.Max(1, values.Length);
        for (var i = 0; i < values.Length; i++)
        {
            var tall = top > 0 ? values[i] / top * height : 0;
            var over = limit > 0 && values[i] > limit ? "over" : "bar";
            svg.Append($"<rect class='{over}' x='{Number(left + (i * step) + (step * 0.1))}' y='{Number(height - tall)}' width='{Number(step * 0.8)}' height='{Number(tall)}'>"
                + $"<title>{i}: {ReportText.Count(values[i])} {unit}</title></rect>");
        }

        svg.Append($"<line class='axis' x1='0' y1='{height}' x2='{Width}' y2='{height}'/>");
        svg.Append($"<text class='label' x='{left}' y='{height + 14}'>0</text><text class='label' x='{Width - left}' y='{height + 14}' text-anchor='end'>{values.Length - 1}</text>");
        if (limit > 0 && top > 0)
        {
            var y = height - (limit / top * height);
            svg.Append($"<line class='limit' x1='0' y1='{Number(y)}' x2='{Width}' y2='{Number(y)}'/><text class='limit-text' x='{Width - left}' y='{Number(y - 4)}' text-anchor='end'>{Text(limitText)}</text>");
        }

        return svg.Append("</svg>").ToString();
    }

    /// <summary>A row of small columns: how a count goes along the steps.</summary>
    public static string Sparkline(ImmutableArray<long> values)
    {
        const int width = 120, height = 22;
        var top = values.DefaultIfEmpty(0).Max();
        var svg = new StringBuilder($"<svg class='spark' viewBox='0 0 {width} {height}' width='{width}' height='{height}' role='img'>");
        var step = (double)width / Math.Max(1, values.Length);
        for (var i = 0; i < values.Length; i++)
        {
            var tall = top > 0 ? (double)values[i] / top * height : 0;
            svg.Append($"<rect class='bar' x='{Number(i * step)}' y='{Number(height - tall)}' width='{Number(Math.Max(0.5, (step * 0.85)))}' height='{Number(tall)}'/>");
        }

        return svg.Append("</svg>").ToString();
    }

    /// <summary>
    /// The chips that are in use where they are in the machine, a small square per core coloured by how busy it is. Rows count upwards, as the machine's do.
    /// </summary>
    public static string HeatMap(RunReport run)
    {
        const int cell = 13, columns = 6, pad = 7, label = 13;
        var rows = Math.Max(1, (run.Chip.CoresPerChip + columns - 1) / columns);
        var (chipWidth, chipHeight) = ((columns * cell) + (2 * pad), (rows * cell) + (2 * pad) + label);
        var (xs, ys) = (Unrolled(run.Cores.Select(c => c.X), run.Chip.Width), Unrolled(run.Cores.Select(c => c.Y), run.Chip.Height));
        var (width, height) = ((xs.Values.Max() + 1) * (chipWidth + 4), (ys.Values.Max() + 1) * (chipHeight + 4));
        var svg = new StringBuilder($"<svg viewBox='0 0 {width} {height}' style='max-width:{Math.Min(width, 1100)}px;width:100%' role='img'>");
        foreach (var chip in run.Cores.GroupBy(c => (c.X, c.Y)))
        {
            var (x, y) = (xs[chip.Key.X] * (chipWidth + 4), (ys.Values.Max() - ys[chip.Key.Y]) * (chipHeight + 4));
            svg.Append($"<rect class='chip' x='{x}' y='{y}' width='{chipWidth}' height='{chipHeight}' rx='4'/><text class='tiny' x='{x + pad}' y='{y + label}'>({chip.Key.X},{chip.Key.Y})</text>");
            var used = chip.ToDictionary(c => c.Core);
            for (var core = 1; core <= run.Chip.CoresPerChip; core++)
            {
                var (cx, cy) = (x + pad + ((core - 1) % columns * cell), y + pad + label + ((core - 1) / columns * cell));
                if (!used.TryGetValue(core, out var use))
                {
                    svg.Append($"<rect class='free' x='{cx}' y='{cy}' width='{cell - 2}' height='{cell - 2}' rx='2'/>");
                    continue;
                }

                svg.Append($"<rect x='{cx}' y='{cy}' width='{cell - 2}' height='{cell - 2}' rx='2' fill='{Heat(use.Utilisation())}'>"
                    + $"<title>{Text($"{use.Place()} {use.Layer}: busy {ReportText.Percent(use.Utilisation())}, peak {ReportText.Count(use.PeakCyclesPerTick)} cycles")}</title></rect>");
            }
        }

        return svg.Append("</svg>").ToString();
    }

    /// <summary>The colour scale of <see cref="HeatMap"/> with its ends.</summary>
    public static string HeatLegend()
    {
        var stops = string.Concat(Enumerable.Range(0, 5).Select(i => $"<stop offset='{i * 25}%' stop-color='{Heat(i / 4.0)}'/>"));
        return $"<svg viewBox='0 0 260 16' width='260' height='16' role='img'><defs><linearGradient id='heat'>{stops}</linearGradient></defs>"
            + "<text class='tiny' x='0' y='12'>idle</text><rect x='26' y='3' width='190' height='10' rx='2' fill='url(#heat)'/><text class='tiny' x='222' y='12'>busy</text></svg>";
    }

    /// <summary>Text for HTML.</summary>
    public static string Text(string text) => WebUtility.HtmlEncode(text);

    // A network can lie across the seam of a torus: drawing starts behind the widest gap, so that neighbours are drawn as neighbours.
    private static Dictionary<int, int> Unrolled(IEnumerable<int> used, int extent)
    {
        int[] at = [.. used.Distinct().Order()];
        var first = Enumerable.Range(0, at.Length).MaxBy(i => (at[i] - at[(i + at.Length - 1) % at.Length] + extent - 1) % extent);
        return at.ToDictionary(position => position, position => (position - at[first] + extent) % extent);
    }

    // Light blue over violet to dark red; lightness falls monotonically, so it reads in grey too.
    private static string Heat(double fraction)
    {
        ReadOnlySpan<(double R, double G, double B)> stops = [(222, 235, 247), (158, 188, 218), (140, 107, 177), (165, 30, 98), (77, 0, 40)];
        var at = Math.Clamp(fraction, 0, 1) * (stops.Length - 1);
        var low = Math.Min((int)at, stops.Length - 2);
        var part = at - low;
        int Mix(double a, double b) => (int)Math.Round(a + ((b - a) * part));
        return $"#{Mix(stops[low].R, stops[low + 1].R):x2}{Mix(stops[low].G, stops[low + 1].G):x2}{Mix(stops[low].B, stops[low + 1].B):x2}";
    }

    private static StringBuilder Open(int width, int height) => new($"<svg viewBox='0 0 {width} {height}' style='max-width:{width}px;width:100%' role='img'>");

    private static string Shorten(string text) => Text(text.Length <= 24 ? text : text[..9] + "…" + text[^14..]);

    private static string Number(double value) => value.ToString("0.##", CultureInfo.InvariantCulture);
}
