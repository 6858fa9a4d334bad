using System.Runtime.InteropServices;

namespace NeuroChip.TestKit;

/// <summary>
/// One revolution of a rotating LiDAR over a street of boxes and cylinders, by casting its rays. Beams, field of view and height are those of the Velodyne HDL-64E on KITTI's car
/// (64 beams from +2 to -24.8 degrees, 1.73 m above the ground: Geiger et al., IJRR 2013). The same seed gives the same points.
/// </summary>
public sealed record SyntheticSweep
{
    private const double Height = 1.73;

    /// <summary>Rays one above the other.</summary>
    public int Beams { get; init; } = 64;

    /// <summary>Rays of a beam in one revolution; the HDL-64E has about 2,000 at 10 Hz.</summary>
    public int Azimuths { get; init; } = 2048;

    /// <summary>Metres beyond which nothing comes back.</summary>
    public double MaxRange { get; init; } = 80;

    /// <summary>Standard deviation of a measured distance, in metres.</summary>
    public double Noise { get; init; } = 0.02;

    /// <summary>Seed of the scene and of the noise.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>Cars and houses.</summary>
    public int Boxes { get; init; } = 24;

    /// <summary>Poles and trunks.</summary>
    public int Cylinders { get; init; } = 16;

    /// <summary>The points that come back: x (ahead), y (left), z (up) in metres from the sensor and intensity 0 to 1, row by row [P,4].</summary>
    public float[] Points()
    {
        var random = new Random(Seed);
        var things = Scene(random);
        var points = new List<float>();
        for (var beam = 0; beam < Beams; beam++)
        {
            var elevation = double.DegreesToRadians(2 - (26.8 * beam / Math.Max(1, Beams - 1)));
            for (var step = 0; step < Azimuths; step++)
            {
                var azimuth = 2 * Math.PI * step / Azimuths;
                var ray = new Ray(Math.Cos(elevation) * Math.Cos(azimuth), Math.Cos(elevation) * Math.Sin(azimuth), Math.Sin(elevation));
                var nearest = new Hit(double.PositiveInfinity, 0);
                foreach (var thing in things)
                    if (thing(ray) is { } hit && hit.Distance < nearest.Distance) nearest = hit;
                if (nearest.Distance > MaxRange) continue;
                var distance = nearest.Distance + (Noise * Normal(random));
                points.AddRange([(float)(distance * ray.X), (float)(distance * ray.Y), (float)(distance * ray.Z), (float)nearest.Intensity]);
            }
        }

        return [.. points];
    }

    /// <summary>The points as the bytes of a KITTI scan (.bin).</summary>
    public byte[] Kitti() => MemoryMarshal.AsBytes(Points().AsSpan()).ToArray();

    /// <summary>A ray from the sensor: a unit vector.</summary>
    private readonly record struct Ray(double X, double Y, double Z);

    /// <summary>Where a ray ends, and what part of its light comes back.</summary>
    private readonly record struct Hit(double Distance, double Intensity);

    // A street along x: things stand beside it, or on it ahead and behind.
    private List<Func<Ray, Hit?>> Scene(Random random)
    {
        var things = new List<Func<Ray, Hit?>> { Ground };
        for (var i = 0; i < Boxes; i++)
        {
            var house = i % 3 == 0;
            var (length, width, high) = house ? (8 + (8 * random.NextDouble()), 8.0, 5 + (4 * random.NextDouble())) : (4.2, 1.8, 1.5);
            var side = random.Next(2) == 0 ? 1 : -1;
            things.Add(Box((random.NextDouble() - 0.5) * 120, side * (house ? 14 + (4 * random.NextDouble()) : 4 + (5 * random.NextDouble())), length, width, high, 0.3 + (0.6 * random.NextDouble())));
        }

        for (var i = 0; i < Cylinders; i++)
            things.Add(Cylinder((random.NextDouble() - 0.5) * 100, (random.Next(2) == 0 ? 1 : -1) * (3 + (7 * random.NextDouble())), 0.1 + (0.3 * random.NextDouble()), 3 + (3 * random.NextDouble()), 0.2 + (0.6 * random.NextDouble())));
        return things;
    }

    private static Hit? Ground(Ray ray) => ray.Z < 0 ? new Hit(-Height / ray.Z, 0.25 * -ray.Z) : null;

    // Slabs (Kay and Kajiya 1986): the ray is inside the box where it is between both planes of all axes.
    private static Func<Ray, Hit?> Box(double x, double y, double length, double width, double high, double reflectivity) => ray =>
    {
        var (enter, leave, cosine) = (0.0, double.PositiveInfinity, 0.0);
        foreach (var (low, up, along) in ((double, double, double)[])[(x - (length / 2), x + (length / 2), ray.X), (y - (width / 2), y + (width / 2), ray.Y), (-Height, high - Height, ray.Z)])
        {
            if (along == 0)
            {
                if (low > 0 || up < 0) return null;
                continue;
            }

            var (first, second) = along > 0 ? (low / along, up / along) : (up / along, low / along);
            if (first > enter) (enter, cosine) = (first, Math.Abs(along));
            leave = Math.Min(leave, second);
        }

        return enter < leave && enter > 0 ? new Hit(enter, reflectivity * cosine) : null;
    };

    private static Func<Ray, Hit?> Cylinder(double x, double y, double radius, double high, double reflectivity) => ray =>
    {
        var a = (ray.X * ray.X) + (ray.Y * ray.Y);
        var b = (ray.X * x) + (ray.Y * y);
        var root = (b * b) - (a * ((x * x) + (y * y) - (radius * radius)));
        if (a == 0 || root < 0) return null;
        var distance = (b - Math.Sqrt(root)) / a;
        var z = distance * ray.Z;
        return distance > 0 && z >= -Height && z <= high - Height ? new Hit(distance, reflectivity * Math.Sqrt(root) / radius) : null;
    };

    // Box and Muller 1958.
    private static double Normal(Random random) => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
