using System.Collections.Immutable;
using NeuroChip.Compiler.Emit;
using NeuroChip.Compiler.Lowering;
using NeuroChip.Compiler.Mapping;
using NeuroChip.Compiler.Onnx;
using NeuroChip.Compiler.Onnx.Sparse;
using NeuroChip.Compiler.Passes;
using NeuroChip.Compiler.Rolling;
using NeuroChip.Compiler.Targets.TransformerCore;
using NeuroChip.HwModels;
using NeuroChip.Ir.Diagnostics;
using NeuroChip.Ir.Graphs;
using NeuroChip.Ir.Images;
using NeuroChip.Ir.Ncir;
using NeuroChip.Ir.Tensors;

namespace NeuroChip.Compiler;

/// <summary>What to compile for and how.</summary>
public sealed record CompileOptions
{
    /// <summary>float32, int8, int4, ...; null for the chip's own.</summary>
    public string? Precision { get; init; }

    /// <summary>Steps to run a single-step model for.</summary>
    public int? Timesteps { get; init; }

    /// <summary>State input to state output, where names do not say it.</summary>
    public ImmutableDictionary<string, string> States { get; init; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>Full shapes of inputs the file leaves open.</summary>
    public ImmutableDictionary<string, ImmutableArray<int>> InputShapes { get; init; } = ImmutableDictionary<string, ImmutableArray<int>>.Empty;

    /// <summary>Shapes of the arrays that will be fed in, where they are known (see <see cref="FlattenOptions"/>).</summary>
    public ImmutableDictionary<string, ImmutableArray<int>>? ArrayShapes { get; init; }

    /// <summary>How many active sites to make room for, in a model that has them.</summary>
    public SitePlan Sites { get; init; } = new();

    /// <summary>Samples for calibration, by model input (see <see cref="PassContext.Samples"/>); made once the module's inputs are known.</summary>
    public Func<Module, IReadOnlyList<IReadOnlyDictionary<string, Tensor>>>? Samples { get; init; }

    /// <summary>Class of each sample.</summary>
    public IReadOnlyList<int> Labels { get; init; } = [];

    /// <summary>A fast engine for calibration runs; null for the interpreter.</summary>
    public Func<Module, IReadOnlyDictionary<string, Tensor>, ModuleRun>? Engine { get; init; }

    /// <summary>How chains of convolutions without neurons are to be computed.</summary>
    public ConvolutionFormOptions Forms { get; init; } = new();

    /// <summary>Refuse what is not an addressed sparse addition.</summary>
    public bool StrictSpikeDriven { get; init; }

    /// <summary>Verify the module after each pass.</summary>
    public bool Verify { get; init; }

    /// <summary>Stop after a pass of this name; nothing is mapped then.</summary>
    public string? StopAfter { get; init; }

    /// <summary>How to map.</summary>
    public MapOptions Map { get; init; } = new();
}

/// <summary>Every stage of a compilation.</summary>
/// <param name="Graph">What the network means.</param>
/// <param name="Module">What must happen, spike by spike, after the last pass that ran.</param>
/// <param name="Mapping">Where it happens on a many-core chip; null where the pipeline was stopped before, and for a chip of tiles, whose image holds a schedule.</param>
/// <param name="Image">What the chip loads; null where the pipeline was stopped before.</param>
/// <param name="Quantisation">What quantisation did; null for float32.</param>
public sealed record CompileResult(Graph Graph, Module Module, ChipMapping? Mapping, ChipImage? Image, QuantisationReport? Quantisation);

/// <summary>The compiler: the one list of what happens to a model, and in which order.</summary>
public static class Pipeline
{
    /// <summary>Passes over a module, in order. Each says why it stands where it stands; one that only a family of chips needs is left out for others.</summary>
    public static ImmutableArray<IPass> Passes { get; } =
    [
        new RemoveUnread(),
        new BypassRelays(),
        new MergeEqualRelays(),
        new InferDomains(),
        new ConvolutionForms(),
        new ContractionOrder(),
        new QuantisePass(),
        new ShiftAdd(),
        new BalanceDelaysPass(),
        new RelayDelaysPass(),
    ];

    /// <summary>Reads a model as the graph of one step.</summary>
    public static Graph Import(string onnx, CompileOptions options, Action<string>? progress = null)
    {
        progress?.Invoke("read");
        var flat = OnnxLoader.Load(onnx, new(options.InputShapes, options.ArrayShapes) { Sites = options.Sites });
        progress?.Invoke("roll time");
        return TimeRolling.Roll(flat, new(options.Timesteps, options.States));
    }

    /// <summary>From a model to an image for a chip.</summary>
    /// <exception cref="DiagnosticException">Everything wrong with the input, of the first stage that found something.</exception>
    public static CompileResult Compile(string onnx, ChipModel chip, CompileOptions options, Action<string>? progress = null)
    {
        var graph = Import(onnx, options, progress);
        progress?.Invoke("lower");
        var module = GraphLowering.Lower(graph);
        return Compile(graph, module, chip, options, progress);
    }

    /// <summary>From a lowered module to an image for a chip.</summary>
    public static CompileResult Compile(Graph graph, Module module, ChipModel chip, CompileOptions options, Action<string>? progress = null)
    {
        var precision = options.Precision ?? chip.Arithmetic.DefaultPrecision;
        var context = new PassContext
        {
            Arithmetic = ArithmeticOf(chip, precision),
            DelaySlots = (chip as ManyCoreChip)?.Synapse.DelaySlots.Count,
            Samples = options.Samples?.Invoke(module) ?? [],
            Labels = options.Labels,
            Engine = options.Engine,
            Forms = options.Forms,
            Prices = OperationPrices.Of(chip),
        };
        if (options.StopAfter is { } last && Passes.All(p => p.Name != last)) throw UnknownPass(last);
        if (options.StopAfter is { } unused && Find(unused).OnlyFor is { } family && family != chip.Family) throw NotForChip(unused, chip);
        module = Checked(module, "lowering", options.Verify);
        foreach (var pass in Passes.Where(p => p.OnlyFor is null || p.OnlyFor == chip.Family))
        {
            progress?.Invoke(pass.Name);
            module = Checked(pass.Run(module, context), pass.Name, options.Verify);
            if (pass.Name == options.StopAfter) return new(graph, module, null, null, context.Quantisation);
        }
        if (options.StrictSpikeDriven) SpikeDrivenCheck.Refuse(module);
        if (chip is TileChip tiles)
        {
            progress?.Invoke("map to tiles");
            var placed = TileMapper.Map(module, tiles, context, options.Map);
            progress?.Invoke("emit");
            return new(graph, module, null, ImageEmitter.Emit(module, placed, tiles), context.Quantisation);
        }

        var cores = chip.As<ManyCoreChip>();
        var mapping = MappingPipeline.Map(module, cores, options.Map, p => progress?.Invoke(p.Stage));
        progress?.Invoke("emit");
        return new(graph, module, mapping, ImageEmitter.Emit(module, mapping, cores), context.Quantisation);
    }

    /// <summary>The pass of a name.</summary>
    public static IPass Find(string name) => Passes.FirstOrDefault(p => p.Name == name) ?? throw UnknownPass(name);

    /// <summary>The numbers of a precision on a chip.</summary>
    /// <exception cref="DiagnosticException">NC2001: the chip does not have it.</exception>
    public static Arithmetic ArithmeticOf(ChipModel chip, string precision) => chip.Arithmetic.Find(precision) ?? throw new DiagnosticException(Diagnostic.Error(
        "NC2001", $"'{chip.Name}' does not compute in '{precision}'", null, $"its precisions: {string.Join(", ", chip.Arithmetic.Precisions)}"));

    private static DiagnosticException UnknownPass(string name) => new(Diagnostic.Error(
        "NC2002", $"there is no pass '{name}'", null, $"passes in order: {string.Join(", ", Passes.Select(p => p.Name))}"));

    private static DiagnosticException NotForChip(string pass, ChipModel chip) => new(Diagnostic.Error(
        "NC2004", $"pass '{pass}' does nothing for '{chip.Name}': it is for many-core chips only", null,
        "stop after a pass that runs for it, such as 'quantise'"));

    private static Module Checked(Module module, string after, bool verify)
    {
        if (!verify) return module;
        var findings = Verifier.Verify(module);
        return findings.Any(f => f.Severity == Severity.Error)
            ? throw new InvalidOperationException($"the module is not well-formed after {after}:\n{string.Join('\n', findings.Select(f => f.ToString()))}")
            : module;
    }
}
