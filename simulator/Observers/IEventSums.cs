namespace NeuroChip.Simulator.Observers;

/// <summary>
/// What the events of a population in one step add up to, wherever they were added up: numbers that say neither when they arrive nor which way they take. The
/// observer books them.
/// </summary>
internal interface IEventSums
{
    /// <summary>The events, and in <see cref="PopulationView.Spikes"/> those of each of its cores.</summary>
    long Count(PopulationView population);

    /// <summary>What they do in a projection that leaves the population.</summary>
    /// <param name="projection">The projection.</param>
    /// <param name="events">What <see cref="Count"/> gave.</param>
    ProjectionStep Of(ProjectionView projection, long events);

    /// <summary>
    /// Adds what they do on the cores that hold targets of a projection to a tick. Where rows are payloads every synapse of an event counts, because the core has to look
    /// whether its row is there: an upper bound of the additions.
    /// </summary>
    void Deliver(ProjectionView projection, TickCounts ticks, int tick);
}
