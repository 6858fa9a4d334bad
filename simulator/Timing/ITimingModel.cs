using NeuroChip.HwModels;
using NeuroChip.Ir.Images;
using NeuroChip.Runtime;
using NeuroChip.Simulator.Observers;

namespace NeuroChip.Simulator.Timing;

/// <summary>Decides when things happen on the chip, from what happened. It sees counts only, so it cannot change a spike.</summary>
public interface ITimingModel
{
    /// <summary>Name on the command line.</summary>
    string Name { get; }

    /// <summary>Times one sample. <paramref name="chip"/> is null for an image without cores: then only ticks are known.</summary>
    TimingResult Time(ChipImage image, ChipModel? chip, TickCounts counts);
}
