using NeuroChip.HwModels;
using NeuroChip.HwModels.Tiles;

namespace NeuroChip.Compiler.Passes;

/// <summary>Which form a kind of chain of convolutions takes.</summary>
public enum FormChoice
{
    /// <summary>The one expected to cost least.</summary>
    Auto,

    /// <summary>Every convolution by itself; those on real values multiply.</summary>
    Kept,

    /// <summary>One convolution on the spikes, which only adds.</summary>
    Merged,

    /// <summary>Every convolution by itself; real payloads are sent as signed digits and shifted weights are added (integer arithmetic only).</summary>
    Digits,
}

/// <summary>What the user wants of <see cref="ConvolutionForms"/>. Where a form cannot be had, the cheapest that can is taken and the decision says why.</summary>
public sealed record ConvolutionFormOptions
{
    /// <summary>For 1x1, depthwise, 1x1 without neurons between them; <see cref="FormChoice.Digits"/> is not among its forms.</summary>
    public FormChoice RepConv { get; init; }

    /// <summary>For depthwise, 1x1 without a neuron between them.</summary>
    public FormChoice SepConv { get; init; }
}

/// <summary>What operations are assumed to cost where the compiler weighs forms.</summary>
/// <param name="Addition">A synaptic addition, in pJ.</param>
/// <param name="Mac">A multiply-accumulate, in pJ.</param>
/// <param name="Source">Where the prices are from, for the reason of a decision.</param>
public sealed record OperationPrices(double Addition, double Mac, string Source)
{
    /// <summary>32-bit floating point at 45 nm: M. Horowitz, "Computing's energy problem", ISSCC 2014, fig. 1.1.9; the prices papers on spiking Transformers use.</summary>
    public static OperationPrices Horowitz45 { get; } = new(0.9, 4.6, "45 nm, Horowitz 2014");

    /// <summary>The prices of a chip's default cost table; <see cref="Horowitz45"/> where it does not have both, since prices of different origin cannot be compared.</summary>
    public static OperationPrices Of(ChipModel chip)
    {
        var (addition, mac) = chip switch
        {
            ManyCoreChip cores => (cores.Energy.SynapticEvent, cores.Energy.Mac),
            TileChip tiles => (tiles.Energy.Addition, tiles.Energy.Mac),
            _ => (null, null),
        };
        return addition is not null && mac is not null
            ? new(addition.Picojoules.Value, mac.Picojoules.Value, $"{chip.Name}, cost table '{chip.DefaultEnergy}'")
            : Horowitz45;
    }
}
