namespace NeuroChip.Simulator.Pipelines;

/// <summary>What happened in one step, for timing and prices. Arrays by core are over the cores in use.</summary>
internal sealed class StepActivity(PipelineLayout layout, FanOut fanOut)
{
    /// <summary>The laid out network.</summary>
    public PipelineLayout Layout => layout;

    /// <summary>Where spikes go.</summary>
    public FanOut FanOut => fanOut;

    /// <summary>Positions that fired: those of a core from the core's first position on.</summary>
    public int[] Fired { get; } = new int[layout.Neuron.Length];

    /// <summary>Beside each: seconds from the core's message before to this spike's first one, without sending it.</summary>
    public double[] Delay { get; } = new double[layout.Neuron.Length];

    /// <summary>How many fired, by core.</summary>
    public int[] FiredCount { get; } = new int[layout.Cores.Length];

    /// <summary>Seconds that a core works after its last message.</summary>
    public double[] Rest { get; } = new double[layout.Cores.Length];

    /// <summary>Seconds that a core takes to visit its neurons and to send the first message of each spike.</summary>
    public double[] Busy { get; } = new double[layout.Cores.Length];

    /// <summary>Spikes that are sent anywhere, by core.</summary>
    public int[] Sending { get; } = new int[layout.Cores.Length];

    /// <summary>Messages that came and went.</summary>
    public Traffic Traffic { get; } = new(layout);
}

/// <summary>Numbers of messages and synaptic events.</summary>
internal sealed class Traffic(PipelineLayout layout)
{
    /// <summary>Directions of hops as stored: four per tile.</summary>
    public const int East = 0, West = 1, North = 2, South = 3, Directions = 4;

    /// <summary>Messages received, by core.</summary>
    public long[] In { get; } = new long[layout.Cores.Length];

    /// <summary>Messages sent, by core.</summary>
    public long[] Out { get; } = new long[layout.Cores.Length];

    /// <summary>Synaptic events, by receiver.</summary>
    public long[] Synapses { get; } = new long[layout.Receivers.Length];

    /// <summary>Hops on the way to each tile, by direction.</summary>
    public long[] Hops { get; } = new long[layout.Chip.Tiles.Length * Directions];

    public void Clear()
    {
        Array.Clear(In);
        Array.Clear(Out);
        Array.Clear(Synapses);
        Array.Clear(Hops);
    }

    public void Add(Traffic other)
    {
        Add(In, other.In);
        Add(Out, other.Out);
        Add(Synapses, other.Synapses);
        Add(Hops, other.Hops);
    }

    private static void Add(long[] sums, long[] values)
    {
        for (var i = 0; i < sums.Length; i++) sums[i] += values[i];
    }
}

/// <summary>Counts the messages that the spikes of a core become.</summary>
internal sealed class TrafficCounter
{
    private readonly FanOut fanOut;
    private readonly int[] coreOfReceiver;
    private readonly (int Tile, int X, int Y)[] places;

    public TrafficCounter(PipelineLayout layout, FanOut fanOut)
    {
        this.fanOut = fanOut;
        coreOfReceiver = [.. layout.Receivers.Select(r => r.Core)];
        places = [.. layout.TileOfCore.Select(t => (t, layout.Chip.Tiles[t].X, layout.Chip.Tiles[t].Y))];
    }

    public void Count(int core, ReadOnlySpan<int> fired, Traffic traffic)
    {
        var (_, x, y) = places[core];
        var offsets = fanOut.Offsets;
        long sent = 0;
        foreach (var position in fired)
        {
            var c = fanOut.ClassOf[position];
            var end = offsets[c + 1];
            var before = -1;
            for (var e = offsets[c]; e < end; e++)
            {
                var receiver = fanOut.Receivers[e];
                traffic.Synapses[receiver] += fanOut.Synapses[e];
                var target = coreOfReceiver[receiver];
                if (target == before) continue;
                before = target;
                sent++;
                traffic.In[target]++;
                var place = places[target];
                var (dx, dy) = (place.X - x, place.Y - y);
                var hops = traffic.Hops.AsSpan(place.Tile * Traffic.Directions, Traffic.Directions);
                if (dx != 0) hops[dx > 0 ? Traffic.East : Traffic.West] += Math.Abs(dx);
                if (dy != 0) hops[dy > 0 ? Traffic.North : Traffic.South] += Math.Abs(dy);
            }
        }

        traffic.Out[core] += sent;
    }
}
