using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using NeuroChip.Ir.Neurons;
using NeuroChip.Ir.Tensors;

namespace NeuroChip.Ir.Ncir.Text;

/// <summary>Writes <c>key=value</c> pairs, one blank between them.</summary>
internal sealed class AttributeWriter(StringBuilder text, TensorText tensors)
{
    private bool isFirst = true;

    public AttributeWriter Word(string key, string word)
    {
        if (!isFirst) text.Append(' ');
        isFirst = false;
        text.Append(key).Append('=').Append(word);
        return this;
    }

    public AttributeWriter String(string key, string value) => Word(key, Quote(value));

    public AttributeWriter Int(string key, int value) => Word(key, value.ToString(CultureInfo.InvariantCulture));

    public AttributeWriter Double(string key, double value) => Word(key, NumberText.PrintDouble(value));

    public AttributeWriter Parameter(string key, Parameter value) => Word(key, Text(value));

    public AttributeWriter Parameters(string key, ImmutableArray<Parameter> values) => Word(key, List(values.Select(Text)));

    public AttributeWriter Tensor(string key, Tensor value) => Word(key, tensors.Reference(value));

    public AttributeWriter Tensors(string key, ImmutableArray<Tensor?> values) => Word(key, List(values.Select(v => v is null ? "none" : tensors.Reference(v))));

    public AttributeWriter Ints(string key, ImmutableArray<int> values) =>
        values.Length > TensorText.InlineLimit ? Tensor(key, Ir.Tensors.Tensor.Vector(values.ToArray())) : Word(key, List(values.Select(v => v.ToString(CultureInfo.InvariantCulture))));

    public AttributeWriter Words(string key, IEnumerable<string> words) => Word(key, List(words));

    /// <summary><c>key=word(...)</c> with attributes of its own.</summary>
    public AttributeWriter Call(string key, string word, Action<AttributeWriter> attributes)
    {
        Word(key, word + "(");
        attributes(new(text, tensors));
        text.Append(')');
        return this;
    }

    public static string Quote(string value) =>
        "\"" + value.Replace("\\", "\\\\").Replace("\"", "\\\"").Replace("\n", "\\n").Replace("\r", "\\r").Replace("\t", "\\t") + "\"";

    private static string List(IEnumerable<string> items) => "[" + string.Join(", ", items) + "]";

    private string Text(Parameter parameter)
    {
        if (parameter.IsScalar) return NumberText.Print(parameter.Values[0]);
        if (parameter.Length <= TensorText.InlineLimit) return List(parameter.Values.Select(NumberText.Print));
        return tensors.Reference(parameter.Values.All(v => (float)v == v)
            ? Ir.Tensors.Tensor.Vector(parameter.Values.Select(v => (float)v).ToArray())
            : Ir.Tensors.Tensor.Vector(parameter.Values.ToArray()));
    }
}
