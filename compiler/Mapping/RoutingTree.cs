using System.Collections.Immutable;

namespace NeuroChip.Compiler.Mapping;

/// <summary>What one chip does with the packets of a slice.</summary>
/// <param name="Chip">The chip.</param>
/// <param name="ArrivedBy">The link of the previous chip by which they come (the direction of travel), or -1 at the sender's own chip.</param>
/// <param name="Route">Route bits, see <see cref="Ir.Images.RoutingEntry"/>.</param>
public readonly record struct TreeNode(int Chip, int ArrivedBy, uint Route)
{
    /// <summary>Whether the router does the same without an entry: straight on to the opposite link, to no core.</summary>
    public bool IsDefaultRoute => ArrivedBy >= 0 && Route == 1u << ArrivedBy;
}

/// <summary>The way of one slice's packets: every chip at most once, the sender's first.</summary>
/// <param name="Slice">Index of the sending slice.</param>
/// <param name="Nodes">Chips; empty if nothing listens.</param>
public sealed record RoutingTree(int Slice, ImmutableArray<TreeNode> Nodes)
{
    /// <summary>Links that one packet crosses.</summary>
    public int Hops => Nodes.IsEmpty ? 0 : Nodes.Length - 1;
}
