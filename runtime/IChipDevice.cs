using NeuroChip.Ir.Images;

namespace NeuroChip.Runtime;

/// <summary>
/// A chip that runs images, real or simulated. It computes one sample at a time from reset state, so that samples can neither
/// influence each other nor depend on the order in which they are run. A device is not thread-safe; what it returns is immutable.
/// </summary>
public interface IChipDevice
{
    /// <summary>What stands behind the device and how it computes, e.g. "simulated chip, cpu engine, analytic timing"; for reports.</summary>
    string Description { get; }

    /// <summary>Loads an image; the one before it is forgotten.</summary>
    void Load(ChipImage image);

    /// <summary>Runs one sample from reset state and returns what it computed, what was done for it and how long that took.</summary>
    SampleResult Run(SampleInput input, RunRecording recording);
}
