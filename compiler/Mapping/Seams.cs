using System.Collections.Immutable;
using NeuroChip.HwModels;
using NeuroChip.Ir.Ncir;

namespace NeuroChip.Compiler.Mapping;

/// <summary>Cuts populations into slices, one per core. A pure function of its arguments.</summary>
public interface IPartitioner
{
    /// <summary>Name on the command line.</summary>
    string Name { get; }

    /// <summary>The slices of a module whose physical delays the chip can hold.</summary>
    /// <exception cref="Ir.Diagnostics.DiagnosticException">It does not fit.</exception>
    Partition Partition(Module module, ManyCoreChip chip, int seed);
}

/// <summary>Where each slice sits, by slice index.</summary>
/// <param name="ChipOf">Number of the chip in the <see cref="Machine"/>.</param>
/// <param name="CoreOf">Core on that chip, from 1.</param>
public sealed record Placement(ImmutableArray<int> ChipOf, ImmutableArray<int> CoreOf);

/// <summary>What a placer works on.</summary>
/// <param name="Machine">Chips and their neighbourhood.</param>
/// <param name="Traffic">Which slice sends to which, and how much.</param>
/// <param name="SharedBytes">Per slice, bytes of the memory that the cores of a chip share.</param>
/// <param name="SharedBytesPerChip">How much of it a chip has for applications.</param>
public sealed record PlacementProblem(Machine Machine, TrafficGraph Traffic, ImmutableArray<long> SharedBytes, long SharedBytesPerChip);

/// <summary>Puts slices on cores. A pure function of its arguments.</summary>
public interface IPlacer
{
    /// <summary>Name on the command line.</summary>
    string Name { get; }

    /// <summary>A place for every slice, or null if this placer finds none.</summary>
    Placement? Place(PlacementProblem problem, int seed);
}

/// <summary>What a router works on.</summary>
/// <param name="Machine">Chips and their links.</param>
/// <param name="Traffic">Which slice sends to which.</param>
/// <param name="Placement">Where the slices sit.</param>
public sealed record RoutingProblem(Machine Machine, TrafficGraph Traffic, Placement Placement);

/// <summary>Finds the multicast tree of a slice. A pure function of its arguments, safe to call from several threads.</summary>
public interface IRouter
{
    /// <summary>Name on the command line.</summary>
    string Name { get; }

    /// <summary>The tree of a slice's packets.</summary>
    /// <exception cref="Ir.Diagnostics.DiagnosticException">A target cannot be reached.</exception>
    RoutingTree Route(RoutingProblem problem, int slice, int seed);
}
