using NeuroChip.Ir.Images;

namespace NeuroChip.Runtime;

/// <summary>
/// A chip that runs images, real or simulated. It computes every sample from reset state, so that samples can neither
/// influence each other nor depend on the order in which they are run, nor on which are run side by side. A device is not thread-safe; what it returns is immutable.
/// </summary>
public interface IChipDevice
{
    /// <summary>What stands behind the device and how it computes, e.g. "simulated chip, cpu engine, analytic timing"; for reports.</summary>
    string Description { get; }

    /// <summary>How many samples it likes to get at once, at least 1: more than one where it computes them side by side.</summary>
    int SamplesAtOnce => 1;

    /// <summary>Loads an image; the one before it is forgotten.</summary>
    void Load(ChipImage image);

    /// <summary>
    /// Runs any number of samples, each from reset state, and returns what each computed, what was done for it and how long that took; of <see cref="RunRecording.CoreTicks"/> the first only.
    /// </summary>
    IReadOnlyList<SampleResult> Run(IReadOnlyList<SampleInput> inputs, RunRecording recording);
}
