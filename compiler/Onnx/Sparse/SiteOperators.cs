using System.Collections.Frozen;
using System.Collections.Immutable;
using NeuroChip.Ir.Diagnostics;
using NeuroChip.Ir.Ncir.AddressFunctions;
using NeuroChip.Ir.Ncir.Sites;
using NeuroChip.Ir.Tensors;

namespace NeuroChip.Compiler.Onnx.Sparse;

/// <summary>
/// The operators over active sites in a <see cref="FlatModel"/>, which both dialects of sparse convolution come down to. What they compute is known only with the sites of
/// a sample, so that nothing can be folded through them.
/// <list type="bullet">
/// <item><c>SiteConvolution</c>(features [sites, C], weight [Cout, kz, ky, kx, C/groups], bias [Cout] or absent): attributes <c>kind</c> (submanifold, sparse, inverse),
/// <c>from</c>, <c>to</c> (tables), <c>capacity</c> (of the second), <c>window</c> (18 numbers), <c>groups</c>, <c>pairs</c>.</item>
/// <item><c>SiteScatter</c>(features [sites, C]): attributes <c>from</c>, <c>shape</c> (of the dense tensor), <c>strides</c> (elements of it per step along z, y, x and
/// channels).</item>
/// </list>
/// </summary>
public static class SiteOperators
{
    /// <summary>Names of the operators.</summary>
    public const string Convolution = "SiteConvolution", Scatter = "SiteScatter";

    /// <summary>All of them, by name.</summary>
    public static FrozenDictionary<string, OnnxOperator> All { get; } = new OnnxOperator[]
    {
        new(Convolution, InferConvolution, (call, _) => throw Unknown(call)),
        new(Scatter, call => [new(DType.Float32, [.. call.Attributes.Ints("shape", []).Select(e => (int)e)])], (call, _) => throw Unknown(call)),
    }.ToFrozenDictionary(o => o.Name, StringComparer.Ordinal);

    /// <summary>Attributes of a convolution.</summary>
    internal static OnnxAttributes AttributesOf(string kind, SiteTable from, SiteTable to, SiteWindow window, long groups, int pairs) => OnnxAttributes.None
        .With("kind", kind).With("from", (long)from.Id.Index).With("to", (long)to.Id.Index).With("capacity", (long)to.Capacity)
        .With("window", window.Encode().Select(w => (long)w).ToArray()).With("groups", groups).With("pairs", (long)pairs);

    /// <summary>The table of the results of a convolution.</summary>
    internal static SiteTableId TargetOf(OnnxAttributes attributes) => new((int)attributes.Int("to", 0));

    /// <summary>The address function that a convolution of a graph stands for.</summary>
    internal static SiteConvMap ConvolutionOf(OnnxAttributes attributes, int sources, int channels, int outputs)
    {
        var (from, to) = (new SiteTableId((int)attributes.Int("from", 0)), TargetOf(attributes));
        var window = SiteWindow.Decode([.. attributes.Ints("window", []).Select(w => (int)w)]);
        var (groups, pairs, targets) = ((int)attributes.Int("groups", 1), (int)attributes.Int("pairs", 0), (int)attributes.Int("capacity", 0));
        return attributes.Text("kind", "") switch
        {
            "submanifold" => new SubmanifoldMap(from, sources, window, channels, outputs, groups, pairs),
            "sparse" => new SparseConvMap(from, to, sources, targets, window, channels, outputs, groups, pairs),
            _ => new InverseConvMap(from, to, sources, targets, window, channels, outputs, groups, pairs),
        };
    }

    private static ImmutableArray<Operand> InferConvolution(OperatorCall call)
    {
        var (x, weight, groups) = (call.In(0), call.Data(1), call.Attributes.Int("groups", 1));
        if (x.Type != DType.Float32) throw call.BadType(x.Type);
        if (groups < 1 || weight.Shape[0] % groups != 0 || weight.Shape[4] * groups != x.Shape[1])
            throw call.Mismatch($"{x.Shape[1]} input channels against weights {Tensor.FormatShape(weight.Shape)} in {groups} groups");
        if (call.OptionalData(2) is { } bias && bias.Length != weight.Shape[0]) throw call.Mismatch($"the bias must have {weight.Shape[0]} elements");
        return [new(DType.Float32, [(int)call.Attributes.Int("capacity", 0), weight.Shape[0]])];
    }

    private static DiagnosticException Unknown(OperatorCall call) => new(Diagnostic.Error("NC1016", $"{call.Op}: what it computes is known only with the active sites of a sample; its features must not be constant"));
}
