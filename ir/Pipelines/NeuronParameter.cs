namespace NeuroChip.Ir.Pipelines;

/// <summary>A parameter of a neuron. Which of them a neuron reads depends on the model of the soma unit it is mapped to.</summary>
public enum NeuronParameter
{
    /// <summary>Potential above which (TrueNorth: from which on) it fires.</summary>
    Threshold,

    /// <summary>Potential below which (TrueNorth: up to which) the reverse reset happens.</summary>
    ReverseThreshold,

    /// <summary>Potential after a hard reset.</summary>
    Reset,

    /// <summary>Potential after a hard reverse reset.</summary>
    ReverseReset,

    /// <summary>A <see cref="Pipelines.ResetMode"/>.</summary>
    ResetMode,

    /// <summary>A <see cref="Pipelines.ResetMode"/>.</summary>
    ReverseResetMode,

    /// <summary>Factor of the potential, per step.</summary>
    LeakDecay,

    /// <summary>Factor of the input current, per step.</summary>
    InputDecay,

    /// <summary>Added to the potential, every step.</summary>
    Bias,

    /// <summary>1: counts as updated in every step.</summary>
    ForceUpdate,

    /// <summary>Steps from a spike to the next one that is possible, if more than 1.</summary>
    RefractoryDelay,

    /// <summary>Potential before the first step.</summary>
    Potential,

    /// <summary>TrueNorth: amount by which the potential leaks per step.</summary>
    Leak,

    /// <summary>TrueNorth: 1 if the leak pulls towards zero, 0 if it is added.</summary>
    LeakTowardsZero,

    /// <summary>Input: a spike every 1/rate steps.</summary>
    Rate,

    /// <summary>Input: probability of a spike in a step.</summary>
    Poisson,

    /// <summary>1: its spikes are recorded.</summary>
    LogSpikes,
}

/// <summary>What happens to the potential when a threshold is passed.</summary>
public enum ResetMode
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>The threshold is subtracted.</summary>
    Soft,

    /// <summary>It becomes the reset value.</summary>
    Hard,

    /// <summary>It becomes the threshold (TrueNorth, and reverse thresholds).</summary>
    Saturate,
}
