using System.Runtime.CompilerServices;
using ILGPU;
using ILGPU.Runtime;
using NeuroChip.Ir.Diagnostics;

namespace NeuroChip.Simulator.Gpu;

/// <summary>A part of the plan.</summary>
internal interface IReservation : IDisposable
{
    /// <summary>Bytes it takes for a number of samples side by side.</summary>
    long Bytes(int samples);

    void Allocate(Accelerator accelerator, int samples);
}

/// <summary>An array on the device, there once its <see cref="DeviceMemory"/> is committed. It has at least one element.</summary>
/// <param name="length">Elements; of each sample if <paramref name="perSample"/>.</param>
/// <param name="perSample">Whether every sample has its own.</param>
/// <param name="fill">Writes what it holds from the beginning; null for zeros.</param>
internal sealed class DeviceArray<T>(long length, bool perSample, Action<ArrayView<T>>? fill) : IReservation
    where T : unmanaged
{
    private MemoryBuffer1D<T, Stride1D.Dense>? buffer;

    public ArrayView<T> View => buffer!.View.BaseView;

    /// <summary>The elements from <paramref name="first"/> on.</summary>
    public ArrayView<T> Part(long first, long count) => View.SubView(first, count);

    public long Bytes(int samples) => Elements(samples) * Unsafe.SizeOf<T>();

    public void Allocate(Accelerator accelerator, int samples)
    {
        buffer = accelerator.Allocate1D<T>(Elements(samples));
        if (fill is null) View.MemSetToZero();
        else fill(View);
    }

    /// <summary>Copies to the device, from index <paramref name="first"/> on.</summary>
    public void Write(ReadOnlySpan<T> values, long first = 0)
    {
        if (values.Length > 0) View.SubView(first, values.Length).CopyFromCPU(ref Unsafe.AsRef(in values[0]), values.Length);
    }

    public void Dispose() => buffer?.Dispose();

    private long Elements(int samples) => Math.Max(1, length * (perSample ? samples : 1));
}

/// <summary>An array that several users need only for a moment, one after the other: it is as large as the largest of them.</summary>
internal sealed class DeviceScratch<T> : IReservation
    where T : unmanaged
{
    private DeviceArray<T>? array;
    private long length;

    public ArrayView<T> View => array!.View;

    /// <summary>Makes room for so many elements of each sample.</summary>
    public DeviceScratch<T> AtLeast(long perSample)
    {
        length = Math.Max(length, perSample);
        return this;
    }

    public long Bytes(int samples) => length == 0 ? 0 : new DeviceArray<T>(length, true, null).Bytes(samples);

    public void Allocate(Accelerator accelerator, int samples)
    {
        if (length == 0) return;
        array = new(length, true, null);
        array.Allocate(accelerator, samples);
    }

    public void Dispose() => array?.Dispose();
}

/// <summary>
/// The memory of a device: everything is planned first, then allocated and filled at once, so that a network that does not fit is refused before anything is computed, with the
/// number of bytes that it needs.
/// </summary>
/// <param name="accelerator">The device.</param>
/// <param name="network">Whose memory this is.</param>
/// <param name="available">Bytes that may be taken.</param>
internal sealed class DeviceMemory(Accelerator accelerator, string network, long available) : IDisposable
{
    private readonly List<IReservation> plan = [];
    private readonly Dictionary<object, object> shared = [];

    /// <summary>Samples side by side that the memory was committed for.</summary>
    public int Samples { get; private set; }

    /// <summary>Plans an array that starts with zeros.</summary>
    public DeviceArray<T> Plan<T>(long length, bool perSample) where T : unmanaged => Plan<T>(length, perSample, null);

    /// <summary>Plans an array that all samples share, with a content.</summary>
    public DeviceArray<T> Plan<T>(T[] content) where T : unmanaged =>
        content.Length == 0 ? Plan<T>(0, perSample: false) : Plan<T>(content.Length, false, view => view.CopyFromCPU(content));

    /// <summary>Plans an array that all samples share, written by <paramref name="fill"/> when it is there.</summary>
    public DeviceArray<T> Plan<T>(long length, Action<ArrayView<T>> fill) where T : unmanaged => Plan(length, false, fill);

    /// <summary>What was made for <paramref name="owner"/> before, or is made now: weights and maps that several projections share are there once.</summary>
    public TShared Shared<TShared>(object owner, Func<TShared> make) where TShared : class
    {
        if (!shared.TryGetValue(owner, out var known)) shared.Add(owner, known = make());
        return (TShared)known;
    }

    /// <summary>The array for moments, of a type and use.</summary>
    public DeviceScratch<T> Scratch<T>(string use) where T : unmanaged => Shared((use, typeof(T)), () =>
    {
        var scratch = new DeviceScratch<T>();
        plan.Add(scratch);
        return scratch;
    });

    /// <summary>Allocates and fills what is planned, for as many samples side by side as fit.</summary>
    /// <param name="wanted">Samples at most.</param>
    /// <param name="threads">Threads of the largest kernel for one sample: kernels number theirs in 31 bits.</param>
    /// <exception cref="DiagnosticException">NC5150 if there is no room for one.</exception>
    public void Commit(int wanted, long threads)
    {
        var one = Bytes(1);
        if (one > available) throw TooSmall(one);
        var each = Bytes(2) - one;
        var room = each == 0 ? wanted : 1 + ((available - one) / each);
        Samples = (int)Math.Max(1, Math.Min(Math.Min(wanted, room), int.MaxValue / Math.Max(1, threads)));
        try
        {
            foreach (var array in plan) array.Allocate(accelerator, Samples);
        }
        catch
        {
            // The device stays open: what it gave already must not be lost to the next engine.
            Dispose();
            throw;
        }
    }

    /// <summary>Takes an array that could not be planned, because only a sample tells that it is needed.</summary>
    /// <exception cref="DiagnosticException">NC5150 if there is no room for it.</exception>
    public DeviceArray<T> Take<T>(long length) where T : unmanaged
    {
        var array = Plan<T>(length, true);
        if (Bytes(Samples) > available) throw TooSmall(Bytes(Samples));
        array.Allocate(accelerator, Samples);
        return array;
    }

    public void Dispose()
    {
        foreach (var array in plan) array.Dispose();
    }

    private DeviceArray<T> Plan<T>(long length, bool perSample, Action<ArrayView<T>>? fill) where T : unmanaged
    {
        var array = new DeviceArray<T>(length, perSample, fill);
        plan.Add(array);
        return array;
    }

    private long Bytes(int samples) => plan.Sum(r => r.Bytes(samples));

    private DiagnosticException TooSmall(long needed) => new(Diagnostic.Error("NC5150",
        $"'{network}' needs {needed} bytes of device memory; '{accelerator.Name}' has {available} free", null, "record fewer populations (--record), or take the CPU engine, which uses main memory: --engine cpu"));
}
