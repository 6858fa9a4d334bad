using System.Collections.Immutable;
using NeuroChip.Compiler.Mapping;
using NeuroChip.Compiler.Targets.TransformerCore;
using NeuroChip.HwModels;
using NeuroChip.Ir.Diagnostics;
using NeuroChip.Ir.Ncir;
using NeuroChip.Ir.Ncir.Sites;
using NeuroChip.Ir.Neurons;

namespace NeuroChip.Compiler.Targets.SpiNNaker;

/// <summary>
/// What a module must keep to for a SpiNNaker-like chip, whose cores compute neurons in software: a precision the chip model lists, a
/// neuron model the core software has, and delays that the ring of pending inputs holds. Input ports are not limited: a projection's
/// descriptor says its port, the type field of a synapse is not needed for it.
/// </summary>
public static class SpiNNakerLegality
{
    /// <summary>Adds a diagnostic for everything that does not keep to it. Rows that are payloads are refused unless the user asked for ordinary cores to do them.</summary>
    public static void Check(Module module, ManyCoreChip chip, bool ordinaryAttention, DiagnosticBag found)
    {
        CheckPrecision(module, chip, found);
        CheckPayloadRows(module, chip, ordinaryAttention, found);
        CheckSites(module, chip, found);
        foreach (var population in module.Populations)
        {
            if (population.Neuron is not (SourceNeuron or RelayNeuron or LifNeuron or AffineNeuron or ArithmeticNeuron))
                found.Add(Diagnostic.Error(
                    "NC2111",
                    $"'{population.Name}' is of neuron model '{population.Neuron.Keyword}', for which '{chip.Name}' has no core software",
                    new Place(module.Name, $"population '{population.Name}'"),
                    "it has source, relay, lif, affine and arithmetic; an arithmetic neuron can express any element-wise step"));
        }
        foreach (var projection in module.Projections)
        {
            var ticks = PhysicalDelay.Of(module, projection);
            var slots = chip.Synapse.DelaySlots.Count;
            if (ticks < 1) found.Add(MappingErrors.DelayTooShort(module, projection, ticks));
            else if (ticks > slots) found.Add(MappingErrors.DelayTooLong(module, chip, projection, ticks, slots));
        }
    }

    private static void CheckSites(Module module, ManyCoreChip chip, DiagnosticBag found)
    {
        var layers = module.Projections.Where(p => p.Map is SiteMap).Select(p => module[p.Target].Name).Distinct().ToArray();
        if (layers.Length == 0 || (chip.Cycles.SiteOffset is not null && chip.Cycles.SiteProbe is not null)) return;
        found.Add(Diagnostic.Error(
            "NC2080",
            $"the core software of '{chip.Name}' looks up no active sites, and the targets of {layers.Length} of the layers of '{module.Name}' depend on which are there",
            new Place(module.Name),
            $"layers: {string.Join(", ", layers.Take(6).Select(l => $"'{l}'"))}{(layers.Length > 6 ? $" and {layers.Length - 6} more" : "")}",
            "say in the chip file what it takes: cycles.site_offset and cycles.site_probe; or take a chip that has them (spinnaker1, transformer-core)"));
    }

    private static void CheckPayloadRows(Module module, ManyCoreChip chip, bool ordinaryAttention, DiagnosticBag found)
    {
        var attention = module.Projections.Where(p => p.RowsFrom is not null).Select(p => module[p.Target].Name).Distinct().ToImmutableArray();
        if (attention.IsEmpty) return;
        if (!ordinaryAttention)
            found.Add(TileErrors.NoAttention(module, chip, attention, "compile with --attention ordinary: cores then get both spikes and rows and test them one by one in software; or take a chip with attention tiles"));
        var slots = chip.Synapse.DelaySlots.Count;
        foreach (var p in module.Projections)
        {
            if (p.RowsFrom is not { } rows) continue;
            var ticks = module[p.Target].Stage - module[rows].Stage;
            if (ticks < 1) found.Add(MappingErrors.DelayTooShort(module, p with { Source = rows, Delay = 0 }, ticks));
            else if (ticks > slots) found.Add(MappingErrors.DelayTooLong(module, chip, p with { Source = rows, Delay = 0 }, ticks, slots));
        }
    }

    private static void CheckPrecision(Module module, ManyCoreChip chip, DiagnosticBag found)
    {
        var precision = module.Arithmetic.Kind == ArithmeticKind.Float32 ? "float32" : $"int{module.Arithmetic.WeightBits}";
        if (chip.Arithmetic.Find(precision) is not { } arithmetic)
            found.Add(Diagnostic.Error(
                "NC2112",
                $"'{module.Name}' computes in {precision}; '{chip.Name}' computes in {string.Join(", ", chip.Arithmetic.Precisions)}",
                new Place(module.Name),
                $"compile with --precision {chip.Arithmetic.DefaultPrecision}, the chip's default"));
        else if (module.Arithmetic.AccumulatorBits > arithmetic.AccumulatorBits)
            found.Add(Diagnostic.Error(
                "NC2112",
                $"'{module.Name}' accumulates in {module.Arithmetic.AccumulatorBits} bits; '{chip.Name}' in {arithmetic.AccumulatorBits}",
                new Place(module.Name),
                $"compile with --precision {chip.Arithmetic.DefaultPrecision} for this chip, so that sums saturate where the chip's do"));
    }
}
