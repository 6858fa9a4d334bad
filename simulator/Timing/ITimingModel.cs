using NeuroChip.HwModels;
using NeuroChip.Ir.Images;
using NeuroChip.Runtime;
using NeuroChip.Simulator.Observers;

namespace NeuroChip.Simulator.Timing;

/// <summary>Decides when things happen on the chip, from what happened. It sees counts and events that have happened, so it cannot change a spike.</summary>
public interface ITimingModel
{
    /// <summary>Name on the command line.</summary>
    string Name { get; }

    /// <summary>Whether it follows single messages: then the events of the sample are kept for it.</summary>
    bool NeedsEvents => false;

    /// <summary>Refuses an image or a chip it cannot time, before anything runs.</summary>
    void Check(ChipImage image, ChipModel? chip)
    {
    }

    /// <summary>Times one sample. <paramref name="chip"/> is null for an image with neither cores nor tiles: then only ticks are known.</summary>
    /// <param name="image">What runs.</param>
    /// <param name="chip">What it runs on.</param>
    /// <param name="counts">What happened.</param>
    /// <param name="perTick">Fill <see cref="TimingResult.PerTick"/> and <see cref="TileTimingResult.Spans"/> too.</param>
    TimingResult Time(ChipImage image, ChipModel? chip, RunCounts counts, bool perTick = false);
}
