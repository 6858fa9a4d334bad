using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using NeuroChip.Ir.Neurons;

namespace NeuroChip.Ir.Ncir.Text;

/// <summary>Element-wise programs as text: one instruction per line, results named v0, v1, ...</summary>
internal static class ProgramText
{
    private static readonly ImmutableArray<(string Name, ElementwiseOp Op)> Operations = [.. Enum.GetValues<ElementwiseOp>().Select(op => (SnakeCase(op.ToString()), op))];

    /// <summary>More ports than this are a mistake in the text, not a network.</summary>
    private const int MostPorts = 1024;

    /// <summary>Number of results an operation takes; 0 for those that read a variable by number.</summary>
    public static int Arity(ElementwiseOp op) => op switch
    {
        ElementwiseOp.State or ElementwiseOp.Input or ElementwiseOp.Parameter => 0,
        ElementwiseOp.Negate or ElementwiseOp.Absolute or ElementwiseOp.Exponential or ElementwiseOp.Logarithm or ElementwiseOp.SquareRoot
            or ElementwiseOp.Sigmoid or ElementwiseOp.Tanh or ElementwiseOp.Floor or ElementwiseOp.Ceiling or ElementwiseOp.Round or ElementwiseOp.Sign => 1,
        ElementwiseOp.Select => 3,
        _ => 2,
    };

    public static void Write(ElementwiseProgram program, AttributeWriter writer)
    {
        writer.Int("ports", program.Ports);
        if (!program.Parameters.IsEmpty) writer.Parameters("parameters", program.Parameters);
        writer.Word("code", Code(program)).Word("emission", $"v{program.Emission}");
        if (!program.NextStates.IsEmpty) writer.Words("next", program.NextStates.Select(i => $"v{i}"));
    }

    public static ElementwiseProgram Read(AttributeReader reader)
    {
        var ports = reader.Int("ports");
        if (ports is < 0 or > MostPorts) throw reader.Wrong("ports", $"from 0 to {MostPorts}");
        var parameters = reader.Parameters("parameters", []);
        var code = reader.Get("code");
        if (code is not Call { Items.IsEmpty: true, At.Text: "steps" } call) throw reader.Wrong(code, "steps(v0=... v1=...)");
        var names = new Dictionary<string, int>();
        var instructions = ImmutableArray.CreateBuilder<Instruction>();
        foreach (var (name, value) in call.Attributes)
        {
            instructions.Add(Instruction(reader, value, names));
            if (!names.TryAdd(name.Text, names.Count)) throw reader.Fail("NC3004", $"'{name.Text}' is defined twice", name);
        }

        var emission = Result(reader, reader.Get("emission"), names);
        var next = reader.Find("next") is { } list ? reader.List(list) : [];
        return new(ports, parameters, instructions.ToImmutable(), emission, [.. next.Select(v => Result(reader, v, names))]);
    }

    private static string Code(ElementwiseProgram program)
    {
        var text = new StringBuilder("steps(\n");
        foreach (var (i, (op, a, b, c)) in program.Code.Index())
        {
            var operands = Arity(op) switch
            {
                0 => $"{a}",
                1 => $"v{a}",
                2 => $"v{a}, v{b}",
                _ => $"v{a}, v{b}, v{c}",
            };
            text.Append(CultureInfo.InvariantCulture, $"    v{i}={SnakeCase(op.ToString())}({operands})\n");
        }

        return text.Append("  )").ToString();
    }

    private static Instruction Instruction(AttributeReader reader, Value value, Dictionary<string, int> names)
    {
        var op = Operations[reader.Choice(value, "an operation", [.. Operations.Select(o => o.Name)])].Op;
        var operands = value is Call { Attributes.IsEmpty: true } call ? call.Items : throw reader.Wrong(value, "operation(operands)");
        var count = Math.Max(1, Arity(op));
        if (operands.Length != count) throw reader.Fail("NC3006", $"'{value.At.Text}' takes {count} operands, {operands.Length} are given", value.At);
        if (Arity(op) == 0) return new(op, reader.Int(operands[0]));
        var results = operands.Select(o => Result(reader, o, names)).ToArray();
        return new(op, results[0], results.Length > 1 ? results[1] : 0, results.Length > 2 ? results[2] : 0);
    }

    private static int Result(AttributeReader reader, Value value, Dictionary<string, int> names) =>
        value is Atom { At.Kind: TokenKind.Word } && names.TryGetValue(value.At.Text, out var index)
            ? index
            : throw reader.Fail("NC3005", $"{value.At} is not a result of an earlier step", value.At);

    private static string SnakeCase(string name) =>
        string.Concat(name.Select((c, i) => char.IsUpper(c) && i > 0 ? $"_{char.ToLowerInvariant(c)}" : $"{char.ToLowerInvariant(c)}"));
}
