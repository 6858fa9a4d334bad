using System.Collections.Immutable;
using NeuroChip.Ir.Neurons;

namespace NeuroChip.Ir.Images;

/// <summary>Neurons, parameters and element-wise programs as bytes. The code of a neuron is its place in <see cref="NeuronModels.Keywords"/>.</summary>
internal static class NeuronCodec
{
    /// <summary>Fewest bytes of a parameter: a count and one binary64.</summary>
    private const int ParameterBytes = 12;

    public static void Write(SectionWriter to, Neuron neuron)
    {
        var code = NeuronModels.Keywords.ToList().IndexOf(neuron.Keyword);
        if (code < 0) throw new InvalidOperationException($"neuron '{neuron.Keyword}' is not in {nameof(NeuronModels)}");
        to.Byte(code);
        switch (neuron)
        {
            case SourceNeuron n:
                to.Text(n.Input);
                to.Flag(n.Static);
                to.Double(n.Unit);
                break;
            case RelayNeuron n:
                Write(to, n.Gain);
                break;
            case LifNeuron n:
                to.Text(n.Model);
                foreach (var p in new[] { n.Decay, n.Offset, n.FiredDecay, n.FiredOffset, n.Gain, n.Threshold, n.Start }) Write(to, p);
                to.Flag(n.Strict);
                break;
            case AffineNeuron n:
                to.Text(n.Model);
                to.List(n.StateNames, to.Text);
                foreach (var list in new[] { n.Decay, n.Offset, n.FiredDecay, n.FiredOffset, n.Gain, n.Watch, n.Start }) Write(to, list);
                to.Flag(n.Spiking);
                Write(to, n.Threshold);
                to.Flag(n.Strict);
                break;
            case ArithmeticNeuron n:
                to.Text(n.Model);
                Write(to, n.Program);
                Write(to, n.Start);
                Write(to, n.Units);
                to.Double(n.OutputUnit);
                break;
            default:
                throw new InvalidOperationException($"the image format has no form for neuron '{neuron.Keyword}'");
        }
    }

    public static Neuron ReadNeuron(SectionReader from)
    {
        var code = from.Byte();
        var keyword = code < NeuronModels.Keywords.Count ? NeuronModels.Keywords[code] : throw from.Bad($"neuron model has code {code}; codes go from 0 to {NeuronModels.Keywords.Count - 1}");
        switch (keyword)
        {
            case "source":
                return new SourceNeuron(from.Text(), from.Flag("'static' of an input"), from.Double());
            case "relay":
                return new RelayNeuron(ReadParameter(from));
            case "lif":
                {
                    var model = from.Text();
                    var p = new Parameter[7];
                    for (var i = 0; i < p.Length; i++) p[i] = ReadParameter(from);
                    return new LifNeuron(model, p[0], p[1], p[2], p[3], p[4], p[5], from.Flag("'strict' of a neuron"), p[6]);
                }

            case "affine":
                {
                    var model = from.Text();
                    var names = from.List(4, "state names", from.Text);
                    var lists = new ImmutableArray<Parameter>[7];
                    for (var i = 0; i < lists.Length; i++) lists[i] = ReadParameters(from);
                    var spiking = from.Flag("'spiking' of a neuron");
                    var threshold = ReadParameter(from);
                    return new AffineNeuron(model, names, lists[0], lists[1], lists[2], lists[3], lists[4], lists[5], spiking, threshold, from.Flag("'strict' of a neuron"), lists[6]);
                }

            case "arithmetic":
                return new ArithmeticNeuron(from.Text(), ReadProgram(from), ReadParameters(from), ReadParameters(from), from.Double());
            default:
                throw from.Bad($"neuron model '{keyword}' has no form in images");
        }
    }

    public static void Write(SectionWriter to, ElementwiseProgram program)
    {
        to.Int(program.Ports);
        Write(to, program.Parameters);
        to.List(program.Code, i =>
        {
            to.Byte((int)i.Op);
            to.Int(i.A);
            to.Int(i.B);
            to.Int(i.C);
        });
        to.Int(program.Emission);
        to.Ints(program.NextStates);
    }

    public static ElementwiseProgram ReadProgram(SectionReader from) => new(
        from.Int(),
        ReadParameters(from),
        from.List(13, "instructions", () => new Instruction(from.Choice<ElementwiseOp>("operation"), from.Int(), from.Int(), from.Int())),
        from.Int(),
        from.Ints("next states"));

    private static void Write(SectionWriter to, ImmutableArray<Parameter> list) => to.List(list, p => Write(to, p));

    private static void Write(SectionWriter to, Parameter parameter) => to.List(parameter.Values, to.Double);

    private static ImmutableArray<Parameter> ReadParameters(SectionReader from) => from.List(ParameterBytes, "parameters", () => ReadParameter(from));

    private static Parameter ReadParameter(SectionReader from)
    {
        var values = from.List(8, "values", from.Double);
        return values.Length > 0 ? new Parameter(values) : throw from.Bad("a parameter has no value");
    }
}
