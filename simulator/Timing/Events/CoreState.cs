namespace NeuroChip.Simulator.Timing.Events;

/// <summary>Where a core is within a tick.</summary>
internal struct CoreState
{
    /// <summary>Work before the first neuron, per neuron, and neurons.</summary>
    public long Before;
    public long PerNeuron;
    public int Neurons;

    /// <summary>Population, first neuron, step of this tick, and where those of its neurons that fire begin among those of the population.</summary>
    public int Population;
    public int First;
    public int Step;
    public int FiresFrom;

    /// <summary>Neurons that fire; whether they send, and whether that goes anywhere.</summary>
    public int Fires;
    public bool Sends;
    public bool Reaches;

    /// <summary>Work of the update that is done, and up to where it goes on undisturbed.</summary>
    public long Done;
    public long Target;

    /// <summary>Event that is sent next; interruptions so far; whether all neurons are updated; whether the send queue is full.</summary>
    public int Next;
    public int Version;
    public bool Finished;
    public bool Blocked;

    /// <summary>First and last spike in the queue, and how many.</summary>
    public int Head;
    public int Tail;
    public int Queued;

    /// <summary>Row buffers in use; of these rows asked for and not yet being added, in a ring from the first; of these how many are there.</summary>
    public int RowsHeld;
    public int FirstRow;
    public int Rows;
    public int RowsReady;

    /// <summary>Whether a row is on its way, and since when.</summary>
    public bool Fetching;
    public long FetchStart;

    /// <summary>Units at work; when that last changed.</summary>
    public int Active;
    public long Since;
}

/// <summary>What a unit of a core does.</summary>
internal struct UnitState
{
    public int Action;
    public long Start;
    public int Packet;
    public long Words;
    public long Cycles;
    public int Needed;
    public int Path;
}

/// <summary>A row that was asked for: words to bring, cycles to add it, its number in the log of paths.</summary>
internal readonly record struct RowState(long Words, long Cycles, int Path);

/// <summary>A spike in a queue, the one behind it, and its number in the log of paths.</summary>
internal readonly record struct QueueEntry(int Packet, int Next, int Path);
