using System.Collections.Immutable;
using NeuroChip.Compiler.Emit;
using NeuroChip.Compiler.Lowering;
using NeuroChip.Compiler.Mapping;
using NeuroChip.Compiler.Onnx;
using NeuroChip.Compiler.Passes;
using NeuroChip.Compiler.Rolling;
using NeuroChip.HwModels;
using NeuroChip.Ir.Graphs;
using NeuroChip.Ir.Images;
using NeuroChip.Ir.Ncir;
using NeuroChip.Simulator;
using NeuroChip.Simulator.Engines;

namespace NeuroChip.Cli;

internal sealed record CompileRequest(string Model, string Chip, string? Precision, string? Calibrate, int? Timesteps, ImmutableDictionary<string, ImmutableArray<int>> InputShapes, string? Placer, string? Router, int Seed, string? StopAfter, bool Verify, string? Strict, int Threads);

internal sealed record Compilation(Graph Graph, Module Module, ChipMapping? Mapping, ChipImage? Image);

internal static class Toolchain
{
    public static Compilation Compile(CompileRequest r, IProgress<string> progress)
    {
        var chip = ChipModelReader.Load(r.Chip);
        progress.Report("reading");
        var flat = OnnxLoader.Load(r.Model, new FlattenOptions(r.InputShapes));
        progress.Report("rolling");
        var graph = TimeRolling.Roll(flat, new RollOptions(r.Timesteps, ImmutableDictionary<string, string>.Empty));
        progress.Report("lowering");
        var module = BalanceDelays.Run(GraphLowering.Lower(graph));
        var mapping = MappingPipeline.Map(module, chip, new MapOptions(r.Seed, r.Placer ?? "annealing", r.Router ?? "ner", r.Threads), p => progress.Report(p.Stage));
        return new Compilation(graph, module, mapping, ImageEmitter.Emit(module, mapping, chip));
    }

    public static SimulatedChip Device(string engine, int threads) => new(SpikeEngines.Find(engine), null, threads);
}
