using System.Collections.Immutable;
using NeuroChip.Ir.Diagnostics;
using NeuroChip.Ir.Tensors;

namespace NeuroChip.Compiler.Onnx;

/// <summary>What is known of one input or output of an operator: type and shape always, contents where they do not depend on a model input.</summary>
/// <param name="Type">Element type.</param>
/// <param name="Shape">Extents, outermost first.</param>
/// <param name="Constant">Contents, or null.</param>
public sealed record Operand(DType Type, ImmutableArray<int> Shape, Tensor? Constant = null)
{
    /// <summary>A known value.</summary>
    public static Operand Of(Tensor tensor) => new(tensor.Type, tensor.Shape, tensor);

    /// <summary>Number of axes.</summary>
    public int Rank => Shape.Length;

    /// <inheritdoc/>
    public override string ToString() => $"{Type}{Tensor.FormatShape(Shape)}";
}

/// <summary>One use of an operator: attributes in the normal form of <see cref="OnnxLoader"/>, and what is known of the inputs.</summary>
/// <param name="Op">Operator type.</param>
/// <param name="Attributes">Attributes.</param>
/// <param name="Inputs">Inputs; null for an absent optional one.</param>
/// <param name="OutputCount">How many outputs the node names.</param>
public sealed record OperatorCall(string Op, OnnxAttributes Attributes, ImmutableArray<Operand?> Inputs, int OutputCount)
{
    /// <summary>Whether input <paramref name="index"/> is given.</summary>
    public bool Has(int index) => index < Inputs.Length && Inputs[index] is not null;

    /// <summary>Input <paramref name="index"/>, which the operator requires.</summary>
    public Operand In(int index) => Has(index) ? Inputs[index]! : throw Mismatch($"input {index} is missing");

    /// <summary>Contents of an input; only for evaluation, where all of them are known.</summary>
    public Tensor Data(int index) => In(index).Constant ?? throw DataDependent(index);

    /// <summary>Contents of an optional input, or null where it is absent.</summary>
    public Tensor? OptionalData(int index) => Has(index) ? Data(index) : null;

    /// <summary>An input that must be known when shapes are worked out, as integers.</summary>
    public long[] Ints(int index) => Data(index).ToLongs();

    /// <summary>The same for an optional input.</summary>
    public long[]? OptionalInts(int index) => Has(index) ? Ints(index) : null;

    /// <summary>An axis attribute or value as 0..rank-1; <paramref name="rank"/> itself is allowed with <paramref name="orEnd"/>.</summary>
    public int Axis(long axis, int rank, bool orEnd = false)
    {
        var result = axis < 0 ? axis + rank : axis;
        if (result < 0 || result > rank || (result == rank && !orEnd)) throw Mismatch($"axis {axis} is outside a tensor of rank {rank}");
        return (int)result;
    }

    /// <summary>Shapes or types that do not go together.</summary>
    public DiagnosticException Mismatch(string message) => new(Diagnostic.Error("NC1012", $"{Op}: {message}", null,
        "inputs are " + string.Join(", ", Inputs.Select(i => i?.ToString() ?? "absent"))));

    /// <summary>A setting that this compiler does not know.</summary>
    public DiagnosticException Unsupported(string attribute, string value, string choices) => new(Diagnostic.Error("NC1008",
        $"{Op}: {attribute} = {value} is not supported", null, $"supported: {choices}"));

    /// <summary>An element type that the operator cannot take.</summary>
    public DiagnosticException BadType(DType type) => new(Diagnostic.Error("NC1009", $"{Op}: element type {type} is not supported by this operator"));

    /// <summary>Something that must be known before the run, but depends on input data.</summary>
    public DiagnosticException DataDependent(int index) => new(Diagnostic.Error("NC1016",
        $"{Op}: input {index} sets a shape or position and must not depend on input data", null, "export the model for fixed shapes"));
}

/// <summary>What the compiler knows of an ONNX operator.</summary>
/// <param name="Name">Operator type.</param>
/// <param name="Infer">Types and shapes of the outputs, and contents where shapes alone decide them. Throws <see cref="DiagnosticException"/> (without a place) on what does not fit.</param>
/// <param name="Evaluate">Outputs from fully known inputs and the result of <paramref name="Infer"/>.</param>
public sealed record OnnxOperator(
    string Name,
    Func<OperatorCall, ImmutableArray<Operand>> Infer,
    Func<OperatorCall, ImmutableArray<Operand>, Tensor[]> Evaluate);
