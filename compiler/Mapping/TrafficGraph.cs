using System.Collections.Immutable;
using NeuroChip.Ir.Ncir;

namespace NeuroChip.Compiler.Mapping;

/// <summary>
/// Which slices listen to which: slice s is heard by the slices <c>Targets[Offsets[s]..Offsets[s+1]]</c> (ascending), exactly those that
/// have at least one synapse from it, or one that adds its payloads as rows.
/// </summary>
public sealed class TrafficGraph
{
    /// <summary>
    /// Expected packets of 100 neurons in a step. Before a run nothing is known about activity, so spiking populations count with the 10 %
    /// that trained networks commonly show, and analog ones with every neuron in every step. Only ratios matter to the placer.
    /// </summary>
    private const int SpikingPercent = 10, AnalogPercent = 100;

    /// <summary>Takes the graph as arrays.</summary>
    public TrafficGraph(ImmutableArray<int> offsets, ImmutableArray<int> targets, ImmutableArray<long> packets)
    {
        (Offsets, Targets, Packets) = (offsets, targets, packets);
    }

    /// <summary>Start of a slice's targets; one more than there are slices.</summary>
    public ImmutableArray<int> Offsets { get; }

    /// <summary>Listening slices.</summary>
    public ImmutableArray<int> Targets { get; }

    /// <summary>Per slice, packets expected in 100 steps.</summary>
    public ImmutableArray<long> Packets { get; }

    /// <summary>Number of slices.</summary>
    public int Count => Offsets.Length - 1;

    /// <summary>The slices that listen to a slice, ascending.</summary>
    public ReadOnlySpan<int> TargetsOf(int slice) => Targets.AsSpan(Offsets[slice], Offsets[slice + 1] - Offsets[slice]);

    /// <summary>Derives the graph from the address functions.</summary>
    public static TrafficGraph Build(Module module, Partition partition, int threads)
    {
        var bySource = module.Projections.ToLookup(p => p.Source);
        var ofRows = PayloadRowReach.Of(module, partition);
        var lists = new int[partition.Slices.Length][];
        Parallel.For(0, lists.Length, new ParallelOptions { MaxDegreeOfParallelism = threads }, () => new HashSet<int>(), (s, _, reached) =>
        {
            var slice = partition.Slices[s];
            reached.Clear();
            foreach (var projection in bySource[slice.Population])
            {
                SliceReach.Ranges(projection.Map, slice.First, slice.Count, (first, last) =>
                {
                    var index = partition.IndexOf(projection.Target, first);
                    do reached.Add(index++);
                    while (index < partition.Slices.Length && partition.Slices[index].Population == projection.Target && partition.Slices[index].First <= last);
                });
            }
            foreach (var listener in ofRows[s]) reached.Add(listener);
            var list = reached.ToArray();
            Array.Sort(list);
            lists[s] = list;
            return reached;
        }, _ => { });

        var offsets = ImmutableArray.CreateBuilder<int>(lists.Length + 1);
        var targets = ImmutableArray.CreateBuilder<int>(lists.Sum(l => l.Length));
        var packets = ImmutableArray.CreateBuilder<long>(lists.Length);
        offsets.Add(0);
        for (var s = 0; s < lists.Length; s++)
        {
            targets.AddRange(lists[s]);
            offsets.Add(targets.Count);
            var slice = partition.Slices[s];
            packets.Add((long)slice.Count * (module[slice.Population].Domain == SpikeDomain.Real ? AnalogPercent : SpikingPercent));
        }
        return new(offsets.MoveToImmutable(), targets.MoveToImmutable(), packets.MoveToImmutable());
    }
}
