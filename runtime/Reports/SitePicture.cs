using System.Globalization;
using System.Text;
using NeuroChip.Runtime.Clouds;

namespace NeuroChip.Runtime.Reports;

/// <summary>
/// Active sites seen from above and from the side, as SVG for the page of a report: each pixel is a column of cells, the darker the more of its sites are active. Colours
/// come from the page's style sheet (<c>--bar</c>, <c>--track</c>), so the picture follows its theme.
/// </summary>
public static class SitePicture
{
    /// <summary>Pixels along the longer side of a view at most; beyond, a pixel is a rectangle of several cells.</summary>
    public const int MaxPixels = 200;

    private const int Shades = 5;
    private const int Width = 640;
    private const int Height = 400; // of a view
    private const int Caption = 20;
    private const int LeastRows = 20; // of the view from the side, where there are so many cells
    private const double Largest = 12; // of a pixel, in SVG user units: a cloud of few cells need not fill the page

    /// <summary>
    /// Both views of <paramref name="coordinates"/> (int32 [N,3], row by row, in <paramref name="order"/>) in a grid of <paramref name="extent"/> cells, cut to the part that holds
    /// sites: from above with x to the right and y upwards, from the side with x to the right and z upwards. Coordinates outside the extent are a bug of the caller's.
    /// </summary>
    public static string Draw(ReadOnlySpan<int> coordinates, IReadOnlyList<int> extent, AxisOrder order)
    {
        var count = coordinates.Length / 3;
        if (count == 0) return $"<svg viewBox='0 0 {Width} {Caption}' style='max-width:{Width}px;width:100%' role='img'><text class='label' x='0' y='15'>no active sites</text></svg>";
        int[] place = order == AxisOrder.Xyz ? [0, 1, 2] : [2, 1, 0]; // of x, y, z in a row
        var (low, high) = (new int[3], new int[3]);
        Array.Fill(low, int.MaxValue);
        for (var i = 0; i < count * 3; i++)
        {
            if ((uint)coordinates[i] >= extent[i % 3]) throw new ArgumentOutOfRangeException(nameof(coordinates), $"site {i / 3} lies outside the extent");
            low[i % 3] = Math.Min(low[i % 3], coordinates[i]);
            high[i % 3] = Math.Max(high[i % 3], coordinates[i]);
        }

        var cells = place.Select(a => high[a] - low[a] + 1).ToArray();
        var bin = (Math.Max(cells[0], cells[1]) + MaxPixels - 1) / MaxPixels;
        // A scene is much wider than high: its height is stretched rather than lost.
        var binUp = Math.Clamp(cells[2] / LeastRows, (cells[2] + MaxPixels - 1) / MaxPixels, Math.Max(bin, (cells[2] + MaxPixels - 1) / MaxPixels));
        int[] pixels = [(cells[0] + bin - 1) / bin, (cells[1] + bin - 1) / bin, (cells[2] + binUp - 1) / binUp];
        var scale = Math.Min(Largest, Math.Min((double)Width / pixels[0], (double)Height / Math.Max(pixels[1], pixels[2])));
        var svg = new StringBuilder();
        var y = 0.0;
        View(svg, coordinates, (place[0], place[1]), low, (pixels[0], pixels[1]), (bin, bin), scale, Title("from above, y upwards", 1, bin), ref y);
        View(svg, coordinates, (place[0], place[2]), low, (pixels[0], pixels[2]), (bin, binUp), scale, Title("from the side, z upwards", 2, binUp), ref y);
        return $"<svg viewBox='0 0 {Width} {Number(y)}' style='max-width:{Width}px;width:100%' role='img'>{svg}</svg>";

        string Title(string view, int axis, int up) =>
            $"{view}: x {Span(0)}, {"xyz"[axis]} {Span(axis)}; {ReportText.Plural(count, "site")}" + (bin > 1 || up > 1 ? $", {bin} x {up} cells a pixel" : "");

        string Span(int axis) => $"{low[place[axis]]} to {high[place[axis]]} of {extent[place[axis]]}";
    }

    private static void View(StringBuilder svg, ReadOnlySpan<int> coordinates, (int Right, int Up) axes, int[] low, (int Width, int Height) pixels, (int Right, int Up) bin, double scale, string title, ref double y)
    {
        var sites = new int[pixels.Width * pixels.Height];
        for (var i = 0; i < coordinates.Length; i += 3)
        {
            var (right, up) = ((coordinates[i + axes.Right] - low[axes.Right]) / bin.Right, (coordinates[i + axes.Up] - low[axes.Up]) / bin.Up);
            sites[((pixels.Height - 1 - up) * pixels.Width) + right]++;
        }

        svg.Append($"<text class='label' x='0' y='{Number(y + 14)}'>{title}</text>");
        y += Caption;
        svg.Append($"<g transform='translate(0 {Number(y)}) scale({Number(scale)})'><rect class='track' width='{pixels.Width}' height='{pixels.Height}'/>");
        var most = sites.Max();
        for (var shade = 1; shade <= Shades; shade++)
        {
            var path = Runs(sites, pixels.Width, s => s > 0 && Shade(s, most) == shade);
            if (path.Length > 0) svg.Append($"<path fill='var(--bar)' fill-opacity='{Number(0.25 + (0.75 * shade / Shades))}' d='{path}'/>");
        }

        svg.Append("</g>");
        y += (pixels.Height * scale) + 8;
    }

    // Columns of few sites are the most frequent: by the logarithm, the difference between 1 and 4 shows as well as that between 10 and 40.
    private static int Shade(int sites, int most) => most == 1 ? Shades : 1 + (int)((Shades - 1) * Math.Log(sites) / Math.Log(most));

    // Pixels that lie side by side become one rectangle: a tenth of the bytes that one each would take.
    private static string Runs(int[] sites, int width, Predicate<int> chosen)
    {
        var path = new StringBuilder();
        for (var i = 0; i < sites.Length; i++)
        {
            if (!chosen(sites[i])) continue;
            var end = i + 1;
            while (end % width != 0 && chosen(sites[end])) end++;
            path.Append($"M{i % width} {i / width}h{end - i}v1h-{end - i}z");
            i = end - 1;
        }

        return path.ToString();
    }

    private static string Number(double value) => value.ToString("0.##", CultureInfo.InvariantCulture);
}
