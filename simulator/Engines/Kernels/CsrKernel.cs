using NeuroChip.Ir.Ncir.AddressFunctions;

namespace NeuroChip.Simulator.Engines.Kernels;

/// <summary>Adds one scalar weight to a sum: what the kernels without vectors need.</summary>
internal interface IScalar<TWeight, TSum>
{
    static abstract TSum Add(TSum sum, TWeight weight);

    static abstract TSum AddScaled(TSum sum, TSum payload, TWeight weight);

    /// <summary>payload * weight.</summary>
    static abstract TSum Product(TSum payload, TWeight weight);

    static abstract bool Less(TSum a, TSum b);
}

internal readonly struct FloatScalar : IScalar<float, float>
{
    public static float Add(float sum, float weight) => sum + weight;

    public static float AddScaled(float sum, float payload, float weight) => sum + (payload * weight);

    public static float Product(float payload, float weight) => payload * weight;

    public static bool Less(float a, float b) => a < b;
}

internal readonly struct ByteScalar : IScalar<sbyte, int>
{
    public static int Add(int sum, sbyte weight) => sum + weight;

    public static int AddScaled(int sum, int payload, sbyte weight) => sum + (payload * weight);

    public static int Product(int payload, sbyte weight) => payload * weight;

    public static bool Less(int a, int b) => a < b;
}

internal readonly struct ShortScalar : IScalar<short, int>
{
    public static int Add(int sum, short weight) => sum + weight;

    public static int AddScaled(int sum, int payload, short weight) => sum + (payload * weight);

    public static int Product(int payload, short weight) => payload * weight;

    public static bool Less(int a, int b) => a < b;
}

/// <summary>Explicit synapses: each event adds its row, target by target. Where targets are cut into ranges, it is known beforehand where the range starts in each row.</summary>
internal sealed unsafe class CsrKernel<TScalar, TWeight, TSum> : SynapseKernel<TSum>
    where TScalar : struct, IScalar<TWeight, TSum>
    where TWeight : unmanaged
    where TSum : unmanaged
{
    private readonly int[] offsets;
    private readonly AlignedBuffer<int> targets;
    private readonly AlignedBuffer<TWeight> weights;
    private readonly int targetSize;
    private readonly double meanRow;
    private readonly Dictionary<int, int[]> cuts = [];

    public CsrKernel(CsrMap map, ReadOnlySpan<TWeight> rows)
    {
        offsets = [.. map.Offsets];
        targets = new(map.TargetOf.Length);
        map.TargetOf.AsSpan().CopyTo(targets.Span);
        weights = new(rows.Length);
        rows.CopyTo(weights.Span);
        targetSize = map.Targets;
        meanRow = map.SourceSize == 0 ? 0 : (double)map.TargetOf.Length / map.SourceSize;
    }

    public override long Work(EventList<TSum> events) => (long)(events.Count * meanRow * 8);

    public override bool CutsFinely => false;

    public override void Plan(int pieceSize)
    {
        for (var at = pieceSize; at < targetSize; at += pieceSize)
        {
            var cut = new int[offsets.Length - 1];
            for (var source = 0; source < cut.Length; source++) cut[source] = LowerBound(targets.Pointer, offsets[source], offsets[source + 1], at);
            cuts[at] = cut;
        }
    }

    public override void Add(EventList<TSum> events, TSum* sums, int first, int end)
    {
        var active = events.Active;
        var target = targets.Pointer;
        var weight = weights.Pointer;
        var starts = first == 0 ? offsets.AsSpan() : cuts[first];
        var ends = end == targetSize ? offsets.AsSpan(1) : cuts[end];
        for (var k = 0; k < events.Count; k++)
        {
            var source = active[k];
            var (from, to) = (starts[source], ends[source]);
            if (events.Ones)
            {
                for (var s = from; s < to; s++) sums[target[s]] = TScalar.Add(sums[target[s]], weight[s]);
            }
            else
            {
                var payload = events.Values[source];
                for (var s = from; s < to; s++) sums[target[s]] = TScalar.AddScaled(sums[target[s]], payload, weight[s]);
            }
        }
    }

    private static int LowerBound(int* sorted, int from, int to, int value)
    {
        while (from < to)
        {
            var middle = from + ((to - from) >> 1);
            if (sorted[middle] < value) from = middle + 1;
            else to = middle;
        }

        return from;
    }
}
