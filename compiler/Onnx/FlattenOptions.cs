using System.Collections.Immutable;

namespace NeuroChip.Compiler.Onnx;

/// <summary>What the user decides about reading a model.</summary>
/// <param name="InputShapes">Full shape by input name, for inputs whose shape the file leaves open.</param>
public sealed record FlattenOptions(ImmutableDictionary<string, ImmutableArray<int>> InputShapes)
{
    /// <summary>Shapes as the file has them.</summary>
    public static FlattenOptions Default { get; } = new(ImmutableDictionary.Create<string, ImmutableArray<int>>(StringComparer.Ordinal));
}
