using System.Runtime.CompilerServices;

namespace NeuroChip.Simulator.Pipelines.Timing;

/// <summary>
/// Cores by the time of their next message, earliest first: a binary heap with the moves of the textbook algorithm that the C++ library uses (on removal the hole
/// sinks to a leaf and the last element rises from there), so that equal times come out in the order in which they do in SANA-FE.
/// </summary>
internal sealed class SendQueue(int cores)
{
    private readonly double[] times = new double[cores];
    private readonly int[] ids = new int[cores];

    public int Count { get; private set; }

    public void Clear() => Count = 0;

    public void Push(double time, int core)
    {
        Rise(Count, 0, time, core);
        Count++;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public (double Time, int Core) Pop()
    {
        var top = (times[0], ids[0]);
        var length = --Count;
        if (length == 0) return top;
        var (time, core) = (times[length], ids[length]);
        var hole = 0;
        var child = 0;
        while (child < (length - 1) / 2)
        {
            child = 2 * (child + 1);
            if (times[child] > times[child - 1]) child--;
            (times[hole], ids[hole]) = (times[child], ids[child]);
            hole = child;
        }

        if ((length & 1) == 0 && child == (length - 2) / 2)
        {
            child = (2 * child) + 1;
            (times[hole], ids[hole]) = (times[child], ids[child]);
            hole = child;
        }

        Rise(hole, 0, time, core);
        return top;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Rise(int hole, int top, double time, int core)
    {
        while (hole > top)
        {
            var parent = (hole - 1) / 2;
            if (!(times[parent] > time)) break;
            (times[hole], ids[hole]) = (times[parent], ids[parent]);
            hole = parent;
        }

        (times[hole], ids[hole]) = (time, core);
    }
}
