using NeuroChip.Ir.Ncir;

namespace NeuroChip.Simulator.Engines.Kernels;

/// <summary>
/// How the events of one projection are added. Every implementation adds to each target in ascending source address, so all give the
/// same bits; which is fastest depends on the map and on how many events there are.
/// </summary>
/// <typeparam name="T">Accumulator and payload: float or int.</typeparam>
internal abstract unsafe class SynapseKernel<T> where T : unmanaged
{
    /// <summary>A range of targets given to <see cref="Add"/> starts and ends at multiples of this (or at the end of the population).</summary>
    public virtual int Granule => 1;

    /// <summary>Source addresses per bucket of the event list that the kernel looks events up by; 0 if it needs none.</summary>
    public virtual int BucketSize => 0;

    /// <summary>Whether a range costs little more than its share of the whole, so that many small ones balance threads better.</summary>
    public virtual bool CutsFinely => true;

    /// <summary>The payloads of this step that are the rows, set before <see cref="Add"/>; null for stored weights.</summary>
    public EventList<T>? RowEvents { get; set; }

    /// <summary>Called once in a step before the ranges are added, on one thread. A kernel that does not walk the list of events need not have it made.</summary>
    public virtual void Prepare(EventList<T> events) => events.MakeList();

    /// <summary>Takes the function of the sample that begins, for a map over sites.</summary>
    public virtual void Bind(AddressFunction map)
    {
    }

    /// <summary>Tells the ranges that <see cref="Add"/> will be called with: multiples of <paramref name="pieceSize"/>, or everything.</summary>
    public virtual void Plan(int pieceSize)
    {
    }

    /// <summary>Adds all events to the targets <paramref name="first"/> to <paramref name="end"/> - 1; <paramref name="sums"/> is indexed by target address.</summary>
    public abstract void Add(EventList<T> events, T* sums, int first, int end);

    /// <summary>Additions that <paramref name="events"/> cause, roughly: to decide whether threads are worth waking.</summary>
    public abstract long Work(EventList<T> events);
}
