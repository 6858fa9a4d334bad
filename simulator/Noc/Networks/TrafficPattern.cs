namespace NeuroChip.Simulator.Noc.Networks;

/// <summary>
/// Who sends to whom. The synthetic patterns are those of Dally and Towles, Principles and Practices of Interconnection Networks, 2004, table 3.1; with k the extent of an axis.
/// </summary>
public abstract class TrafficPattern
{
    /// <summary>Names of the synthetic patterns.</summary>
    public static IReadOnlyList<string> Names { get; } = ["uniform", "transpose", "neighbor", "bitcomp", "tornado", "hotspot"];

    /// <summary>Share of the packets of the hotspot pattern that go to the node in the middle.</summary>
    public const double HotspotShare = 0.2;

    /// <summary>How much a node sends, as a multiple of the rate asked for; 0 for a node that sends nothing.</summary>
    public virtual double Share(int source) => 1;

    /// <summary>Where the next packet of a node goes.</summary>
    public abstract int Destination(int source, Random random);

    /// <summary>A synthetic pattern by its name.</summary>
    public static TrafficPattern Of(string name, NetworkShape shape)
    {
        var (w, h) = (shape.Width, shape.Height);
        return name switch
        {
            "uniform" => new Uniform(shape.Nodes, -1, 0),
            "hotspot" => new Uniform(shape.Nodes, ((h / 2) * w) + (w / 2), HotspotShare),
            "transpose" when w == h => new Fixed(shape, (x, y) => (y, x)),
            "transpose" => throw new ArgumentException($"transpose needs as many rows as columns, not {w} x {h}"),
            "neighbor" => new Fixed(shape, (x, y) => ((x + 1) % w, (y + 1) % h)),
            "bitcomp" => new Fixed(shape, (x, y) => (w - 1 - x, h - 1 - y)),
            "tornado" => new Fixed(shape, (x, y) => ((x + ((w + 1) / 2) - 1) % w, (y + ((h + 1) / 2) - 1) % h)),
            _ => throw new ArgumentException($"no traffic pattern '{name}'; known: {string.Join(", ", Names)}"),
        };
    }

    /// <summary>Given flows: a node sends in proportion to the sum of its weights, the busiest one at the rate asked for.</summary>
    public static TrafficPattern Of(NetworkShape shape, IEnumerable<(int Source, int Destination, double Weight)> flows) => new Flows(shape.Nodes, flows);

    private sealed class Uniform(int nodes, int hot, double share) : TrafficPattern
    {
        public override int Destination(int source, Random random) => hot >= 0 && random.NextDouble() < share ? hot : random.Next(nodes);
    }

    private sealed class Fixed : TrafficPattern
    {
        private readonly int[] to;

        public Fixed(NetworkShape shape, Func<int, int, (int X, int Y)> map) => to = [.. Enumerable.Range(0, shape.Nodes).Select(n => map(n % shape.Width, n / shape.Width) is var (x, y) ? (y * shape.Width) + x : 0)];

        public override int Destination(int source, Random random) => to[source];
    }

    private sealed class Flows : TrafficPattern
    {
        private readonly (int To, double UpTo)[][] of;
        private readonly double greatest;

        public Flows(int nodes, IEnumerable<(int Source, int Destination, double Weight)> flows)
        {
            var by = flows.ToLookup(f => f.Source);
            of = new (int, double)[nodes][];
            for (var n = 0; n < nodes; n++)
            {
                double sum = 0;
                of[n] = [.. by[n].Where(f => f.Weight > 0).Select(f => (f.Destination, sum += f.Weight))];
                greatest = Math.Max(greatest, sum);
            }
        }

        public override double Share(int source) => of[source].Length == 0 ? 0 : of[source][^1].UpTo / greatest;

        public override int Destination(int source, Random random)
        {
            var at = random.NextDouble() * of[source][^1].UpTo;
            return of[source].First(f => at < f.UpTo).To;
        }
    }
}
