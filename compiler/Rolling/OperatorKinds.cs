using System.Collections.Frozen;

namespace NeuroChip.Compiler.Rolling;

/// <summary>Which ONNX operators work element by element, and which only rename axes.</summary>
internal static class OperatorKinds
{
    private static readonly FrozenSet<string> Elementwise = new[]
    {
        "Add", "Sub", "Mul", "Div", "Neg", "Abs", "Sign", "Sqrt", "Exp", "Log", "Reciprocal", "Pow", "Floor", "Ceil", "Round", "Clip", "Relu", "LeakyRelu",
        "Sigmoid", "Tanh", "Max", "Min", "Sum", "Mean", "Greater", "GreaterOrEqual", "Less", "LessOrEqual", "Equal", "Not", "And", "Or", "Xor", "Cast", "Where",
        "Erf", "Softplus", "Elu", "Selu", "HardSigmoid", "PRelu", "Mod", "Identity",
    }.ToFrozenSet(StringComparer.Ordinal);

    private static readonly FrozenSet<string> BatchedOnAxis0 = new[]
    {
        "Conv", "ConvTranspose", "BatchNormalization", "MaxPool", "AveragePool", "GlobalAveragePool", "GlobalMaxPool", "LpPool", "InstanceNormalization", "Resize",
    }.ToFrozenSet(StringComparer.Ordinal);

    public static bool IsElementwise(string op) => Elementwise.Contains(op);

    public static bool IsBatchedOnAxis0(string op) => BatchedOnAxis0.Contains(op);

    public static bool OnlyRenamesAxes(string op) => op is "Reshape" or "Flatten" or "Squeeze" or "Unsqueeze";

    public static bool IsReduction(string op) => op is "ReduceMean" or "ReduceSum" or "ReduceMax" or "ReduceMin" or "ReduceProd" or "ReduceL1" or "ReduceL2";
}
