using System.Collections.Immutable;
using NeuroChip.Cli.Terminal;
using NeuroChip.Compiler;
using NeuroChip.HwModels;
using NeuroChip.Ir.Ncir;
using NeuroChip.Ir.Tensors;
using NeuroChip.Runtime.Arrays;
using NeuroChip.Runtime.Inputs;

namespace NeuroChip.Cli.Compiling;

/// <summary>What to compile and how, as the command line says it.</summary>
/// <param name="Model">The exported network.</param>
/// <param name="Chip">Name or file of a chip model.</param>
/// <param name="Options">What the compiler takes as it is.</param>
/// <param name="Calibrate">File of calibration samples, if any.</param>
/// <param name="Labels">Array of that file with their classes, if any.</param>
internal sealed record CompileRequest(string Model, string Chip, CompileOptions Options, string? Calibrate, string? Labels)
{
    /// <summary>Compiles, with progress on a terminal. <paramref name="loaded"/> are the arrays of <see cref="Calibrate"/> where they are in memory already.</summary>
    public CompileResult Compile(IReadOnlyDictionary<string, Tensor>? loaded = null)
    {
        using var line = new ProgressLine();
        using var engine = new CalibrationEngine(Options.Map.Threads);
        var chip = ChipModelReader.Load(Chip);
        var options = Options;
        if (Calibrate is not null)
        {
            var arrays = loaded ?? ArrayFile.Read(Calibrate);
            options = WithArrays(options, arrays, Calibrate) with
            {
                Samples = module => Samples(module, arrays),
                Labels = Labels is not null && arrays.TryGetValue(Labels, out var classes) ? [.. classes.ToLongs().Select(l => (int)l)] : [],
                Engine = engine.Run,
            };
        }

        return Pipeline.Compile(Model, chip, options, stage => line.Report(stage));
    }

    /// <summary>The options with what samples say about the shapes of inputs and the number of active sites.</summary>
    public static CompileOptions WithArrays(CompileOptions options, IReadOnlyDictionary<string, Tensor> arrays, string file) => options with
    {
        ArrayShapes = arrays.ToImmutableDictionary(a => a.Key, a => a.Value.Shape),
        Sites = options.Sites with { Clouds = name => [.. Cloud.Of(arrays, name, file).Select(c => c.Coordinates)] },
    };

    private IReadOnlyList<IReadOnlyDictionary<string, Tensor>> Samples(Module module, IReadOnlyDictionary<string, Tensor> arrays)
    {
        // Which values are spikes is what the compiler is about to find out, so any value is fine here.
        var inputs = ModelInput.Of(module).Select(i => i with { Domain = SpikeDomain.Real }).ToImmutableArray();
        return [.. InputBinder.Bind(inputs, arrays, Calibrate!, Labels).Samples.Select(s => s.Arrays)];
    }
}
