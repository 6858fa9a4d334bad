using System.Collections.Immutable;
using NeuroChip.Ir.Tensors;

namespace NeuroChip.Compiler.Onnx.Sparse;

/// <summary>
/// How many active sites a chip is to have room for. A model of a point cloud does not say it: it is taken from clouds like those that will come, with a margin, or is a
/// fixed number.
/// </summary>
public sealed record SitePlan
{
    /// <summary>
    /// Coordinates of the calibration clouds by name of the model's coordinates (<c>coors</c> where the file names none): int32 [N, 3] each, in the order of the grid's axes.
    /// Null: there are none.
    /// </summary>
    public Func<string, IReadOnlyList<Tensor>>? Clouds { get; init; }

    /// <summary>Room beyond the largest calibration cloud, as a fraction of it; at least 0.</summary>
    public double Margin { get; init; } = 0.25;

    /// <summary>Sites of the input, instead of the largest cloud and the margin; other tables then grow in proportion.</summary>
    public int? Sites { get; init; }

    /// <summary>Voxels of the input grid along its axes, where they differ from those of the file (which are often those of one traced cloud); empty: the file's.</summary>
    public ImmutableArray<int> Extent { get; init; } = [];
}
