using System.Collections.Immutable;
using System.Globalization;
using NeuroChip.Ir.Neurons;
using NeuroChip.Ir.Tensors;

namespace NeuroChip.Ir.Ncir.Text;

/// <summary>Leaves a statement whose error was reported.</summary>
internal sealed class StatementException : Exception;

/// <summary>Reads the <c>key=value</c> pairs of a statement or call as what they must be, and reports what they are not.</summary>
internal sealed class AttributeReader
{
    private readonly Report report;
    private readonly Token owner;
    private readonly Dictionary<string, Attribute> attributes = [];
    private readonly List<string> asked = [];
    private readonly IReadOnlyDictionary<string, Tensor> tensors;

    public AttributeReader(Report report, Token owner, IEnumerable<Attribute> attributes, IReadOnlyDictionary<string, Tensor> tensors)
    {
        this.report = report;
        this.owner = owner;
        this.tensors = tensors;
        foreach (var attribute in attributes)
            if (!this.attributes.TryAdd(attribute.Key.Text, attribute)) report.Error("NC3004", $"'{attribute.Key.Text}' is given twice", attribute.Key);
    }

    /// <summary>Ends this statement with an error.</summary>
    public StatementException Fail(string code, string message, Token at)
    {
        report.Error(code, message, at);
        return new();
    }

    public Value? Find(string key)
    {
        asked.Add(key);
        return attributes.Remove(key, out var attribute) ? attribute.Value : null;
    }

    public Value Get(string key) => Find(key) ?? throw Fail("NC3003", $"'{owner.Text}' needs {key}=...", owner);

    /// <summary>Reports the attributes nobody asked for.</summary>
    public void Finish()
    {
        foreach (var attribute in attributes.Values)
            report.Error("NC3002", $"'{owner.Text}' has no '{attribute.Key.Text}'; it has: {string.Join(", ", asked.Distinct())}", attribute.Key);
    }

    public string String(string key) => Get(key) is Atom { At.Kind: TokenKind.String } atom ? atom.At.Text : throw Wrong(key, "a \"string\"");

    public int Int(string key, int? otherwise = null) => Find(key) is { } value ? Int(value) : otherwise ?? IntOf(Missing(key));

    public double Double(string key, double otherwise)
    {
        if (Find(key) is not { } value) return otherwise;
        return value is Atom { At.Kind: TokenKind.Number } atom && NumberText.TryParseDouble(atom.At.Text, out var number) ? number : throw Wrong(value, "a number");
    }

    /// <summary>One of some words; the index of it.</summary>
    public int Choice(string key, IReadOnlyList<string> choices, int? otherwise = null)
    {
        if (Find(key) is not { } value) return otherwise ?? IntOf(Missing(key));
        return Choice(value, $"'{key}'", choices);
    }

    public int Choice(Value value, string what, IReadOnlyList<string> choices)
    {
        for (var i = 0; i < choices.Count; i++)
            if (value.At.Kind == TokenKind.Word && value.At.Text == choices[i]) return i;
        throw Fail("NC3002", $"{what} cannot be {value.At}; it can be: {string.Join(", ", choices)}", value.At);
    }

    /// <summary>The attributes inside <c>word(...)</c>.</summary>
    public AttributeReader Inside(Value value) =>
        new(report, value.At, value is Call { Items.IsEmpty: true } call ? call.Attributes : throw Wrong(value, "word(key=value ...)"), tensors);

    public ImmutableArray<Value> List(string key) => List(Get(key));

    public ImmutableArray<Value> List(Value value) => value is ListValue list ? list.Items : throw Wrong(value, "a [list]");

    public ImmutableArray<int> Ints(string key) => Ints(Get(key));

    public ImmutableArray<int> Ints(Value value)
    {
        if (value is ListValue list) return [.. list.Items.Select(Int)];
        return IsTensor(value) && Tensor(value) is { Type: DType.Int32 } tensor ? [.. tensor.Span<int>()] : throw Wrong(value, "a [list] of integers or an int32 tensor");
    }

    public int Int(Value value) =>
        value is Atom { At.Kind: TokenKind.Number } atom && int.TryParse(atom.At.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw Wrong(value, "an integer of 32 bits");

    public Parameter Parameter(string key) => Parameter(Get(key));

    public Parameter Parameter(Value value)
    {
        if (value is ListValue list) return list.Items.IsEmpty ? throw Wrong(value, "at least one number") : new([.. list.Items.Select(Number)]);
        if (value.At.Kind == TokenKind.Number) return new(Number(value));
        if (!IsTensor(value)) throw Wrong(value, "a number, a [list] of numbers or a tensor");
        var tensor = Tensor(value);
        return tensor.Length == 0 ? throw Wrong(value, "at least one number") : new([.. Enumerable.Range(0, tensor.Length).Select(tensor.At)]);
    }

    public ImmutableArray<Parameter> Parameters(string key) => [.. List(key).Select(Parameter)];

    /// <summary>As <see cref="Parameters(string)"/>, with what the list means where it is not given.</summary>
    public ImmutableArray<Parameter> Parameters(string key, ImmutableArray<Parameter> otherwise) =>
        Find(key) is { } value ? [.. List(value).Select(Parameter)] : otherwise;

    public Tensor Tensor(string key) => Tensor(Get(key));

    public Tensor Tensor(Value value)
    {
        if (value is Atom { At.Kind: TokenKind.TensorId } reference)
            return tensors.TryGetValue(reference.At.Text, out var known) ? known : throw Fail("NC3005", $"there is no tensor {reference.At}", reference.At);
        if (value is not Literal literal) throw Wrong(value, "a tensor: #number or type[shape](numbers)");
        var type = ElementType(literal);
        var shape = Shape(literal);
        var numbers = literal.Items.Select(item => type == DType.Float64 ? Full(item) : Number(item)).ToArray();
        var count = ElementCount(literal, shape);
        if (numbers.Length != count) throw Fail("NC3007", $"{type}{Ir.Tensors.Tensor.FormatShape(shape)} has {count} elements, {numbers.Length} are given", literal.At);
        return TensorText.FromNumbers(type, shape, numbers) ?? throw Wrong(value, $"numbers that {literal.At.Text} can hold");
    }

    public DType ElementType(Literal literal) =>
        TensorText.Types[Choice(literal, "an element type", [.. TensorText.Types.Select(t => t.Name)])].Type;

    public ImmutableArray<int> Shape(Literal literal) => Ints(literal.Shape);

    public long ElementCount(Literal literal, ImmutableArray<int> shape)
    {
        long count = 1;
        foreach (var extent in shape)
        {
            if (extent < 0 || (count *= extent) > int.MaxValue)
                throw Fail("NC3007", $"{Ir.Tensors.Tensor.FormatShape(shape)} is not the shape of a tensor of at most {int.MaxValue} elements", literal.At);
        }

        return count;
    }

    public StatementException Wrong(string key, string expected) => Fail("NC3006", $"'{key}' of '{owner.Text}' must be {expected}", owner);

    public StatementException Wrong(Value value, string expected) => Fail("NC3006", $"expected {expected}, found {value.At}", value.At);

    private static bool IsTensor(Value value) => value is Literal or Atom { At.Kind: TokenKind.TensorId };

    private static int IntOf(StatementException missing) => throw missing;

    private StatementException Missing(string key) => Fail("NC3003", $"'{owner.Text}' needs {key}=...", owner);

    private double Number(Value value) =>
        value is Atom { At.Kind: TokenKind.Number } atom && NumberText.TryParse(atom.At.Text, out var number) ? number : throw Wrong(value, "a number that float32 can hold");

    public ImmutableArray<double> Doubles(string key) => [.. List(key).Select(Full)];

    private double Full(Value value) =>
        value is Atom { At.Kind: TokenKind.Number } atom && NumberText.TryParseDouble(atom.At.Text, out var number) ? number : throw Wrong(value, "a number");
}
