using System.Collections.Immutable;
using System.Numerics;

namespace NeuroChip.Compiler.Mapping;

/// <summary>Multicast keys of a slice: neuron i sends <c>Key + i</c>; the mask covers exactly the slice's block.</summary>
public readonly record struct KeyBlock(uint Key, uint Mask)
{
    /// <summary>Last key of the block.</summary>
    public uint Last => Key | ~Mask;
}

/// <summary>
/// Gives every slice a block of keys whose size is a power of two, the same for all slices of a population, one after the other from a
/// base aligned to the whole population: so neighbouring slices that go the same way merge into one table entry.
/// </summary>
internal static class KeyAllocator
{
    /// <summary>Blocks by slice, or null if <paramref name="bits"/> bits (at most 32) do not suffice.</summary>
    public static ImmutableArray<KeyBlock>? Allocate(Partition partition, int populations, int bits) =>
        Allocate(partition, populations, bits, alignPopulations: true) ?? Allocate(partition, populations, bits, alignPopulations: false);

    private static ImmutableArray<KeyBlock>? Allocate(Partition partition, int populations, int bits, bool alignPopulations)
    {
        var blocks = new KeyBlock[partition.Slices.Length];
        // Largest populations first: then alignment leaves no holes between them.
        var order = Enumerable.Range(0, populations)
            .Select(p => (Population: p, First: partition.FirstOf(new(p)), Count: partition.CountOf(new(p))))
            .Where(p => p.Count > 0)
            .Select(p => (p.Population, p.First, p.Count, Block: (ulong)BitOperations.RoundUpToPowerOf2((uint)Enumerable.Range(p.First, p.Count).Max(s => partition.Slices[s].Count))))
            .OrderByDescending(p => BitOperations.RoundUpToPowerOf2(p.Block * (ulong)p.Count)).ThenByDescending(p => p.Block).ThenBy(p => p.Population);
        ulong next = 0;
        foreach (var (_, first, count, block) in order)
        {
            var align = alignPopulations ? BitOperations.RoundUpToPowerOf2(block * (ulong)count) : block;
            next = (next + align - 1) & ~(align - 1);
            for (var s = 0; s < count; s++, next += block)
            {
                if (next + block > 1UL << bits) return null;
                blocks[first + s] = new((uint)next, ~(uint)(block - 1));
            }
        }
        return [.. blocks];
    }
}
