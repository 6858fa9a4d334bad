using System.Text.RegularExpressions;
using System.Xml.Linq;
using NeuroChip.Runtime.Clouds;
using NeuroChip.Runtime.Reports;

namespace NeuroChip.Runtime.Tests;

/// <summary>Does the picture show the sites where they are?</summary>
public sealed class SitePictureTests
{
    // x, y, z: a row along x at the ground, a pole of three at its end.
    private static readonly int[] Sites = [2, 1, 0, 3, 1, 0, 4, 1, 0, 4, 1, 1, 4, 1, 2];

    [Fact]
    public void PictureIsAsAgreed() => Golden.AssertEqual(Path.Combine(Golden.Folder("reports"), "sites.svg"), SitePicture.Draw(Sites, [8, 8, 8], AxisOrder.Xyz) + "\n");

    [Fact]
    public void TheOrderOfAxesChangesNothing()
    {
        int[] reversed = [.. Sites.Chunk(3).SelectMany(s => s.Reverse())];
        Assert.Equal(SitePicture.Draw(Sites, [8, 7, 6], AxisOrder.Xyz), SitePicture.Draw(reversed, [6, 7, 8], AxisOrder.Zyx));
    }

    [Fact]
    public void EverySiteIsInAPixelAndNoPixelIsEmpty()
    {
        var random = new Random(3);
        int[] sites = [.. Enumerable.Range(0, 5000).SelectMany(_ => new[] { random.Next(1408), random.Next(1600), random.Next(41) })];
        var svg = XElement.Parse(SitePicture.Draw(sites, [1408, 1600, 41], AxisOrder.Xyz));
        var views = svg.Descendants("g").Select(g => g.Elements("path").SelectMany(p => Pixels(p.Attribute("d")!.Value)).ToArray()).ToArray();
        var expected = sites.Chunk(3).ToArray();
        var low = Enumerable.Range(0, 3).Select(a => expected.Min(s => s[a])).ToArray();
        var bin = (Enumerable.Range(0, 2).Max(a => expected.Max(s => s[a]) - low[a] + 1) + 199) / 200;
        Assert.All(new[] { (View: 0, Up: 1), (View: 1, Up: 2) }, view =>
        {
            // 41 cells of height are stretched to at least 20 rows: 2 cells each.
            var binUp = view.Up == 1 ? bin : 2;
            var top = expected.Max(s => (s[view.Up] - low[view.Up]) / binUp);
            var pixels = expected.Select(s => ((s[0] - low[0]) / bin, top - ((s[view.Up] - low[view.Up]) / binUp))).ToHashSet();
            Assert.Equal(views[view.View].Length, views[view.View].Distinct().Count());
            Assert.True(pixels.SetEquals(views[view.View]));
        });
    }

    [Fact]
    public void NoSitesAreSaid() => Assert.Contains("no active sites", SitePicture.Draw([], [8, 8, 8], AxisOrder.Xyz));

    [Fact]
    public void SitesOutsideAreABug() => Assert.Throws<ArgumentOutOfRangeException>(() => SitePicture.Draw([0, 0, 8], [8, 8, 8], AxisOrder.Xyz));

    private static IEnumerable<(int X, int Y)> Pixels(string path) => Regex.Matches(path, "M([0-9]+) ([0-9]+)h([0-9]+)v1h-([0-9]+)z").SelectMany(m =>
    {
        int Number(int group) => int.Parse(m.Groups[group].Value);
        Assert.Equal(Number(3), Number(4));
        return Enumerable.Range(Number(1), Number(3)).Select(x => (x, Number(2)));
    });
}
