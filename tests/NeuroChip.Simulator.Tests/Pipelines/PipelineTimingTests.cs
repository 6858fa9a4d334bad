using NeuroChip.Simulator.Pipelines.Timing;

namespace NeuroChip.Simulator.Tests.Pipelines;

/// <summary>Closed formulas of the timing of pipelines.</summary>
public sealed class PipelineTimingTests
{
    /// <summary>A message alone: visiting and firing, hops, receiving, synapses.</summary>
    [Theory]
    [InlineData("detailed", 0)]
    [InlineData("detailed", 5)]
    [InlineData("event", 0)]
    [InlineData("event", 1)]
    [InlineData("event", 5)]
    public void UnloadedLatency(string timing, int hops)
    {
        var chain = new Chains { Sources = [0], Targets = [hops, hops, hops], Edges = [(0, 0), (0, 1), (0, 2)], MessageOut = 3e-9 };
        Near(1e-9 + 10e-9 + 3e-9 + (hops * 20e-9) + 5e-9 + (3 * 2e-9), chain.Seconds(timing), hops == 0 ? 3e-9 : 0);
    }

    /// <summary>The simple model knows no hops: the slowest of all that cores do.</summary>
    [Fact]
    public void SimpleIsTheSlowestCore()
    {
        var chain = new Chains { Sources = [0, 0], Targets = [5, 5, 5], Edges = [(0, 0), (0, 1), (0, 2), (1, 0)] };
        Near(2 * (1e-9 + 10e-9), chain.Seconds("simple"));
        Near((2 * 5e-9) + (4 * 20e-9), (chain with { Synapse = 20e-9 }).Seconds("simple"));
    }

    /// <summary>
    /// A spike for n cores behind one link of 20 ns per message: the k-th message is through the first link at (k + 1) * 20 ns, whatever cores do, and the last one has n hops to go.
    /// </summary>
    [Theory]
    [InlineData(2)]
    [InlineData(7)]
    public void ALinkCarriesOneMessageAtATime(int cores)
    {
        var chain = new Chains { Sources = [0], Targets = [.. Enumerable.Range(1, cores)], Edges = [.. Enumerable.Range(0, cores).Select(t => (0, t))], Buffer = 100 };
        Near(11e-9 + ((cores - 1) * 20e-9) + (cores * 20e-9) + 5e-9 + 2e-9, chain.Seconds("event"));
    }

    /// <summary>
    /// Many messages to a core that takes 1 us for each: it never waits, so with any buffers it ends when the first is there and all are worked off. With small buffers the sender has to
    /// wait for room, and what it does last ends later than with large ones.
    /// </summary>
    [Fact]
    public void AFullQueueHoldsUpTheSender()
    {
        const int spikes = 40;
        var chain = new Chains
        {
            Sources = [.. Enumerable.Repeat(0, spikes)],
            Targets = [2, 1],
            Edges = [.. Enumerable.Range(0, spikes).SelectMany(s => s == spikes - 1 ? new[] { (s, 0), (s, 1) } : [(s, 0)])],
            MessageIn = 1e-6,
            Synapse = 0,
        };
        var worked = 11e-9 + 40e-9 + (spikes * 1e-6);
        Near(worked, (chain with { Buffer = 1000 }).Seconds("event"));

        // The last message goes to the core between; it leaves its own core behind all the others, of which the port, two links and the queue hold Buffer each.
        var last = chain with { Targets = [2, 1], Edges = [.. chain.Edges.Where(e => e.To == 0 && e.From < spikes - 1), (spikes - 1, 1)] };
        var held = 11e-9 + 40e-9 + ((spikes - 1 - (4 * 4)) * 1e-6);
        Assert.True((last with { MessageIn = 1e-6, Buffer = 4 }).Seconds("event") > held);
        Assert.True((last with { Buffer = 1000, MessageIn = 0 }).Seconds("event") < 2e-6);
    }

    /// <summary>Nothing is faster than its slowest link: messages of many cores to one over its last link.</summary>
    [Fact]
    public void TheLastLinkBoundsTheStep()
    {
        int[] sources = [.. Enumerable.Range(0, 6).SelectMany(c => Enumerable.Repeat(c, 10))];
        var chain = new Chains { Sources = sources, Targets = [7], Edges = [.. Enumerable.Range(0, 60).Select(s => (s, 0))], MessageIn = 0, Synapse = 0 };
        var seconds = chain.Seconds("event");
        Assert.True(seconds >= 60 * 20e-9, $"{seconds}");
        Assert.True(seconds <= (60 * 20e-9) + (7 * 20e-9) + (10 * 11e-9), $"{seconds}");
    }

    /// <summary>The heap gives every time once, in order; equal times in the order in which std::priority_queue of GCC gives them.</summary>
    [Fact]
    public void TheQueueIsAHeap()
    {
        var queue = new SendQueue(64);
        for (var core = 0; core < 4; core++) queue.Push(1, core);
        Assert.Equal([0, 2, 1, 3], Enumerable.Range(0, 4).Select(_ => queue.Pop().Core));
        for (var core = 0; core < 9; core++) queue.Push(core % 2, core);
        Assert.Equal([0, 2, 6, 4, 8, 3, 5, 1, 7], Enumerable.Range(0, 9).Select(_ => queue.Pop().Core));
        var random = new Random(3);
        for (var core = 0; core < 64; core++) queue.Push(random.Next(20), core);
        var times = Enumerable.Range(0, 64).Select(_ => queue.Pop()).ToArray();
        Assert.Equal(times.Select(t => t.Time).Order(), times.Select(t => t.Time));
        Assert.Equal(Enumerable.Range(0, 64), times.Select(t => t.Core).Order());
    }

    private static void Near(double expected, double actual, double slack = 0) => Assert.True(Math.Abs(actual - expected) <= (1e-12 * expected) + slack, $"{actual:R} is not {expected:R}");
}
