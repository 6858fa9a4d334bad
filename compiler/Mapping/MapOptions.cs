using System.Collections.Immutable;

namespace NeuroChip.Compiler.Mapping;

/// <summary>How to map.</summary>
/// <param name="Seed">Seed of everything random.</param>
/// <param name="Placer">A name of <see cref="MappingPipeline.Placers"/>.</param>
/// <param name="Router">A name of <see cref="MappingPipeline.Routers"/>.</param>
/// <param name="Threads">Threads at most; the result is the same for any number.</param>
/// <param name="MemoryBytes">Memory the mapper may take on this machine; null: what is free.</param>
public sealed record MapOptions(int Seed = 1, string Placer = "annealing", string Router = "ner", int Threads = 1, long? MemoryBytes = null)
{
    /// <summary>
    /// Projections whose rows are payloads run on ordinary cores: on tiles for sparse additions, or in the software of a many-core chip's cores. Otherwise
    /// only tiles made for attention do them.
    /// </summary>
    public bool OrdinaryAttention { get; init; }
}

/// <summary>What a mapping will take on the machine that makes it, estimated before it starts.</summary>
/// <param name="Slices">Slices at least.</param>
/// <param name="Edges">Connections between slices at most.</param>
/// <param name="Bytes">Bytes at most.</param>
public readonly record struct MappingPlan(long Slices, long Edges, long Bytes);

/// <summary>A step of mapping that begins.</summary>
/// <param name="Stage">What is done, e.g. "place".</param>
/// <param name="Index">Number of the step, from 0.</param>
/// <param name="Count">Number of steps.</param>
public readonly record struct MappingProgress(string Stage, int Index, int Count);

/// <summary>The mapper made a mapping that its checker refuses: a bug of ours, not of the user's input (exit code 2).</summary>
public sealed class MappingCheckException(ImmutableArray<Ir.Diagnostics.Diagnostic> findings)
    : Exception("the mapping is wrong; this is a bug in NeuroChip\n" + string.Join('\n', findings.Select(f => f.ToString())))
{
    /// <summary>What is wrong.</summary>
    public ImmutableArray<Ir.Diagnostics.Diagnostic> Findings { get; } = findings;
}
