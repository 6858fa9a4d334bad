using NeuroChip.Ir.Images;

namespace NeuroChip.Simulator.Timing;

/// <summary>The ticks of a sample, from the stages of its populations.</summary>
internal readonly struct Stages
{
    public Stages(ChipImage image)
    {
        var last = (image.Steps - 1) * image.TicksPerStep;
        Ticks = 1 + last + image.Populations.Select(p => p.Stage).DefaultIfEmpty(0).Max();
        var output = image.Readouts.SelectMany(r => r.Signals).Select(s => image.Populations[s.Population.Index].Stage).DefaultIfEmpty(0).Max();
        FirstOutput = output + 1;
        LastOutput = output + last + 1;
    }

    /// <summary>Ticks from the first input to the end of the last tick in which a population computes.</summary>
    public int Ticks { get; }

    /// <summary>Ticks to the end of the one that gives the first step of the outputs.</summary>
    public int FirstOutput { get; }

    /// <summary>Ticks to the end of the one that gives the last step of the outputs.</summary>
    public int LastOutput { get; }
}
