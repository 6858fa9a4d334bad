using System.Numerics;
using System.Runtime.Intrinsics;
using NeuroChip.Ir.Ncir.AddressFunctions;

namespace NeuroChip.Simulator.Engines.Kernels;

/// <summary>
/// Contractions: attention with rows that are payloads, or sums over indices with stored weights. Each event adds, times its payload, the runs of rows that the
/// indices it leaves free reach: in <c>K^T V</c> a row of V, in <c>Q (K^T V)</c> a row of the accumulators, in <c>Q K^T</c> a column of K, which is
/// laid out as a row before the step. Events are taken in ascending address, so every target adds in that order.
/// </summary>
internal sealed unsafe class StridedKernel<T> : SynapseKernel<T> where T : unmanaged, INumber<T>
{
    private const int Nowhere = -1;

    private readonly StridedMap map;
    private readonly AlignedBuffer<T>? weights;
    private readonly int[] targetOf;
    private readonly int[] rowOf;
    private readonly StridedAxis run;
    private readonly StridedAxis[] outer;
    private readonly AlignedBuffer<T>? columns;
    private readonly int[] columnRows = [];

    /// <param name="map">Which events reach which targets by which rows.</param>
    /// <param name="weights">The rows, null where they are payloads.</param>
    public StridedKernel(StridedMap map, T[]? weights)
    {
        this.map = map;
        if (weights is not null)
        {
            this.weights = new(weights.Length);
            weights.CopyTo(this.weights.Span);
        }

        var free = map.Axes.Where(a => a is { Extent: > 1, Source: 0 }).OrderBy(a => a.Target).ToArray();
        run = free.Length == 0 ? new(1, 0, 1, 1) : free[0];
        outer = free.Length == 0 ? [] : free[1..];
        (targetOf, rowOf) = (new int[map.Sources], new int[map.Sources]);
        Array.Fill(targetOf, Nowhere);
        Place(0, map.SourceOrigin, map.TargetOrigin, map.RowOrigin);
        if (run is not { Target: 1, Row: > 1 } || outer.Length > 0) return;

        // Rows that lie apart are brought together before each step.
        var places = new Dictionary<int, int>();
        for (var source = 0; source < rowOf.Length; source++)
        {
            if (targetOf[source] == Nowhere) continue;
            if (!places.TryGetValue(rowOf[source], out var place)) places.Add(rowOf[source], place = places.Count);
            rowOf[source] = place * run.Extent;
        }

        columnRows = [.. places.OrderBy(p => p.Value).Select(p => p.Key)];
        columns = new((long)columnRows.Length * run.Extent);
        if (weights is not null) BringTogether(this.weights!.Pointer);
    }

    public override bool CutsFinely => false;

    public override long Work(EventList<T> events) => (long)events.Count * map.Bound / 4;

    public override void Prepare(EventList<T> events)
    {
        events.MakeList();
        if (columns is not null && weights is null) BringTogether(RowEvents!.Values);
    }

    public override void Add(EventList<T> events, T* sums, int first, int end)
    {
        if (events.Count == 0 || (RowEvents is { Count: 0 } && events.Finite)) return;
        var rows = columns is not null ? columns.Pointer : weights is not null ? weights.Pointer : RowEvents!.Values;
        var stride = columns is not null ? 1 : run.Row;
        Span<int> index = stackalloc int[outer.Length];
        for (var k = 0; k < events.Count; k++)
        {
            var source = events.Active[k];
            var (target, row) = (targetOf[source], rowOf[source]);
            if (target == Nowhere) continue;
            var payload = events.Values[source];
            index.Clear();
            while (true)
            {
                AddRun(sums, target, rows + row, stride, payload, first, end);
                var d = outer.Length - 1;
                for (; d >= 0; d--)
                {
                    (target, row) = (target + outer[d].Target, row + outer[d].Row);
                    if (++index[d] < outer[d].Extent) break;
                    (target, row, index[d]) = (target - (outer[d].Target * outer[d].Extent), row - (outer[d].Row * outer[d].Extent), 0);
                }

                if (d < 0) break;
            }
        }
    }

    /// <summary>The part of a run whose targets lie in the range.</summary>
    private void AddRun(T* sums, int target, T* rows, int stride, T payload, int first, int end)
    {
        if (target >= end) return;
        var (from, to) = (0, run.Extent);
        if (target < first) from = (first - target + run.Target - 1) / run.Target;
        if (target + ((long)(to - 1) * run.Target) >= end) to = Math.Min(to, (end - target + run.Target - 1) / run.Target);
        var at = sums + target;
        if (run.Target != 1 || stride > 1)
        {
            for (var j = from; j < to; j++) at[(long)j * run.Target] += payload * rows[(long)j * stride];
            return;
        }

        var i = from;
        if (stride == 0)
        {
            var product = payload * *rows;
            var splat = Vector512.Create(product);
            for (; i + Vector512<T>.Count <= to; i += Vector512<T>.Count) (Vector512.Load(at + i) + splat).Store(at + i);
            for (; i < to; i++) at[i] += product;
            return;
        }

        var factor = Vector512.Create(payload);
        for (; i + Vector512<T>.Count <= to; i += Vector512<T>.Count) (Vector512.Load(at + i) + (factor * Vector512.Load(rows + i))).Store(at + i);
        for (; i < to; i++) at[i] += payload * rows[i];
    }

    /// <summary>Where the first synapse of each source leads.</summary>
    private void Place(int axis, int source, int target, int row)
    {
        while (axis < map.Axes.Length && (map.Axes[axis].Source == 0 || map.Axes[axis].Extent == 1)) axis++;
        if (axis == map.Axes.Length)
        {
            (targetOf[source], rowOf[source]) = (target, row);
            return;
        }

        var a = map.Axes[axis];
        for (var i = 0; i < a.Extent; i++) Place(axis + 1, source + (i * a.Source), target + (i * a.Target), row + (i * a.Row));
    }

    private void BringTogether(T* rows)
    {
        for (var c = 0; c < columnRows.Length; c++)
        {
            T* from = rows + columnRows[c], to = columns!.Pointer + ((long)c * run.Extent);
            for (var j = 0; j < run.Extent; j++) to[j] = from[(long)j * run.Row];
        }
    }
}
