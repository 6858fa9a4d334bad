using ILGPU;
using NeuroChip.Ir.Neurons;

namespace NeuroChip.Simulator.Gpu;

/// <summary>A neuron parameter or a bias on the device: address <c>a</c> has element <c>a % Length</c>.</summary>
internal readonly struct DeviceParameter<T>(ArrayView<T> values)
    where T : unmanaged
{
    private readonly ArrayView<T> values = values;

    public T this[int address] => values[values.IntLength == 1 ? 0 : address % values.IntLength];

    public TLane Load<TLane>(int address) where TLane : struct, ILane<TLane, T> => TLane.Splat(this[address]);
}
