using System.Runtime.CompilerServices;

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

/// <summary>Counts the messages that the spikes of a core become: first by receiver, since hops depend on the two ends only.</summary>
internal sealed class TrafficCounter
{
    /// <summary>Spikes ahead of which entries are brought near.</summary>
    private const int Ahead = 4;

    private readonly FanOut fanOut;
    private readonly int[] coreOfReceiver;
    private readonly (int Tile, int X, int Y)[] places;
    private readonly Inbox[] inboxes;
    private readonly int[] touched;

    public TrafficCounter(PipelineLayout layout, FanOut fanOut)
    {
        this.fanOut = fanOut;
        coreOfReceiver = [.. layout.Receivers.Select(r => r.Core)];
        places = [.. layout.TileOfCore.Select(t => (t, layout.Chip.Tiles[t].X, layout.Chip.Tiles[t].Y))];
        inboxes = new Inbox[layout.Receivers.Length];
        touched = new int[layout.Receivers.Length];
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Count(int core, ReadOnlySpan<int> fired, Traffic traffic)
    {
        var offsets = fanOut.Offsets;
        var (entries, classes) = (fanOut.Entries, fanOut.ClassOf);
        var count = 0;
        for (var i = 0; i < fired.Length; i++)
        {
            if (i + Ahead < fired.Length)
            {
                var next = classes[fired[i + Ahead]];
                CacheLines.Fetch<FanOutEntry>(entries, offsets[next], offsets[next + 1]);
            }

            var c = classes[fired[i]];
            foreach (ref readonly var entry in entries.AsSpan(offsets[c], offsets[c + 1] - offsets[c]))
            {
                ref var inbox = ref inboxes[entry.Receiver];
                if (inbox.Synapses == 0) touched[count++] = entry.Receiver;
                inbox.Synapses += entry.Synapses;
                if (!entry.IsSameMessage) inbox.Messages++;
            }
        }

        foreach (var receiver in touched.AsSpan(0, count)) Take(core, receiver, traffic);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Take(int core, int receiver, Traffic traffic)
    {
        var (synapses, messages) = (inboxes[receiver].Synapses, inboxes[receiver].Messages);
        inboxes[receiver] = default;
        var (source, target) = (places[core], places[coreOfReceiver[receiver]]);
        traffic.Synapses[receiver] += synapses;
        traffic.In[coreOfReceiver[receiver]] += messages;
        traffic.Out[core] += messages;
        var (dx, dy) = (target.X - source.X, target.Y - source.Y);
        var hops = traffic.Hops.AsSpan(target.Tile * Traffic.Directions, Traffic.Directions);
        hops[dx > 0 ? Traffic.East : Traffic.West] += messages * Math.Abs(dx);
        hops[dy > 0 ? Traffic.North : Traffic.South] += messages * Math.Abs(dy);
    }

    private struct Inbox
    {
        public long Synapses, Messages;
    }
}
