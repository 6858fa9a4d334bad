using System.Collections.Immutable;
using NeuroChip.Compiler.Onnx.Sparse;

namespace NeuroChip.Compiler.Onnx;

/// <summary>What the user decides about reading a model.</summary>
/// <param name="InputShapes">Full shape by input name, for inputs whose shape the file leaves open.</param>
/// <param name="ArrayShapes">
/// Shapes of the arrays that will be fed in, where they are known: extents that are still open take theirs. An array may have one leading axis more (samples).
/// An open first axis is the batch; a chip runs one sample after the other, so it becomes 1.
/// </param>
public sealed record FlattenOptions(ImmutableDictionary<string, ImmutableArray<int>> InputShapes, ImmutableDictionary<string, ImmutableArray<int>>? ArrayShapes = null)
{
    /// <summary>How many active sites to make room for, in a model that has them.</summary>
    public SitePlan Sites { get; init; } = new();

    /// <summary>Shapes as the file has them.</summary>
    public static FlattenOptions Default { get; } = new(ImmutableDictionary.Create<string, ImmutableArray<int>>(StringComparer.Ordinal));
}
