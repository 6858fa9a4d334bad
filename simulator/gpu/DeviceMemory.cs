using ILGPU;
using ILGPU.Runtime;
using NeuroChip.Ir.Diagnostics;

namespace NeuroChip.Simulator.Gpu;

/// <summary>An array on the device, there once its <see cref="DeviceMemory"/> is committed. It has at least one element.</summary>
internal sealed class DeviceArray<T>(long length, Func<T[]>? content) : IReservation
    where T : unmanaged
{
    private MemoryBuffer1D<T, Stride1D.Dense>? buffer;

    public ArrayView<T> View => buffer!.View.BaseView;

    unsafe long IReservation.Bytes => Math.Max(1, length) * sizeof(T);

    void IReservation.Allocate(Accelerator accelerator)
    {
        buffer = accelerator.Allocate1D<T>(Math.Max(1, length));
        if (content is null) buffer.MemSetToZero();
        else Write(content());
    }

    /// <summary>Copies to the device, from index 0 on.</summary>
    public void Write(T[] values)
    {
        if (values.Length > 0) View.SubView(0, values.Length).CopyFromCPU(values);
    }

    public void Dispose() => buffer?.Dispose();
}

/// <summary>A part of the plan.</summary>
internal interface IReservation : IDisposable
{
    long Bytes { get; }

    void Allocate(Accelerator accelerator);
}

/// <summary>
/// The memory of a device: everything is planned first, then allocated and filled at once, so that a network that does not fit is refused before anything is computed, with the
/// number of bytes that it needs.
/// </summary>
internal sealed class DeviceMemory(Accelerator accelerator) : IDisposable
{
    private readonly List<IReservation> plan = [];
    private readonly Dictionary<object, object> shared = new(ReferenceEqualityComparer.Instance);

    /// <summary>Bytes of all that is planned.</summary>
    public long Bytes => plan.Sum(r => r.Bytes);

    /// <summary>Plans an array that starts as <paramref name="content"/>, or with zeros.</summary>
    public DeviceArray<T> Plan<T>(long length, Func<T[]>? content = null) where T : unmanaged
    {
        var array = new DeviceArray<T>(length, content);
        plan.Add(array);
        return array;
    }

    /// <summary>Plans an array with a content.</summary>
    public DeviceArray<T> Plan<T>(T[] content) where T : unmanaged => Plan(content.Length, () => content);

    /// <summary>What was made for <paramref name="owner"/> before, or is made now: weights and maps that several projections share are there once.</summary>
    public TShared Shared<TShared>(object owner, Func<TShared> make) where TShared : class
    {
        if (!shared.TryGetValue(owner, out var known)) shared.Add(owner, known = make());
        return (TShared)known;
    }

    /// <summary>Allocates and fills what is planned.</summary>
    /// <exception cref="DiagnosticException">NC5150 if the device has less memory than that.</exception>
    public void Commit(string network, long available)
    {
        if (Bytes > available)
        {
            throw new DiagnosticException(Diagnostic.Error("NC5150",
                $"'{network}' needs {Bytes} bytes of device memory; '{accelerator.Name}' has {available}", null, "the CPU engine takes it from main memory: --engine cpu"));
        }

        foreach (var array in plan) array.Allocate(accelerator);
    }

    public void Dispose()
    {
        foreach (var array in plan) array.Dispose();
    }
}
