using System.Collections.Immutable;
using NeuroChip.Runtime;

namespace NeuroChip.Simulator.Noc;

/// <summary>Where a packet of one slice goes: as often as the slice sends, every one of these is used once.</summary>
/// <param name="Routers">Routers passed, that of the sender included.</param>
/// <param name="Links">Links between chips, in the order in which the walk met them.</param>
/// <param name="Cores">Cores it is delivered to, as ascending indices in the image.</param>
/// <param name="Hops">Links on the longest way.</param>
public sealed record MulticastTree(int Routers, ImmutableArray<LinkId> Links, ImmutableArray<int> Cores, int Hops)
{
    /// <summary>The routers of the tree, that of the sender first, every other behind the one it gets its packets from.</summary>
    public ImmutableArray<MulticastBranch> Branches { get; init; } = [];
}

/// <summary>One router of a tree.</summary>
/// <param name="X">Column of its chip.</param>
/// <param name="Y">Row of its chip.</param>
/// <param name="Arrival">Link the packet came by, 0 to 5 in its direction of travel; -1 at the sender.</param>
/// <param name="Links">Links it leaves by, bit l for link l.</param>
/// <param name="FirstChild">Index of the router behind the lowest of <paramref name="Links"/>; those behind the others follow.</param>
/// <param name="Cores">Cores it is delivered to here, as indices in the image.</param>
public readonly record struct MulticastBranch(int X, int Y, int Arrival, uint Links, int FirstChild, ImmutableArray<int> Cores);
