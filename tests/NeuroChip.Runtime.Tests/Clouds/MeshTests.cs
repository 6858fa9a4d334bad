using NeuroChip.Runtime.Clouds;

namespace NeuroChip.Runtime.Tests.Clouds;

/// <summary>Are points on the surface of a mesh, as many on each part as its area asks for?</summary>
public sealed class MeshTests : CloudFolder
{
    /// <summary>A box of 1 x 2 x 3 with its corners outwards; one face has colours, one line is a comment.</summary>
    internal const string Cube = """
        OFF
        # a box
        8 6 12
        0 0 0
        1 0 0
        1 2 0
        0 2 0
        0 0 3
        1 0 3
        1 2 3
        0 2 3
        4 0 3 2 1
        4 4 5 6 7 255 0 0
        4 0 1 5 4
        4 1 2 6 5
        4 2 3 7 6
        4 3 0 4 7

        """;

    private PointCloud Sampled(int points, long seed = 1) => Read(Save("box.off", Cube), new CloudReadOptions(points, seed));

    [Fact]
    public void PointsLieOnTheSurfaceWithItsNormal()
    {
        var cloud = Sampled(5000);
        Assert.Equal("x y z nx ny nz", Names(cloud));
        for (var p = 0; p < cloud.Count; p++)
        {
            float[] place = [cloud.Axis(0)[p], cloud.Axis(1)[p], cloud.Axis(2)[p]];
            float[] normal = [cloud.Columns[3].Values[p], cloud.Columns[4].Values[p], cloud.Columns[5].Values[p]];
            var axis = Array.FindIndex(normal, n => n != 0);
            Assert.Equal(1, Math.Abs(normal[axis]), 6);
            Assert.Equal(1, normal.Sum(n => Math.Abs(n)), 6);
            // The outward normal tells on which of both sides the point is.
            Assert.Equal(normal[axis] > 0 ? axis + 1 : 0, place[axis], 5);
            Assert.All(Enumerable.Range(0, 3), a => Assert.InRange(place[a], -1e-5, a + 1 + 1e-5));
        }
    }

    [Fact]
    public void FacesHavePointsByTheirArea()
    {
        const int points = 44_000; // 2,000 per unit of area
        var cloud = Sampled(points);
        double[] areas = [6, 3, 2]; // of a face with normal along x, y, z
        for (var axis = 0; axis < 3; axis++)
        {
            foreach (var side in (int[])[-1, 1])
            {
                var share = areas[axis] / 22;
                var found = cloud.Columns[3 + axis].Values.Count(n => n * side > 0.5);
                // Five standard deviations of the binomial distribution; the seed is fixed.
                Assert.InRange(found, (points * share) - (5 * Math.Sqrt(points * share)), (points * share) + (5 * Math.Sqrt(points * share)));
            }
        }

        // Within a face, each quarter has a quarter (six standard deviations): the large face at x = 1.
        var face = Enumerable.Range(0, cloud.Count).Where(p => cloud.Columns[3].Values[p] > 0.5).ToArray();
        Assert.InRange(face.Count(p => cloud.Axis(1)[p] < 1 && cloud.Axis(2)[p] < 1.5), (face.Length / 4) - 280, (face.Length / 4) + 280);
    }

    [Fact]
    public void TheSeedGivesThePoints()
    {
        Assert.Equal(Sampled(100).Axis(0), Sampled(100).Axis(0));
        Assert.NotEqual(Sampled(100).Axis(0), Sampled(100, seed: 2).Axis(0));
    }

    [Fact]
    public void NumbersOnTheLineOfTheKeywordAreRead() =>
        Assert.Equal(Sampled(50).Axis(2), Read(Save("glued.off", Cube.Replace("OFF\n# a box\n8 6 12", "OFF8 6 12")), new CloudReadOptions(50)).Axis(2));
}
