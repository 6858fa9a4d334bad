using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace NeuroChip.Simulator.Engines;

/// <summary>
/// What a population emitted in one step: the payload of every neuron, and the addresses whose payload is not 0 as an ascending list
/// that can be entered at any bucket (usually a pixel) of addresses. It is indexed range by range, by whichever thread has just computed the
/// range and still has it in its cache, and joined afterwards. A list that few read (of a population that emits all the time) is made when somebody asks.
/// </summary>
/// <typeparam name="T">Payload: float or int.</typeparam>
internal sealed unsafe class EventList<T> where T : unmanaged
{
    private readonly T* pinned;
    private readonly AlignedBuffer<int> active;
    private readonly int[] bucketSizes;
    private readonly AlignedBuffer<int>[] bucketStarts;
    private readonly bool listed;
    private RangeIndex[] ranges = [default];
    private int rangeSize;
    private bool hasList;

    /// <summary>An empty list of events of <paramref name="size"/> neurons that can be entered by each of the given bucket sizes.</summary>
    /// <param name="size">Neurons.</param>
    /// <param name="bucketSizes">Sizes of buckets by which it can be entered.</param>
    /// <param name="onDemand">Whether the list of addresses is only made when asked for.</param>
    public EventList(int size, IEnumerable<int> bucketSizes, bool onDemand = false)
    {
        Size = rangeSize = size;
        Payloads = GC.AllocateArray<T>(size, pinned: true);
        pinned = (T*)Unsafe.AsPointer(ref System.Runtime.InteropServices.MemoryMarshal.GetArrayDataReference(Payloads));
        active = new(size + 32); // A compressing store may write a register behind the last event, and kernels read two.
        this.bucketSizes = [.. bucketSizes.Where(b => b > 0).Distinct()];
        bucketStarts = [.. this.bucketSizes.Select(b => new AlignedBuffer<int>(((size + b - 1) / b) + 1))];
        listed = !onDemand;
    }

    /// <summary>Neurons.</summary>
    public int Size { get; }

    /// <summary>Payload by address; after a change, <see cref="Index"/> brings the list up to date.</summary>
    public T[] Payloads { get; }

    /// <summary>Where <see cref="Payloads"/> lies (it does not move).</summary>
    public T* Values => pinned;

    /// <summary>Addresses whose payload is not 0, ascending. Only after <see cref="MakeList"/>.</summary>
    public int* Active => active.Pointer;

    /// <summary>How many there are.</summary>
    public int Count { get; private set; }

    /// <summary>Whether every payload that is not 0 is 1, so that nothing needs multiplying.</summary>
    public bool Ones { get; private set; }

    /// <summary>Whether no payload is infinite or not a number.</summary>
    public bool Finite { get; private set; }

    /// <summary>Greatest magnitude of an integer payload; 1 where <see cref="Ones"/>. Not kept for floats.</summary>
    public long Magnitude { get; private set; }

    /// <summary>Index in <see cref="Active"/> of the first event of each bucket of <paramref name="size"/> addresses; one more at the end. Only after <see cref="MakeList"/>.</summary>
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
        for (var range = 0; range < ranges.Length; range++) IndexRange(range);
        Join();
    }

    /// <summary>Cuts the addresses into ranges of <paramref name="size"/> for <see cref="IndexRange(int)"/>.</summary>
    public void Cut(int size)
    {
        rangeSize = size;
        ranges = new RangeIndex[Math.Max(1, (Size + size - 1) / size)];
    }

    /// <summary>Indexes a range; different ranges may be indexed on different threads. <see cref="Join"/> follows.</summary>
    public void IndexRange(int range) => IndexRange(range, listed);

    private void IndexRange(int range, bool list)
    {
        var first = range * rangeSize;
        var end = (int)Math.Min(Size, (long)first + rangeSize);
        var made = new RangeIndex { Ones = true, Finite = true };
        if (!list)
        {
            Survey(first, end, ref made);
        }
        else if (CountsBuckets)
        {
            // The first kind of buckets is counted along the way; it is nearly always the only one.
            var bucket = bucketSizes[0];
            var starts = bucketStarts[0].Pointer;
            for (var at = first; at < end; at += bucket)
            {
                Collect(at, Math.Min(end, at + bucket), first, end, ref made);
                starts[(at / bucket) + 1] = made.Count;
            }
        }
        else
        {
            Collect(first, end, first, end, ref made);
        }

        ranges[range] = made;
    }

    /// <summary>Joins the ranges.</summary>
    public void Join()
    {
        var all = new RangeIndex { Ones = true, Finite = true };
        foreach (ref readonly var range in ranges.AsSpan())
        {
            all.Count += range.Count;
            all.Ones &= range.Ones;
            all.Finite &= range.Finite;
            all.Low = Vector512.Min(all.Low, range.Low);
            all.High = Vector512.Max(all.High, range.High);
        }

        long least = 0, greatest = 0;
        for (var lane = 0; lane < 16; lane++) (least, greatest) = (Math.Min(least, all.Low[lane]), Math.Max(greatest, all.High[lane]));
        (Count, Finite) = (all.Count, all.Finite);
        Ones = typeof(T) == typeof(float) ? all.Ones : least == 0 && greatest <= 1;
        Magnitude = Math.Max(-least, greatest);
        hasList = listed;
        if (listed) JoinLists();
    }

    /// <summary>Makes the list where it is only made on demand. Not for several threads at once.</summary>
    public void MakeList()
    {
        if (hasList) return;
        for (var range = 0; range < ranges.Length; range++) IndexRange(range, list: true);
        JoinLists();
        hasList = true;
    }

    /// <summary>Whether the first kind of buckets is counted while the list is made: where no bucket lies in two ranges, and buckets are worth a loop of their own.</summary>
    private bool CountsBuckets => bucketSizes is [>= 32, ..] && (ranges.Length == 1 || rangeSize % bucketSizes[0] == 0);

    private void JoinLists()
    {
        var count = 0;
        for (var r = 0; r < ranges.Length; r++)
        {
            var (first, end) = (r * rangeSize, (int)Math.Min(Size, ((long)r + 1) * rangeSize));
            var here = ranges[r].Count;
            if (count != first && here > 0) new Span<int>(active.Pointer + first, here).CopyTo(new(active.Pointer + count, here));
            if (count > 0 && CountsBuckets)
            {
                var bucket = bucketSizes[0];
                var starts = bucketStarts[0].Pointer;
                Shift(new(starts + (first / bucket) + 1, ((end + bucket - 1) / bucket) - (first / bucket)), count);
            }

            count += here;
        }

        for (var i = 0; i < bucketSizes.Length; i++)
        {
            bucketStarts[i].Pointer[0] = 0;
            if (i > 0 || !CountsBuckets) Enter(bucketSizes[i], bucketStarts[i].Pointer);
        }
    }

    private static void Shift(Span<int> starts, int by)
    {
        var i = 0;
        for (; i + Vector<int>.Count <= starts.Length; i += Vector<int>.Count) (new Vector<int>(starts[i..]) + new Vector<int>(by)).CopyTo(starts[i..]);
        for (; i < starts.Length; i++) starts[i] += by;
    }

    private void Enter(int bucket, int* starts)
    {
        var buckets = (Size + bucket - 1) / bucket;
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
            count += Vector512<T>.Count - BitOperations.PopCount(Vector512.Equals(Vector512.Load(at + i), Vector512<T>.Zero).ExtractMostSignificantBits());
        for (; i < length; i++)
            if (!IsZero(at[i])) count++;
        return count;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool IsZero(T value) => typeof(T) == typeof(float) ? (float)(object)value == 0 : (int)(object)value == 0;

    /// <summary>Counts the events of a range and says what kind of payloads they have.</summary>
    private void Survey(int first, int end, ref RangeIndex into)
    {
        into.Count = CountIn(first, end - first);
        if (typeof(T) == typeof(float)) SurveyFloats((float*)Values, first, end, ref into);
        else SurveyInts((int*)Values, first, end, ref into);
    }

    private static void SurveyFloats(float* from, int first, int end, ref RangeIndex into)
    {
        var strange = Vector512<float>.Zero; // 0 * payload: 0, or not a number.
        var differs = Vector512<float>.Zero;
        var i = first;
        for (; i + 16 <= end; i += 16)
        {
            var value = Vector512.Load(from + i);
            strange += value * Vector512<float>.Zero;
            differs |= Vector512.AndNot(value ^ Vector512<float>.One, Vector512.Equals(value, Vector512<float>.Zero));
        }

        var (finite, ones) = (Vector512.EqualsAll(strange, Vector512<float>.Zero), Vector512.EqualsAll(differs.AsInt32(), Vector512<int>.Zero));
        for (; i < end; i++)
        {
            finite &= float.IsFinite(from[i]);
            ones &= from[i] is 0 or 1;
        }

        (into.Finite, into.Ones) = (finite, ones);
    }

    private static void SurveyInts(int* from, int first, int end, ref RangeIndex into)
    {
        var (low, high) = (into.Low, into.High);
        var i = first;
        for (; i + 16 <= end; i += 16)
        {
            low = Vector512.Min(low, Vector512.Load(from + i));
            high = Vector512.Max(high, Vector512.Load(from + i));
        }

        (into.Low, into.High) = (low, high);
        for (; i < end; i++) into.Widen(from[i]);
    }

    /// <summary>Lists the events from <paramref name="first"/> on. The list of a range stands where the range starts and never leaves it, since neighbours may be at work.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Collect(int first, int end, int rangeFirst, int rangeEnd, ref RangeIndex into)
    {
        if (typeof(T) == typeof(float)) CollectFloats((float*)Values, first, end, rangeFirst, rangeEnd, ref into);
        else CollectInts((int*)Values, first, end, rangeFirst, rangeEnd, ref into);
    }

    private void CollectFloats(float* from, int first, int end, int rangeFirst, int rangeEnd, ref RangeIndex into)
    {
        var to = Active + rangeFirst;
        var count = into.Count;
        var room = rangeEnd - rangeFirst - 16;
        var (ones, finite) = (into.Ones, into.Finite);
        var i = first;
        var lanes = Vector512<int>.Indices;
        for (; i + 16 <= end; i += 16)
        {
            var value = Vector512.Load(from + i);
            var zero = Vector512.Equals(value, Vector512<float>.Zero);
            var mask = (uint)~zero.ExtractMostSignificantBits() & 0xFFFF;
            if (mask == 0) continue;
            ones &= Vector512.EqualsAll(Vector512.AndNot(value, zero), Vector512.AndNot(Vector512<float>.One, zero));
            finite &= Vector512.EqualsAll(value - value, Vector512<float>.Zero);
            count = Append(to, count, mask, i, lanes, ~zero.AsInt32(), count <= room);
        }

        for (; i < end; i++)
        {
            if (from[i] == 0) continue;
            ones &= from[i] == 1;
            finite &= float.IsFinite(from[i]);
            to[count++] = i;
        }

        (into.Count, into.Ones, into.Finite) = (count, ones, finite);
    }

    private void CollectInts(int* from, int first, int end, int rangeFirst, int rangeEnd, ref RangeIndex into)
    {
        var to = Active + rangeFirst;
        var count = into.Count;
        var room = rangeEnd - rangeFirst - 16;
        var (low, high) = (into.Low, into.High);
        var i = first;
        var lanes = Vector512<int>.Indices;
        for (; i + 16 <= end; i += 16)
        {
            var value = Vector512.Load(from + i);
            var zero = Vector512.Equals(value, Vector512<int>.Zero);
            var mask = (uint)~zero.ExtractMostSignificantBits() & 0xFFFF;
            if (mask == 0) continue;
            low = Vector512.Min(low, value);
            high = Vector512.Max(high, value);
            count = Append(to, count, mask, i, lanes, ~zero, count <= room);
        }

        (into.Low, into.High) = (low, high);
        for (; i < end; i++)
        {
            if (from[i] == 0) continue;
            into.Widen(from[i]);
            to[count++] = i;
        }

        into.Count = count;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Append(int* to, int count, uint mask, int first, Vector512<int> lanes, Vector512<int> keep, bool roomy)
    {
        if (Avx512F.IsSupported && roomy)
        {
            Avx512F.Compress(Vector512<int>.Zero, keep, lanes + Vector512.Create(first)).Store(to + count);
            return count + BitOperations.PopCount(mask);
        }

        while (mask != 0)
        {
            to[count++] = first + BitOperations.TrailingZeroCount(mask);
            mask &= mask - 1;
        }

        return count;
    }

    /// <summary>What is known of a range. The least and the greatest payload (lane by lane, 0 included) are kept for integers only.</summary>
    private struct RangeIndex
    {
        public int Count;
        public bool Ones;
        public bool Finite;
        public Vector512<int> Low;
        public Vector512<int> High;

        public void Widen(int payload) => (Low, High) = (Vector512.Min(Low, Vector512.Create(payload)), Vector512.Max(High, Vector512.Create(payload)));
    }
}
