using NeuroChip.Compiler.Passes;
using NeuroChip.HwModels;
using NeuroChip.Ir.Ncir;
using NeuroChip.Ir.Tensors;

namespace NeuroChip.Compiler;

/// <summary>What passes may know beside the module.</summary>
public sealed class PassContext
{
    private FiringRates? rates;

    /// <summary>The numbers to compile to; float32 leaves the module as it is.</summary>
    public Arithmetic Arithmetic { get; init; } = Arithmetic.Float32;

    /// <summary>Ticks a synapse of the chip can wait; null where no chip limits it.</summary>
    public int? DelaySlots { get; init; }

    /// <summary>Samples by model input, as <see cref="ModuleInterpreter.Run"/> takes them: for calibration and to see which inputs are spikes.</summary>
    public IReadOnlyList<IReadOnlyDictionary<string, Tensor>> Samples { get; init; } = [];

    /// <summary>Class of each sample, where known.</summary>
    public IReadOnlyList<int> Labels { get; init; } = [];

    /// <summary>Runs a module on a sample; null for the interpreter. Callers that have a fast engine pass it here.</summary>
    public Func<Module, IReadOnlyDictionary<string, Tensor>, ModuleRun>? Engine { get; init; }

    /// <summary>How chains of convolutions are to be computed.</summary>
    public ConvolutionFormOptions Forms { get; init; } = new();

    /// <summary>What operations cost, where forms are weighed.</summary>
    public OperationPrices Prices { get; init; } = OperationPrices.Horowitz45;

    /// <summary>Firing rates, measured on the module of the first that asks: before quantisation, if a pass chooses by them.</summary>
    public FiringRates RatesOf(Module module) => rates ??= FiringRates.Measure(module, this);

    /// <summary>What quantisation did, once its pass has run.</summary>
    public QuantisationReport? Quantisation { get; set; }
}

/// <summary>A transformation of modules. It returns the same reference if it changed nothing.</summary>
public interface IPass
{
    /// <summary>Name on the command line, e.g. <c>bypass-relays</c>.</summary>
    string Name { get; }

    /// <summary>Why it stands where it stands, in a sentence.</summary>
    string Reason { get; }

    /// <summary>The one family of chips that needs it; null for all.</summary>
    ChipFamily? OnlyFor => null;

    /// <summary>Transforms a verified module into a verified module.</summary>
    Module Run(Module module, PassContext context);
}
