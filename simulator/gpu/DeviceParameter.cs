using ILGPU;
using NeuroChip.Ir.Neurons;

namespace NeuroChip.Simulator.Gpu;

/// <summary>
/// A neuron parameter or a bias of <paramref name="size"/> neurons on the device: one value, one per channel or one per neuron. Address <c>a</c> has element <c>a % Length</c>;
/// a kernel that reads several divides once.
/// </summary>
internal readonly struct DeviceParameter<T>(ArrayView<T> values, int size)
    where T : unmanaged
{
    private readonly ArrayView<T> values = values;
    private readonly int neuronMask = values.IntLength > 1 && values.IntLength == size ? -1 : 0;
    private readonly int channelMask = values.IntLength > 1 && values.IntLength != size ? -1 : 0;

    public T this[int address] => values[address % values.IntLength];

    /// <summary>The value of a neuron whose channel is known.</summary>
    public TLane Load<TLane>(int address, int channel) where TLane : struct, ILane<TLane, T> => TLane.Splat(values[(address & neuronMask) | (channel & channelMask)]);
}
