using System.Collections.Frozen;
using System.Collections.Immutable;
using NeuroChip.Compiler.Onnx.Operators;

namespace NeuroChip.Compiler.Onnx;

/// <summary>Every operator that may be in a <see cref="FlatModel"/>: the one list. Operators that <see cref="NodeForms"/> rewrites are not in it.</summary>
public static class OnnxOperators
{
    /// <summary>All of them, by name.</summary>
    public static FrozenDictionary<string, OnnxOperator> All { get; } = new OnnxOperator[]
    {
        // Numbers, element by element.
        new("Add", Arithmetic.Infer, Arithmetic.Evaluate<Arithmetic.Add>),
        new("Sub", Arithmetic.Infer, Arithmetic.Evaluate<Arithmetic.Sub>),
        new("Mul", Arithmetic.Infer, Arithmetic.Evaluate<Arithmetic.Mul>),
        new("Div", Arithmetic.Infer, Arithmetic.Evaluate<Arithmetic.Div>),
        new("Mod", Arithmetic.Infer, Arithmetic.Mod),
        new("Pow", Arithmetic.Infer, Arithmetic.Pow),
        new("Max", Arithmetic.Infer, Arithmetic.Evaluate<Arithmetic.Max>),
        new("Min", Arithmetic.Infer, Arithmetic.Evaluate<Arithmetic.Min>),
        new("Sum", Arithmetic.Infer, Arithmetic.Evaluate<Arithmetic.Add>),
        new("Mean", Arithmetic.Infer, Arithmetic.Mean),
        new("PRelu", Arithmetic.InferPRelu, Arithmetic.Evaluate<Arithmetic.Prelu>),
        new("Clip", Clipping.Infer, Clipping.Evaluate),
        new("Neg", Unary.Infer, Unary.Neg),
        new("Abs", Unary.Infer, Unary.Abs),
        new("Sign", Unary.Infer, Unary.Sign),
        new("Floor", Unary.Infer, Unary.Real(MathF.Floor, Math.Floor)),
        new("Ceil", Unary.Infer, Unary.Real(MathF.Ceiling, Math.Ceiling)),
        new("Round", Unary.Infer, Unary.Real(MathF.Round, Math.Round)),
        new("Sqrt", Unary.Infer, Unary.Real(MathF.Sqrt, Math.Sqrt)),
        new("Reciprocal", Unary.Infer, Unary.Real(x => 1 / x, x => 1 / x)),
        new("Exp", Unary.Infer, Unary.Real(MathF.Exp, Math.Exp)),
        new("Log", Unary.Infer, Unary.Real(MathF.Log, Math.Log)),
        new("Sin", Unary.Infer, Unary.Real(MathF.Sin, Math.Sin)),
        new("Cos", Unary.Infer, Unary.Real(MathF.Cos, Math.Cos)),
        new("Tan", Unary.Infer, Unary.Real(MathF.Tan, Math.Tan)),
        new("Atan", Unary.Infer, Unary.Real(MathF.Atan, Math.Atan)),
        new("Sinh", Unary.Infer, Unary.Real(MathF.Sinh, Math.Sinh)),
        new("Cosh", Unary.Infer, Unary.Real(MathF.Cosh, Math.Cosh)),
        new("Tanh", Unary.Infer, Unary.Real(MathF.Tanh, Math.Tanh)),
        new("Erf", Unary.Infer, Unary.Real(x => (float)Unary.Erf(x), Unary.Erf)),

        // Activation functions.
        new("Relu", Unary.Infer, Unary.Relu),
        new("Sigmoid", Unary.Infer, Unary.Real(Unary.Sigmoid, x => 1 / (1 + Math.Exp(-x)))),
        new("LeakyRelu", Unary.Infer, Unary.Activation(a => { var s = a.Float("alpha", 0.01f); return x => x < 0 ? s * x : x; })),
        new("ThresholdedRelu", Unary.Infer, Unary.Activation(a => { var s = a.Float("alpha", 1); return x => x > s ? x : 0; })),
        new("Elu", Unary.Infer, Unary.Activation(a => { var s = a.Float("alpha", 1); return x => x < 0 ? s * (MathF.Exp(x) - 1) : x; })),
        new("Celu", Unary.Infer, Unary.Activation(a => { var s = a.Float("alpha", 1); return x => MathF.Max(0, x) + MathF.Min(0, s * (MathF.Exp(x / s) - 1)); })),
        new("Selu", Unary.Infer, Unary.Activation(a =>
        {
            var (alpha, gamma) = (a.Float("alpha", 1.67326319217681884765625f), a.Float("gamma", 1.05070102214813232421875f));
            return x => x <= 0 ? gamma * (alpha * MathF.Exp(x) - alpha) : gamma * x;
        })),
        new("HardSigmoid", Unary.Infer, Unary.Activation(a => { var (k, d) = (a.Float("alpha", 0.2f), a.Float("beta", 0.5f)); return x => Math.Clamp(k * x + d, 0, 1); })),
        new("HardSwish", Unary.Infer, Unary.Activation(_ => x => x * Math.Clamp(x / 6 + 0.5f, 0, 1))),
        new("Softplus", Unary.Infer, Unary.Activation(_ => Unary.Softplus)),
        new("Softsign", Unary.Infer, Unary.Activation(_ => x => x / (1 + MathF.Abs(x)))),
        new("Mish", Unary.Infer, Unary.Activation(_ => x => x * MathF.Tanh(Unary.Softplus(x)))),
        new("Gelu", Unary.Infer, Unary.Activation(a => { var tanh = a.Text("approximate", "none") == "tanh"; return x => Unary.Gelu(x, tanh); })),
        new("Softmax", Softmaxes.Infer, Softmaxes.Soft),
        new("LogSoftmax", Softmaxes.Infer, Softmaxes.Log),

        // Truth values.
        new("Equal", Comparisons.Infer, Comparisons.Evaluate<Comparisons.Equal>),
        new("Less", Comparisons.Infer, Comparisons.Evaluate<Comparisons.Less>),
        new("LessOrEqual", Comparisons.Infer, Comparisons.Evaluate<Comparisons.LessOrEqual>),
        new("Greater", Comparisons.Infer, Comparisons.Evaluate<Comparisons.Greater>),
        new("GreaterOrEqual", Comparisons.Infer, Comparisons.Evaluate<Comparisons.GreaterOrEqual>),
        new("And", Comparisons.Infer, Comparisons.Evaluate<Comparisons.And>),
        new("Or", Comparisons.Infer, Comparisons.Evaluate<Comparisons.Or>),
        new("Xor", Comparisons.Infer, Comparisons.Evaluate<Comparisons.Xor>),
        new("Not", Comparisons.InferUnary, Comparisons.Not),
        new("IsNaN", Comparisons.InferUnary, Comparisons.IsNaN),
        new("IsInf", Comparisons.InferUnary, Comparisons.IsInf),
        new("Where", Comparisons.InferWhere, Comparisons.Where),
        new("Cast", Casting.Infer, Casting.Evaluate),

        // Layers.
        new("Conv", Convolution.Infer, Convolution.Evaluate),
        new("ConvTranspose", Convolution.InferTransposed, Convolution.EvaluateTransposed),
        new("Gemm", Products.InferGemm, Products.Gemm),
        new("MatMul", Products.InferMatMul, Products.MatMul),
        new("Einsum", Einsum.Infer, Einsum.Evaluate),
        new("BatchNormalization", Normalization.InferBatch, Normalization.Batch),
        new("LayerNormalization", Normalization.InferLayer, Normalization.Layer),
        new("InstanceNormalization", Normalization.InferChannels, Normalization.Instance),
        new("GroupNormalization", Normalization.InferChannels, Normalization.Group),
        new("MaxPool", Pooling.Infer, Pooling.Max),
        new("AveragePool", Pooling.Infer, Pooling.Average),
        new("LpPool", Pooling.Infer, Pooling.Lp),
        new("GlobalMaxPool", Pooling.InferGlobal, Pooling.GlobalMax),
        new("GlobalAveragePool", Pooling.InferGlobal, Pooling.GlobalAverage),

        // Sums and extremes along axes.
        new("ReduceSum", Reduction.Infer, Reduction.Evaluate<Reduction.Sum>),
        new("ReduceMean", Reduction.Infer, Reduction.Evaluate<Reduction.Mean>),
        new("ReduceMax", Reduction.Infer, Reduction.Evaluate<Reduction.Max>),
        new("ReduceMin", Reduction.Infer, Reduction.Evaluate<Reduction.Min>),
        new("ReduceProd", Reduction.Infer, Reduction.Evaluate<Reduction.Prod>),
        new("ReduceL1", Reduction.Infer, Reduction.Real(row => row.Sum(MathF.Abs))),
        new("ReduceL2", Reduction.Infer, Reduction.Real(row => MathF.Sqrt(row.Sum(x => x * x)))),
        new("ReduceSumSquare", Reduction.Infer, Reduction.Real(row => row.Sum(x => x * x))),
        new("ReduceLogSum", Reduction.Infer, Reduction.Real(row => MathF.Log(row.Sum()))),
        new("ReduceLogSumExp", Reduction.Infer, Reduction.Real(row => { var top = row.Max(); return top + MathF.Log(row.Sum(x => MathF.Exp(x - top))); })),
        new("ArgMax", Reduction.InferArg, Reduction.ArgMax),
        new("ArgMin", Reduction.InferArg, Reduction.ArgMin),
        new("CumSum", Reduction.InferCumSum, Reduction.CumSum),

        // Rearranged elements.
        new("Reshape", Reshaping.Infer, Reshaping.Evaluate),
        new("Squeeze", Reshaping.InferSqueeze, Reshaping.Evaluate),
        new("Unsqueeze", Reshaping.InferUnsqueeze, Reshaping.Evaluate),
        new("Expand", Reshaping.InferExpand, Reshaping.Expand),
        new("Tile", Reshaping.InferTile, Reshaping.Tile),
        new("Transpose", Transposing.Infer, Transposing.Evaluate),
        new("DepthToSpace", Transposing.InferDepthToSpace, Transposing.DepthToSpace),
        new("SpaceToDepth", Transposing.InferSpaceToDepth, Transposing.SpaceToDepth),
        new("Concat", Joining.InferConcat, Joining.Concat),
        new("Slice", Joining.InferSlice, Joining.Slice),
        new("Pad", Padding.Infer, Padding.Evaluate),
        new("Resize", Resizing.Infer, Resizing.Evaluate),
        new("Gather", Gathering.Infer, Gathering.Evaluate),
        new("GatherElements", Gathering.InferElements, Gathering.Elements),
        new("GatherND", Gathering.InferND, Gathering.ND),
        new("ScatterND", Scattering.InferND, Scattering.ND),
        new("ScatterElements", Scattering.InferElements, Scattering.Elements),

        // Values made from shapes and positions.
        new("Shape", Generating.InferShape, Generating.Known),
        new("Size", Generating.InferSize, Generating.Known),
        new("ConstantOfShape", Generating.InferConstantOfShape, Generating.ConstantOfShape),
        new("Range", Generating.InferRange, Generating.Range),
        new("OneHot", Generating.InferOneHot, Generating.OneHot),
        new("NonZero", Generating.InferNonZero, Generating.Known),
        new("EyeLike", Generating.InferEyeLike, Generating.Known),
        new("Trilu", Generating.InferTrilu, Generating.Trilu),
    }.ToFrozenDictionary(o => o.Name, StringComparer.Ordinal);

    /// <summary>The operator of that name and domain, or null.</summary>
    public static OnnxOperator? Find(string domain, string name) =>
        domain is not ("" or "ai.onnx") ? null : All.GetValueOrDefault(name) ?? Sparse.SiteOperators.All.GetValueOrDefault(name);
}
