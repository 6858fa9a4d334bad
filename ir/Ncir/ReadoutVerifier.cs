using NeuroChip.Ir.Ncir.Sites;
using NeuroChip.Ir.Neurons;
using NeuroChip.Ir.Tensors;

namespace NeuroChip.Ir.Ncir;

/// <summary>Checks a readout: its signals, scales, program and shape.</summary>
internal static class ReadoutVerifier
{
    public static void Verify(Module module, Readout readout, Verifier.Findings findings)
    {
        var name = $"readout '{readout.Name}'";
        if (readout.Signals.IsEmpty)
        {
            findings.Error("NC3216", readout, $"{name} has no signals");
            return;
        }

        foreach (var signal in readout.Signals)
        {
            if (signal.Population.Index < 0 || signal.Population.Index >= module.Populations.Length)
            {
                findings.Error("NC3216", readout, $"{name} reads {signal.Population}; there are populations %0 to %{module.Populations.Length - 1}");
                return;
            }

            var population = module[signal.Population];
            if (signal.State < -1 || signal.State >= population.Neuron.States)
                findings.Error("NC3216", readout, $"{name} reads state {signal.State} of '{population.Name}', which has {population.Neuron.States} states");
        }

        var layout = module[readout.Signals[0].Population].Layout;
        foreach (var signal in readout.Signals)
        {
            var other = module[signal.Population];
            if (!other.Layout.Equals(layout))
                findings.Error("NC3216", readout, $"{name} reads populations of different layout: {Tensor.FormatShape(layout.FrameworkShape)} and {Tensor.FormatShape(other.Layout.FrameworkShape)} of '{other.Name}'");
        }

        if (layout.FrameworkShape.Any(e => e < 1) || !Verifier.FitsInt(layout.FrameworkShape) || (layout.ChannelLast && layout.FrameworkShape.Length < 2)) return;
        VerifyScales(readout, name, layout, findings);
        if (readout.Program.Ports != readout.Signals.Length) findings.Error("NC3216", readout, $"the program of {name} has {readout.Program.Ports} ports for {readout.Signals.Length} signals");
        if (!readout.Program.NextStates.IsEmpty) findings.Error("NC3214", readout, $"the program of {name} has states; a readout has none");
        NeuronVerifier.VerifyProgram(readout, layout.Size, layout.Channels, name, readout.Program, 0, findings);
        VerifyShape(module, readout, name, layout, findings);
        if (SiteRules.Readout(module.Populations, readout) is { } problem) findings.Error("NC3251", readout, $"{name} does not fit the tables of sites: {problem}");
    }

    private static void VerifyScales(Readout readout, string name, Layout layout, Verifier.Findings findings)
    {
        if (readout.Scales.Length != readout.Signals.Length)
            findings.Error("NC3216", readout, $"{name} has {readout.Scales.Length} scales for {readout.Signals.Length} signals");
        foreach (var scale in readout.Scales)
        {
            if (scale is null) continue;
            if (scale.Type != DType.Float32 || scale.Length == 0 || layout.Size % scale.Length != 0)
                findings.Error("NC3216", readout, $"a scale of {name} is {scale}; it must be Float32 with a length that divides {layout.Size}");
            else if (Verifier.FirstNotFinite(scale) is { } at)
                findings.Error("NC3213", readout, $"element {at} of a scale of {name} is {scale.At(at)}");
        }
    }

    private static void VerifyShape(Module module, Readout readout, string name, Layout layout, Verifier.Findings findings)
    {
        var shape = readout.FrameworkShape;
        long elements = 1;
        foreach (var extent in shape) elements *= extent;
        var isEach = readout.Time == TimeReduction.Each;
        if (isEach && (readout.TimeAxis < 0 || readout.TimeAxis >= shape.Length || shape[readout.TimeAxis] != module.Steps))
        {
            findings.Error("NC3216", readout, $"{name} keeps every step along axis {readout.TimeAxis} of {Tensor.FormatShape(shape)}; that axis must have the module's {module.Steps} steps");
            return;
        }

        var expected = (long)layout.Size * (isEach ? module.Steps : 1);
        if (elements != expected || shape.Any(e => e < 1))
            findings.Error("NC3216", readout, $"{name} has shape {Tensor.FormatShape(shape)}, which is not that of the {expected} values it computes");
    }
}
