using System.Collections.Immutable;
using NeuroChip.Runtime;

namespace NeuroChip.Simulator.Noc;

/// <summary>Where a packet of one slice goes: as often as the slice sends, every one of these is used once.</summary>
/// <param name="Routers">Routers passed, that of the sender included.</param>
/// <param name="Links">Links between chips, in the order in which the walk met them.</param>
/// <param name="Cores">Cores it is delivered to, as ascending indices in the image.</param>
/// <param name="Hops">Links on the longest way.</param>
public sealed record MulticastTree(int Routers, ImmutableArray<LinkId> Links, ImmutableArray<int> Cores, int Hops);
