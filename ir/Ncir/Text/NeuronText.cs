using System.Collections.Immutable;
using NeuroChip.Ir.Neurons;

namespace NeuroChip.Ir.Ncir.Text;

/// <summary>How a neuron model is written and read.</summary>
internal sealed record NeuronTextEntry(string Keyword, Action<Neuron, AttributeWriter> Write, Func<AttributeReader, Neuron> Read);

/// <summary>Neurons as text: <c>keyword(parameter=value ...)</c>, in the order of <see cref="NeuronModels"/>.</summary>
internal static class NeuronText
{
    private static readonly ImmutableArray<string> Compares = ["at_least", "above"];

    public static ImmutableArray<NeuronTextEntry> Entries { get; } =
    [
        new("source", (n, w) => WriteSource((SourceNeuron)n, w), ReadSource),
        new("relay", (n, w) => w.Parameter("gain", ((RelayNeuron)n).Gain), r => new RelayNeuron(r.Parameter("gain"))),
        new("lif", (n, w) => WriteLif((LifNeuron)n, w), ReadLif),
        new("affine", (n, w) => WriteAffine((AffineNeuron)n, w), ReadAffine),
        new("arithmetic", (n, w) => WriteArithmetic((ArithmeticNeuron)n, w), ReadArithmetic),
    ];

    public static void Write(Neuron neuron, AttributeWriter writer) =>
        writer.Call("neuron", neuron.Keyword, inside => Entries.First(e => e.Keyword == neuron.Keyword).Write(neuron, inside));

    public static Neuron Read(AttributeReader reader)
    {
        var value = reader.Get("neuron");
        var entry = Entries[reader.Choice(value, "a neuron", [.. Entries.Select(e => e.Keyword)])];
        var inside = reader.Inside(value);
        var neuron = entry.Read(inside);
        inside.Finish();
        return neuron;
    }

    private static void WriteSource(SourceNeuron neuron, AttributeWriter writer)
    {
        writer.String("input", neuron.Input).Word("feed", neuron.Static ? "every_step" : "per_step");
        if (neuron.Unit != 1) writer.Double("unit", neuron.Unit);
    }

    private static SourceNeuron ReadSource(AttributeReader reader) =>
        new(reader.String("input"), reader.Choice("feed", ["per_step", "every_step"]) == 1, reader.Double("unit", 1));

    private static void WriteLif(LifNeuron neuron, AttributeWriter writer) => writer
        .String("model", neuron.Model)
        .Parameter("decay", neuron.Decay).Parameter("offset", neuron.Offset)
        .Parameter("fired_decay", neuron.FiredDecay).Parameter("fired_offset", neuron.FiredOffset)
        .Parameter("gain", neuron.Gain).Parameter("threshold", neuron.Threshold)
        .Word("fires", Compares[neuron.Strict ? 1 : 0]).Parameter("start", neuron.Start);

    private static LifNeuron ReadLif(AttributeReader reader) => new(
        reader.String("model"),
        reader.Parameter("decay"),
        reader.Parameter("offset"),
        reader.Parameter("fired_decay"),
        reader.Parameter("fired_offset"),
        reader.Parameter("gain"),
        reader.Parameter("threshold"),
        reader.Choice("fires", Compares) == 1,
        reader.Parameter("start"));

    private static void WriteAffine(AffineNeuron neuron, AttributeWriter writer) => writer
        .String("model", neuron.Model)
        .Words("states", neuron.StateNames.Select(AttributeWriter.Quote))
        .Parameters("decay", neuron.Decay).Parameters("offset", neuron.Offset)
        .Parameters("fired_decay", neuron.FiredDecay).Parameters("fired_offset", neuron.FiredOffset)
        .Parameters("gain", neuron.Gain).Parameters("watch", neuron.Watch)
        .Word("spiking", neuron.Spiking ? "yes" : "no").Parameter("threshold", neuron.Threshold)
        .Word("fires", Compares[neuron.Strict ? 1 : 0]).Parameters("start", neuron.Start);

    private static AffineNeuron ReadAffine(AttributeReader reader)
    {
        var model = reader.String("model");
        var names = reader.List("states");
        if (names.IsEmpty) throw reader.Wrong("states", "a list of at least one name");
        return new(
            model,
            [.. names.Select(n => n.At.Kind == TokenKind.String ? n.At.Text : throw reader.Wrong(n, "a \"name\""))],
            reader.Parameters("decay"),
            reader.Parameters("offset"),
            reader.Parameters("fired_decay"),
            reader.Parameters("fired_offset"),
            reader.Parameters("gain"),
            reader.Parameters("watch"),
            reader.Choice("spiking", ["no", "yes"]) == 1,
            reader.Parameter("threshold"),
            reader.Choice("fires", Compares) == 1,
            reader.Parameters("start"));
    }

    private static void WriteArithmetic(ArithmeticNeuron neuron, AttributeWriter writer)
    {
        writer.String("model", neuron.Model);
        ProgramText.Write(neuron.Program, writer);
        if (!neuron.Start.IsEmpty) writer.Parameters("start", neuron.Start);
        writer.Parameters("units", neuron.Units);
        if (neuron.OutputUnit != 1) writer.Double("output_unit", neuron.OutputUnit);
    }

    private static ArithmeticNeuron ReadArithmetic(AttributeReader reader) => new(
        reader.String("model"),
        ProgramText.Read(reader),
        reader.Parameters("start", []),
        reader.Parameters("units"),
        reader.Double("output_unit", 1));
}
