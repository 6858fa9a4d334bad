using ILGPU;
using ILGPU.Runtime;

namespace NeuroChip.Simulator.Gpu;

/// <summary>Writes an array of the device from its beginning, element by element, in copies of some megabytes: it may be longer than an array of the host can be.</summary>
internal sealed class DeviceWriter<T>(ArrayView<T> into) : IDisposable
    where T : unmanaged
{
    private readonly T[] part = new T[(int)Math.Min(1 << 20, Math.Max(1, into.Length))];
    private long written;
    private int count;

    public void Add(T value)
    {
        part[count++] = value;
        if (count == part.Length) Flush();
    }

    /// <summary>Writes what is left.</summary>
    public void Dispose() => Flush();

    private void Flush()
    {
        if (count == 0) return;
        into.SubView(written, count).CopyFromCPU(ref part[0], count);
        (written, count) = (written + count, 0);
    }
}
