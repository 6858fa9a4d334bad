using System.Runtime.InteropServices;
using NeuroChip.Ir.Ncir.AddressFunctions;
using NeuroChip.Ir.Pipelines;

namespace NeuroChip.Compiler.SanaFe;

/// <summary>
/// Edges from neuron to neuron, collected by the two groups and the delay and then compressed by source. Edges between the same two neurons are several
/// synapses: each but the first goes to a further table, since a table holds a target once per source.
/// </summary>
internal sealed class ExplicitEdges
{
    private readonly Dictionary<(int Source, int Target, int Delay), (List<int> From, List<int> To, List<double> Weight)> byGroups = [];

    public void Add(int source, int from, int target, int to, double weight, int delay)
    {
        if (!byGroups.TryGetValue((source, target, delay), out var edges)) byGroups[(source, target, delay)] = edges = ([], [], []);
        edges.From.Add(from);
        edges.To.Add(to);
        edges.Weight.Add(weight);
    }

    public IEnumerable<GroupConnection> Build(ReadGroup[] groups)
    {
        foreach (var ((source, target, delay), (from, to, weight)) in byGroups)
        {
            var (a, b) = (groups[source].Group, groups[target].Group);
            var keys = new long[from.Count];
            for (var i = 0; i < keys.Length; i++) keys[i] = ((long)a.AddressOf(from[i]) << 32) | (uint)b.AddressOf(to[i]);

            // Sorting by place too keeps edges between the same two neurons in the order of the file.
            var order = Enumerable.Range(0, keys.Length).ToArray();
            Array.Sort(order, (x, y) => keys[x] != keys[y] ? keys[x].CompareTo(keys[y]) : x.CompareTo(y));
            for (var rest = order; rest.Length > 0;)
            {
                var (once, again) = Split(keys, rest);
                yield return new(source, target, Compress(once, keys, a.Count, b.Count), GroupConnection.Exact([.. once.Select(i => weight[i])]), delay);
                rest = again;
            }
        }
    }

    private static (int[] Once, int[] Again) Split(long[] keys, int[] order)
    {
        List<int> once = new(order.Length), again = [];
        for (var i = 0; i < order.Length; i++) (i > 0 && keys[order[i]] == keys[order[i - 1]] ? again : once).Add(order[i]);
        return ([.. once], [.. again]);
    }

    private static CsrMap Compress(int[] order, long[] keys, int sources, int targets)
    {
        var offsets = new int[sources + 1];
        var targetOf = new int[order.Length];
        for (var i = 0; i < order.Length; i++)
        {
            offsets[(int)(keys[order[i]] >> 32) + 1]++;
            targetOf[i] = (int)(uint)keys[order[i]];
        }

        for (var a = 0; a < sources; a++) offsets[a + 1] += offsets[a];
        return new(ImmutableCollectionsMarshal.AsImmutableArray(offsets), ImmutableCollectionsMarshal.AsImmutableArray(targetOf), targets);
    }
}
