using System.Collections.Immutable;
using NeuroChip.Ir.Images;
using NeuroChip.Ir.Ncir;

namespace NeuroChip.Compiler.Mapping;

/// <summary>Neurons of one population that share a core: addresses First to First + Count - 1, and the memory they take there.</summary>
/// <param name="Population">The population.</param>
/// <param name="First">First address.</param>
/// <param name="Count">Number of addresses.</param>
/// <param name="Memory">Memory of the core and of its share of the chip, by purpose.</param>
public sealed record Slice(PopulationId Population, int First, int Count, ImmutableArray<MemoryUse> Memory)
{
    /// <summary>Last address.</summary>
    public int Last => First + Count - 1;

    /// <summary>Bytes of all purposes in one memory.</summary>
    public long Bytes(string memory)
    {
        long sum = 0;
        foreach (var use in Memory)
            if (use.Memory == memory) sum += use.Bytes;
        return sum;
    }
}

/// <summary>All slices, ordered by (population, first address): the slices of a population lie together and cover it.</summary>
public sealed class Partition
{
    private readonly int[] firstSlice;

    /// <summary>Takes the slices in their order.</summary>
    public Partition(ImmutableArray<Slice> slices, int populations)
    {
        Slices = slices;
        firstSlice = new int[populations + 1];
        foreach (var slice in slices) firstSlice[slice.Population.Index + 1]++;
        for (var p = 0; p < populations; p++) firstSlice[p + 1] += firstSlice[p];
    }

    /// <summary>The slices; the index is the number of the core in use.</summary>
    public ImmutableArray<Slice> Slices { get; }

    /// <summary>Index of the first slice of a population.</summary>
    public int FirstOf(PopulationId population) => firstSlice[population.Index];

    /// <summary>Number of slices of a population.</summary>
    public int CountOf(PopulationId population) => firstSlice[population.Index + 1] - firstSlice[population.Index];

    /// <summary>Index of the slice that holds an address of a population.</summary>
    public int IndexOf(PopulationId population, int address)
    {
        var (low, high) = (firstSlice[population.Index], firstSlice[population.Index + 1] - 1);
        while (low < high)
        {
            var middle = (low + high + 1) / 2;
            if (Slices[middle].First <= address) low = middle;
            else high = middle - 1;
        }
        return low;
    }
}
