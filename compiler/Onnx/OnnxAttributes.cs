using System.Collections.Immutable;
using NeuroChip.Ir.Tensors;

namespace NeuroChip.Compiler.Onnx;

/// <summary>Attributes of an operator, by name. Values are <see cref="long"/>, <see cref="float"/>, <see cref="string"/>, <c>long[]</c>, <c>float[]</c>, <c>string[]</c> or <see cref="Tensor"/>.</summary>
public sealed class OnnxAttributes(ImmutableSortedDictionary<string, object> values)
{
    /// <summary>No attributes.</summary>
    public static OnnxAttributes None { get; } = new(ImmutableSortedDictionary.Create<string, object>(StringComparer.Ordinal));

    /// <summary>All of them, sorted by name.</summary>
    public ImmutableSortedDictionary<string, object> Values { get; } = values;

    /// <summary>Whether the attribute is there.</summary>
    public bool Has(string name) => Values.ContainsKey(name);

    /// <summary>An integer attribute or its default.</summary>
    public long Int(string name, long otherwise) => Values.TryGetValue(name, out var v) ? (long)v : otherwise;

    /// <summary>A float attribute or its default.</summary>
    public float Float(string name, float otherwise) => Values.TryGetValue(name, out var v) ? (float)v : otherwise;

    /// <summary>A string attribute or its default.</summary>
    public string Text(string name, string otherwise) => Values.TryGetValue(name, out var v) ? (string)v : otherwise;

    /// <summary>A list of integers or its default.</summary>
    public long[] Ints(string name, long[] otherwise) => Values.TryGetValue(name, out var v) ? (long[])v : otherwise;

    /// <summary>A list of floats or its default.</summary>
    public float[] Floats(string name, float[] otherwise) => Values.TryGetValue(name, out var v) ? (float[])v : otherwise;

    /// <summary>The same attributes with one set.</summary>
    public OnnxAttributes With(string name, object value) => new(Values.SetItem(name, value));
}
