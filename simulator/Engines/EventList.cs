using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace NeuroChip.Simulator.Engines;

/// <summary>
/// What a population emitted in one step: the payload of every neuron, and the addresses whose payload is not 0 as an ascending list
/// that can be entered at any bucket (usually a pixel) of addresses.
/// </summary>
/// <typeparam name="T">Payload: float or int.</typeparam>
internal sealed unsafe class EventList<T> where T : unmanaged
{
    private readonly T* pinned;
    private readonly AlignedBuffer<int> active;
    private readonly int[] bucketSizes;
    private readonly AlignedBuffer<int>[] bucketStarts;

    /// <summary>An empty list of events of <paramref name="size"/> neurons that can be entered by each of the given bucket sizes.</summary>
    public EventList(int size, IEnumerable<int> bucketSizes)
    {
        Size = size;
        Payloads = GC.AllocateArray<T>(size, pinned: true);
        pinned = (T*)Unsafe.AsPointer(ref System.Runtime.InteropServices.MemoryMarshal.GetArrayDataReference(Payloads));
        active = new(size + 16); // A compressing store may write a full register behind the last event.
        this.bucketSizes = [.. bucketSizes.Where(b => b > 0).Distinct()];
        bucketStarts = [.. this.bucketSizes.Select(b => new AlignedBuffer<int>(((size + b - 1) / b) + 1))];
    }

    /// <summary>Neurons.</summary>
    public int Size { get; }

    /// <summary>Payload by address; after a change, <see cref="Index"/> brings the list up to date.</summary>
    public T[] Payloads { get; }

    /// <summary>Where <see cref="Payloads"/> lies (it does not move).</summary>
    public T* Values => pinned;

    /// <summary>Addresses whose payload is not 0, ascending.</summary>
    public int* Active => active.Pointer;

    /// <summary>How many there are.</summary>
    public int Count { get; private set; }

    /// <summary>Whether every payload that is not 0 is 1, so that nothing needs multiplying.</summary>
    public bool Ones { get; private set; }

    /// <summary>Whether no payload is infinite or not a number.</summary>
    public bool Finite { get; private set; }

    /// <summary>Greatest magnitude of an integer payload; 1 where <see cref="Ones"/>. Not kept for floats.</summary>
    public long Magnitude { get; private set; }

    /// <summary>Index in <see cref="Active"/> of the first event of each bucket of <paramref name="size"/> addresses; one more at the end.</summary>
    public int* Buckets(int size)
    {
        for (var i = 0; i < bucketSizes.Length; i++)
            if (bucketSizes[i] == size) return bucketStarts[i].Pointer;
        throw new ArgumentOutOfRangeException(nameof(size));
    }

    /// <summary>Forgets all events.</summary>
    public void Clear()
    {
        Array.Clear(Payloads);
        Index();
    }

    /// <summary>Rebuilds the list from the payloads.</summary>
    public void Index()
    {
        Count = typeof(T) == typeof(float) ? IndexFloats((float*)Values) : IndexInts((int*)Values);
        for (var i = 0; i < bucketSizes.Length; i++) Enter(bucketSizes[i], bucketStarts[i].Pointer);
    }

    private void Enter(int bucket, int* starts)
    {
        var buckets = (Size + bucket - 1) / bucket;
        starts[0] = 0;
        if (buckets == 1)
        {
            starts[1] = Count;
            return;
        }

        var position = 0;
        for (var b = 0; b < buckets; b++)
        {
            position += CountIn(b * bucket, Math.Min(bucket, Size - (b * bucket)));
            starts[b + 1] = position;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int CountIn(int first, int length)
    {
        // Comparing again is cheaper than searching the list: a pixel of 64 channels is four comparisons.
        var count = 0;
        var at = Values + first;
        var i = 0;
        for (; i + Vector512<T>.Count <= length; i += Vector512<T>.Count)
            count += Vector512<T>.Count - System.Numerics.BitOperations.PopCount(Vector512.Equals(Vector512.Load(at + i), Vector512<T>.Zero).ExtractMostSignificantBits());
        for (; i < length; i++)
            if (!IsZero(at[i])) count++;
        return count;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool IsZero(T value) => typeof(T) == typeof(float) ? (float)(object)value == 0 : (int)(object)value == 0;

    private int IndexFloats(float* from)
    {
        var to = Active;
        var count = 0;
        var (ones, finite) = (true, true);
        var i = 0;
        var lanes = Vector512<int>.Indices;
        for (; i + 16 <= Size; i += 16)
        {
            var value = Vector512.Load(from + i);
            var zero = Vector512.Equals(value, Vector512<float>.Zero);
            var mask = (uint)~zero.ExtractMostSignificantBits() & 0xFFFF;
            if (mask == 0) continue;
            ones &= Vector512.EqualsAll(Vector512.AndNot(value, zero), Vector512.AndNot(Vector512<float>.One, zero));
            finite &= Vector512.EqualsAll(value - value, Vector512<float>.Zero);
            count = Append(to, count, mask, i, lanes, ~zero.AsInt32());
        }

        for (; i < Size; i++)
        {
            if (from[i] == 0) continue;
            ones &= from[i] == 1;
            finite &= float.IsFinite(from[i]);
            to[count++] = i;
        }

        (Ones, Finite) = (ones, finite);
        return count;
    }

    private int IndexInts(int* from)
    {
        var to = Active;
        var count = 0;
        var low = Vector512<int>.Zero;
        var high = Vector512<int>.Zero;
        var i = 0;
        var lanes = Vector512<int>.Indices;
        for (; i + 16 <= Size; i += 16)
        {
            var value = Vector512.Load(from + i);
            var zero = Vector512.Equals(value, Vector512<int>.Zero);
            var mask = (uint)~zero.ExtractMostSignificantBits() & 0xFFFF;
            if (mask == 0) continue;
            low = Vector512.Min(low, value);
            high = Vector512.Max(high, value);
            count = Append(to, count, mask, i, lanes, ~zero);
        }

        long least = 0, greatest = 0;
        for (var lane = 0; lane < 16; lane++)
        {
            least = Math.Min(least, low[lane]);
            greatest = Math.Max(greatest, high[lane]);
        }

        for (; i < Size; i++)
        {
            if (from[i] == 0) continue;
            least = Math.Min(least, from[i]);
            greatest = Math.Max(greatest, from[i]);
            to[count++] = i;
        }

        (Ones, Finite) = (least == 0 && greatest <= 1, true);
        Magnitude = Math.Max(-least, greatest);
        return count;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Append(int* to, int count, uint mask, int first, Vector512<int> lanes, Vector512<int> keep)
    {
        if (Avx512F.IsSupported)
        {
            Avx512F.Compress(Vector512<int>.Zero, keep, lanes + Vector512.Create(first)).Store(to + count);
            return count + System.Numerics.BitOperations.PopCount(mask);
        }

        while (mask != 0)
        {
            to[count++] = first + System.Numerics.BitOperations.TrailingZeroCount(mask);
            mask &= mask - 1;
        }

        return count;
    }
}
