using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using NeuroChip.Ir.Ncir.AddressFunctions;
using NeuroChip.Ir.Pipelines;

namespace NeuroChip.Simulator.Pipelines;

/// <summary>
/// The synapses of a connection, ready to be added. An accumulator that nothing arrived at is negative zero: adding a weight to it gives the weight, adding it to a
/// potential changes nothing, and no sum of weights (none of which is a negative zero) gives a negative zero.
/// </summary>
internal abstract class SynapseRows(GroupConnection connection, int targetSlot)
{
    /// <summary>What stands in an accumulator that nothing arrived at.</summary>
    public const double Nothing = -0.0;

    public int Source => connection.Source;

    public int Target => connection.Target;

    public int Delay => connection.Delay;

    public long Count => connection.Map.Total;

    /// <summary>Slot of the target group's address 0.</summary>
    protected int TargetSlot => targetSlot;

    public static SynapseRows Of(GroupConnection connection, int targetSlot) => connection.Map switch
    {
        DenseMap dense => new DenseRows(connection, dense, targetSlot),
        ConvMap { Groups: 1 } conv => new ConvolutionRows(connection, conv, targetSlot),
        CsrMap csr when connection.Weights.Type == Ir.Tensors.DType.Float32 => new ExplicitRows<float>(connection, csr, targetSlot),
        CsrMap csr => new ExplicitRows<double>(connection, csr, targetSlot),
        _ => throw new NotSupportedException($"connections of a pipeline network are dense, convolutions of one group, or explicit; not '{connection.Map.Keyword}'"),
    };

    /// <summary>Adds the weights of a source to those of its targets whose address is from <paramref name="from"/> to <paramref name="to"/> - 1.</summary>
    public abstract void Add(int source, double[] sums, int from, int to);

    /// <summary>Brings the synapses of a source near, where they are many and used once.</summary>
    public virtual void Fetch(int source)
    {
    }

    /// <summary>Weights as doubles; for those that are shared, so that there are few.</summary>
    protected static double[] Widen(GroupConnection connection) => connection.Weights.Type == Ir.Tensors.DType.Float32
        ? Array.ConvertAll(connection.Weights.Span<float>().ToArray(), w => (double)w)
        : connection.Weights.Span<double>().ToArray();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    protected static void AddRow(Span<double> sums, ReadOnlySpan<double> weights)
    {
        ref var s = ref MemoryMarshal.GetReference(sums);
        ref var w = ref MemoryMarshal.GetReference(weights);
        nuint i = 0, n = (nuint)sums.Length;
        for (; i + 4 <= n; i += 4) (Vector256.LoadUnsafe(ref s, i) + Vector256.LoadUnsafe(ref w, i)).StoreUnsafe(ref s, i);
        for (; i < n; i++) Unsafe.Add(ref s, i) += Unsafe.Add(ref w, i);
    }
}

/// <summary>Every target; the weights of a source are consecutive.</summary>
internal sealed class DenseRows(GroupConnection connection, DenseMap map, int targetSlot) : SynapseRows(connection, targetSlot)
{
    private readonly double[] weights = Widen(connection);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Add(int source, double[] sums, int from, int to) =>
        AddRow(sums.AsSpan(TargetSlot + from, to - from), weights.AsSpan((source * map.Targets) + from, to - from));
}

/// <summary>A convolution; the output channels of a tap are consecutive in targets and weights.</summary>
internal sealed class ConvolutionRows(GroupConnection connection, ConvMap map, int targetSlot) : SynapseRows(connection, targetSlot)
{
    private readonly double[] weights = Widen(connection);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Add(int source, double[] sums, int from, int to)
    {
        var (c, pixel) = (source % map.Channels, source / map.Channels);
        var (y, x, outputs) = (pixel / map.X.Input, pixel % map.X.Input, map.OutChannels);
        for (var ky = map.Y.Kernel - 1; ky >= 0; ky--)
        {
            var oy = map.Y.OutputOf(y, ky);
            if (oy < 0) continue;
            for (var kx = map.X.Kernel - 1; kx >= 0; kx--)
            {
                var ox = map.X.OutputOf(x, kx);
                if (ox < 0) continue;
                var first = ((oy * map.X.Output) + ox) * outputs;
                var (start, end) = (Math.Max(first, from), Math.Min(first + outputs, to));
                if (start >= end) continue;
                var row = ((((ky * map.X.Kernel) + kx) * map.Channels) + c) * outputs;
                AddRow(sums.AsSpan(TargetSlot + start, end - start), weights.AsSpan(row + start - first, end - start));
            }
        }
    }
}

/// <summary>Explicit synapses; the targets of a source ascend.</summary>
internal sealed class ExplicitRows<TWeight>(GroupConnection connection, CsrMap map, int targetSlot) : SynapseRows(connection, targetSlot) where TWeight : unmanaged
{
    private readonly Ir.Tensors.Tensor weights = connection.Weights;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Add(int source, double[] sums, int from, int to)
    {
        var offsets = map.Offsets.AsSpan();
        var (start, end) = (offsets[source], offsets[source + 1]);
        var targets = map.TargetOf.AsSpan()[start..end];
        var (first, last) = (0, targets.Length);
        if (from > 0) first = LowerBound(targets, from, map.Targets);
        if (to < map.Targets) last = LowerBound(targets, to, map.Targets);
        ref var sum = ref MemoryMarshal.GetReference(sums.AsSpan(TargetSlot, map.Targets));
        ref var target = ref MemoryMarshal.GetReference(targets);
        var i = first;
        if (typeof(TWeight) == typeof(float))
        {
            ref var single = ref MemoryMarshal.GetReference(weights.Span<float>()[start..]);
            for (; i + 4 <= last; i += 4)
            {
                var (low, high) = Vector128.Widen(Vector128.LoadUnsafe(ref single, (nuint)i));
                Unsafe.Add(ref sum, Unsafe.Add(ref target, i)) += low[0];
                Unsafe.Add(ref sum, Unsafe.Add(ref target, i + 1)) += low[1];
                Unsafe.Add(ref sum, Unsafe.Add(ref target, i + 2)) += high[0];
                Unsafe.Add(ref sum, Unsafe.Add(ref target, i + 3)) += high[1];
            }

            for (; i < last; i++) Unsafe.Add(ref sum, Unsafe.Add(ref target, i)) += Unsafe.Add(ref single, i);
            return;
        }

        ref var weight = ref MemoryMarshal.GetReference(weights.Span<double>()[start..]);
        for (; i < last; i++) Unsafe.Add(ref sum, Unsafe.Add(ref target, i)) += Unsafe.Add(ref weight, i);
    }

    public override void Fetch(int source)
    {
        var offsets = map.Offsets.AsSpan();
        CacheLines.Fetch(map.TargetOf.AsSpan(), offsets[source], offsets[source + 1]);
        CacheLines.Fetch(weights.Span<TWeight>(), offsets[source], offsets[source + 1]);
    }

    /// <summary>The first place of a target of at least <paramref name="value"/>; looked for from where it is if targets are spread evenly.</summary>
    private static int LowerBound(ReadOnlySpan<int> targets, int value, int all)
    {
        var i = (int)((long)targets.Length * value / all);
        while (i > 0 && targets[i - 1] >= value) i--;
        while (i < targets.Length && targets[i] < value) i++;
        return i;
    }
}
