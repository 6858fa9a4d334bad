using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using NeuroChip.Ir.Ncir.Text;
using NeuroChip.Ir.Neurons;

namespace NeuroChip.Ir.Ncir;

/// <summary>Writes a <see cref="Module"/> as ncir text (grammar in docs/ncir.md). The same module gives the same bytes.</summary>
public static class Printer
{
    /// <summary>Version of the text form, in its first line.</summary>
    public const int Version = 1;

    /// <summary>The text of a module; <see cref="Parser"/> reads it back.</summary>
    public static string Print(Module module)
    {
        var text = new StringBuilder();
        var tensors = new TensorText();
        text.Append(CultureInfo.InvariantCulture, $"ncir {Version}\n\n");
        WriteModule(module, text, tensors);
        foreach (var table in module.Sites) SiteTableText.Write(table, text, tensors);
        if (!module.Sites.IsEmpty) text.Append('\n');
        foreach (var population in module.Populations) WritePopulation(population, text, tensors);
        text.Append('\n');
        foreach (var projection in module.Projections) WriteProjection(projection, text, tensors);
        text.Append('\n');
        foreach (var readout in module.Readouts) WriteReadout(readout, text, tensors);
        if (!module.Decisions.IsEmpty) text.Append('\n');
        foreach (var decision in module.Decisions) WriteDecision(decision, text, tensors);
        tensors.WriteStored(text);
        return text.ToString();
    }

    /// <summary>SHA-256 of the printed text, in hexadecimal: equal for modules that mean the same and are written the same.</summary>
    public static string Hash(Module module) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Print(module))));

    private static void WriteModule(Module module, StringBuilder text, TensorText tensors)
    {
        text.Append("module ").Append(AttributeWriter.Quote(module.Name)).Append(' ');
        var writer = new AttributeWriter(text, tensors).Word("arithmetic", Words.Arithmetics[(int)module.Arithmetic.Kind]);
        if (module.Arithmetic != Arithmetic.Float32) writer.Int("weight_bits", module.Arithmetic.WeightBits).Int("accumulator_bits", module.Arithmetic.AccumulatorBits);
        writer.Int("steps", module.Steps);
        if (module.TicksPerStep != 1) writer.Int("ticks_per_step", module.TicksPerStep);
        text.Append("\n\n");
    }

    private static void WritePopulation(Population population, StringBuilder text, TensorText tensors)
    {
        text.Append(CultureInfo.InvariantCulture, $"population {population.Id} {AttributeWriter.Quote(population.Name)} ");
        var writer = new AttributeWriter(text, tensors)
            .Word("shape", Shape(population.Layout.FrameworkShape))
            .Word("addresses", Words.Addresses[population.Layout.ChannelLast ? 1 : 0])
            .Word("emits", Words.Domains[(int)population.Domain]);
        if (population.Unit != 1) writer.Double("unit", population.Unit);
        if (population.Stage != 0) writer.Int("stage", population.Stage);
        if (population.Sites is { } sites) writer.Int("sites", sites.Index);
        NeuronText.Write(population.Neuron, writer);
        if (population.Bias.Any(b => b is not null)) writer.Tensors("bias", population.Bias);
        text.Append('\n');
    }

    private static void WriteProjection(Projection projection, StringBuilder text, TensorText tensors)
    {
        text.Append(CultureInfo.InvariantCulture, $"projection {AttributeWriter.Quote(projection.Name)} {projection.Source} -> {projection.Target}.{projection.Port} ");
        var writer = new AttributeWriter(text, tensors).Word("kind", Words.Kinds[(int)projection.Kind]);
        if (projection.Delay != 0) writer.Int("delay", projection.Delay);
        if (projection.Reduction != Reduction.Sum) writer.Word("reduction", Words.Reductions[(int)projection.Reduction]);
        MapText.Write(projection.Map, writer);
        if (projection.RowsFrom is { } rows) writer.Word("rows", rows.ToString());
        else writer.Tensor("rows", projection.Rows);
        text.Append('\n');
    }

    private static void WriteReadout(Readout readout, StringBuilder text, TensorText tensors)
    {
        text.Append("readout ").Append(AttributeWriter.Quote(readout.Name)).Append(' ');
        var writer = new AttributeWriter(text, tensors)
            .Word("shape", Shape(readout.FrameworkShape))
            .Word("time", Words.Times[(int)readout.Time]);
        if (readout.Time == TimeReduction.Each || readout.TimeAxis != 0) writer.Int("axis", readout.TimeAxis);
        writer.Words("signals", readout.Signals.Select(s => s.State < 0 ? s.Population.ToString() : $"{s.Population}.{s.State}"));
        if (readout.Scales.Any(s => s is not null)) writer.Tensors("scales", readout.Scales);
        if (!IsPassThrough(readout.Program)) writer.Call("program", "program", inside => ProgramText.Write(readout.Program, inside));
        text.Append('\n');
    }

    private static void WriteDecision(Decision decision, StringBuilder text, TensorText tensors)
    {
        text.Append("decision ").Append(AttributeWriter.Quote(decision.Topic)).Append(' ').Append(AttributeWriter.Quote(decision.Subject)).Append(' ');
        new AttributeWriter(text, tensors)
            .String("chosen", decision.Chosen)
            .Words("forms", decision.Alternatives.Select(a => AttributeWriter.Quote(a.Form)))
            .Words("costs", decision.Alternatives.Select(a => NumberText.PrintDouble(a.Cost)))
            .String("unit", decision.Unit)
            .String("reason", decision.Reason);
        text.Append('\n');
    }

    private static bool IsPassThrough(ElementwiseProgram program) =>
        program.Ports == 1 && program.Parameters.IsEmpty && program.NextStates.IsEmpty && program.Emission == 0
        && program.Code.AsSpan().SequenceEqual(ElementwiseProgram.PassThrough.Code.AsSpan());

    private static string Shape(ImmutableArray<int> shape) => "[" + string.Join(", ", shape) + "]";
}
