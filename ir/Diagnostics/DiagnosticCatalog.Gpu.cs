namespace NeuroChip.Ir.Diagnostics;

public static partial class DiagnosticCatalog
{
    /// <summary>NC515x: engines, and the devices they run on.</summary>
    private static DiagnosticEntry[] Gpu =>
    [
        new("NC5150", "device memory too small",
            "A GPU must hold the network's weights, maps, states and payloads all at once. What that takes is known before the run, and this device has less.",
            "Run on the CPU engine, which has main memory at its disposal, or on a larger device."),
        new("NC5151", "float32 on a device that does not keep to it",
            "An OpenCL device may flush subnormal float32 numbers to 0, and need not have the float64 that exact quotients and roots take. A float32 network, or arithmetic neurons in any, would then not give the specified spikes. Integers are exact everywhere.",
            "Quantise the network, or run it on the CPU engine or on a CUDA device."),
        new("NC5152", "engine not available",
            "The engine that was asked for is not part of this build, or finds no device on this machine. neurochip engines lists what there is.",
            "Build with the ILGPU packages (docs/gpu.md), install the device's driver, or run on the CPU engine."),
        new("NC5153", "device failed",
            "The driver of the device reported an error while it compiled a kernel, took memory or computed. The message has its words. Nothing was written.",
            "Try fewer samples at once (--batch), free the device of other work, update its driver, or run on the CPU engine."),
    ];
}
