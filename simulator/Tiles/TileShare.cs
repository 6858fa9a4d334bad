namespace NeuroChip.Simulator.Tiles;

/// <summary>
/// What one of several equal tiles does of a layer. Tiles share its outputs in parts along channels, each with its part of the weights and all events,
/// and in parts along positions, each with all weights and its part of the events. What has neither (attention, elementwise inputs, neurons) is divided by neurons.
/// Events are taken to spread evenly over positions and groups, and what a window sees across the border of a part is not counted twice; of uneven parts the
/// greatest counts.
/// </summary>
public static class TileShare
{
    /// <summary>The greatest part of <paramref name="work"/> that one tile does.</summary>
    /// <param name="work">All of it.</param>
    /// <param name="channelParts">Parts along output channels, 1 or more.</param>
    /// <param name="positionParts">Parts along output positions, 1 or more.</param>
    public static LayerWork Of(LayerWork work, int channelParts, int positionParts)
    {
        if (channelParts == 1 && positionParts == 1) return work;
        // Parts along channels each look up all targets; groups of channels share the sites.
        if (work.Lookups > 0)
            return Of(work with { Lookups = 0, LookupReads = 0 }, channelParts, positionParts) with
            {
                Lookups = CeilingDivision.Of(work.Lookups, positionParts),
                LookupReads = CeilingDivision.Of(work.LookupReads, positionParts),
            };
        if (work.Kind is not (LayerKind.Conv or LayerKind.Linear)) return Fraction(work, 1, (long)channelParts * positionParts);
        if (channelParts > work.Groups) return Channels(Fraction(work, 1, (long)work.Groups * positionParts), CeilingDivision.Of(work.Outputs, channelParts / work.Groups));
        return Fraction(work, CeilingDivision.Of(work.Groups, channelParts), (long)work.Groups * positionParts);
    }

    private static LayerWork Channels(LayerWork work, long outputs) => work with
    {
        Outputs = outputs,
        Additions = CeilingDivision.Of(work.Additions * outputs, work.Outputs),
        Macs = CeilingDivision.Of(work.Macs * outputs, work.Outputs),
    };

    private static LayerWork Fraction(LayerWork work, long part, long whole)
    {
        long Of(long count) => CeilingDivision.Of(count * part, whole);
        return work with
        {
            Rows = Of(work.Rows),
            Events = Of(work.Events),
            Visits = Of(work.Visits),
            Additions = Of(work.Additions),
            Macs = Of(work.Macs),
            Probes = Of(work.Probes),
            NeuronUpdates = Of(work.NeuronUpdates),
        };
    }
}
