using System.Collections.Immutable;
using NeuroChip.Compiler.Onnx;
using NeuroChip.Ir.Tensors;

namespace NeuroChip.Compiler.Rolling;

/// <summary>Computes single nodes of a step: ONNX operators by <see cref="OnnxEvaluator"/>, and the few forms that rolling adds.</summary>
internal static class StepEvaluation
{
    public static Tensor Evaluate(string op, OnnxAttributes attributes, Tensor? constant, ImmutableArray<int> shape, IReadOnlyList<int> operands, IReadOnlyList<Tensor?> values)
    {
        if (constant is not null) return constant;
        if (op == "Reshape") return values[operands[0]]!.Reshape(shape);
        if (op == "Slice" && operands.Count == 1)
        {
            var axis = (int)attributes.Int("axis", 0);
            return PieceOf(values[operands[0]]!, new(-1, axis, (int)attributes.Int("start", 0), shape[axis]));
        }
        var inputs = operands.Select(o => o < 0 ? null : values[o]).ToArray();
        return OnnxEvaluator.Evaluate(op, "", attributes, inputs)[(int)attributes.Int("output", 0)];
    }

    /// <summary>What a state starts from where the file says nothing: zero, or false.</summary>
    public static Tensor Zero(DType type, ImmutableArray<int> shape)
    {
        var size = Tensor.Count(shape.AsSpan());
        return type switch
        {
            DType.Bool => Tensor.Of(shape, new bool[size]),
            DType.Int64 => Tensor.Of(shape, new long[size]),
            DType.Int32 => Tensor.Of(shape, new int[size]),
            DType.Float64 => Tensor.Of(shape, new double[size]),
            _ => Tensor.Of(shape, new float[size]),
        };
    }

    /// <summary>The elements of a tensor that a piece names.</summary>
    public static Tensor PieceOf(Tensor tensor, InputPiece piece) => piece.Axis < 0 ? tensor : StepExpansion.SliceOf(tensor, piece.Axis, piece.Start, piece.Count);
}
