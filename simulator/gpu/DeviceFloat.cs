using ILGPU.Runtime.Cuda;
using NeuroChip.Ir.Neurons;

namespace NeuroChip.Simulator.Gpu;

/// <summary>
/// One float32 on a device. As <see cref="FloatOne"/>, but its products cannot melt into a sum: <c>mul.f32</c> of PTX leaves that to the assembler, <c>mul.rn.f32</c> forbids it
/// (PTX ISA, "Floating Point Instructions: mul").
/// </summary>
internal readonly struct DeviceFloat(float value) : ILane<DeviceFloat, float>
{
    private readonly float value = value;

    public static int Width => 1;

    public static DeviceFloat Load(ref readonly float from) => new(from);

    public void Store(ref float to) => to = value;

    public static DeviceFloat Splat(float value) => new(value);

    public static DeviceFloat Add(DeviceFloat a, DeviceFloat b) => new(a.value + b.value);

    public static DeviceFloat Subtract(DeviceFloat a, DeviceFloat b) => new(a.value - b.value);

    public static DeviceFloat Multiply(DeviceFloat value, DeviceFloat coefficient) => new(Product(value.value, coefficient.value));

    public static DeviceFloat AtLeast(DeviceFloat a, DeviceFloat b) => new(Mask(a.value >= b.value));

    public static DeviceFloat Above(DeviceFloat a, DeviceFloat b) => new(Mask(a.value > b.value));

    public static DeviceFloat Select(DeviceFloat mask, DeviceFloat yes, DeviceFloat no) => BitConverter.SingleToInt32Bits(mask.value) != 0 ? yes : no;

    /// <summary>a * b, rounded by itself.</summary>
    public static float Product(float a, float b)
    {
        if (!CudaAsm.IsSupported) return a * b;
        CudaAsm.Emit("mul.rn.f32 %0, %1, %2;", out float product, a, b);
        return product;
    }

    private static float Mask(bool set) => BitConverter.Int32BitsToSingle(set ? -1 : 0);
}
