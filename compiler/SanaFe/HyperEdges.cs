using NeuroChip.Ir.Ncir;
using NeuroChip.Ir.Ncir.AddressFunctions;
using NeuroChip.Ir.Pipelines;
using NeuroChip.Ir.Yaml;

namespace NeuroChip.Compiler.SanaFe;

/// <summary>
/// Edges from group to group: dense, sparse and conv2d. Dense ones and convolutions keep their weights once, as address functions; where synapses of one
/// hyperedge differ in delay, or two convolutions number a group's neurons differently, they become explicit edges.
/// </summary>
internal sealed class HyperEdges(GroupSection groups, EdgeSection edges, ExplicitEdges explicitEdges, FileProblems bag)
{
    private readonly List<(YamlNode Edge, int Source, int Target, HyperFields Fields)> prepared = [];

    /// <summary>Reads the fields of one and, of a convolution, how it numbers neurons.</summary>
    public void Prepare(YamlNode edge, int source, int target)
    {
        var fields = new HyperFields(edge, edges, bag);
        if (fields.Type is not ("dense" or "sparse" or "conv2d"))
        {
            bag.Add((edge.Field("type") ?? edge.Key).Error("NC1203", fields.Type.Length == 0 ? $"hyperedge '{edge.Name}' has no type" : $"hyperedges of type '{fields.Type}' are not known", "known: dense, sparse, conv2d"));
            return;
        }

        if (fields.Type == "conv2d")
        {
            if (!fields.ReadConvolution(groups.Groups[source], groups.Groups[target])) return;
            Number(groups.Groups[source], fields.Convolution!.Channels);
            Number(groups.Groups[target], fields.Convolution.OutChannels);
        }

        prepared.Add((edge, source, target, fields));
    }

    public void Build()
    {
        foreach (var (edge, source, target, fields) in prepared)
        {
            switch (fields.Type)
            {
                case "dense": Dense(edge, source, target, fields); break;
                case "conv2d": Convolution(edge, source, target, fields); break;
                default: Sparse(edge, source, target, fields); break;
            }
        }
    }

    /// <summary>The first convolution that cares decides; one of a single channel or pixel does not.</summary>
    private static void Number(ReadGroup group, int channels)
    {
        if (group.Channels == 1 && channels < group.Count) group.Channels = channels;
    }

    private static bool Numbers(ReadGroup group, int channels) => group.Channels == channels || (group.Channels == 1 && channels == group.Count);

    private void Dense(YamlNode edge, int source, int target, HyperFields fields)
    {
        var (from, to) = (groups.Groups[source], groups.Groups[target]);
        var map = new DenseMap(from.Count, to.Count);
        if (!fields.RequireWeights(map.Total, "one per pair of neurons")) return;
        if (Delay(target, fields, map.Total) is { } delay)
        {
            var weights = new double[map.RowCount];
            var (a, b) = (from.Group, to.Group);
            for (var s = 0; s < from.Count; s++)
            {
                var row = a.AddressOf(s) * to.Count;
                for (var t = 0; t < to.Count; t++) weights[row + (to.Channels == 1 ? t : b.AddressOf(t))] = fields.Weights![(s * to.Count) + t];
            }

            edges.Connections.Add(new(source, target, map, GroupConnection.Exact(weights), delay));
            return;
        }

        for (var s = 0; s < from.Count; s++)
            for (var t = 0; t < to.Count; t++) Explicit(source, s, target, t, fields, (s * to.Count) + t);
    }

    private void Convolution(YamlNode edge, int source, int target, HyperFields fields)
    {
        var map = fields.Convolution!;
        if (!fields.RequireWeights(map.RowCount, "one per tap, input channel and output channel")) return;
        var (from, to) = (groups.Groups[source], groups.Groups[target]);
        if (Numbers(from, map.Channels) && Numbers(to, map.OutChannels) && Delay(target, fields, map.RowCount) is { } delay)
        {
            edges.Connections.Add(new(source, target, map, GroupConnection.Exact(fields.Weights!.AsSpan(0, map.RowCount).ToArray()), delay));
            return;
        }

        var row = new List<Synapse>();
        for (var address = 0; address < map.SourceSize; address++)
        {
            row.Clear();
            map.Enumerate(address, row);
            foreach (var synapse in row) Explicit(source, NumberOf(address, map.Channels, from.Count), target, NumberOf(synapse.Target, map.OutChannels, to.Count), fields, synapse.Row);
        }
    }

    /// <summary>Channel-innermost address to the number of the neuron, channel by channel.</summary>
    private static int NumberOf(int address, int channels, int count) => (address % channels * (count / channels)) + (address / channels);

    private void Sparse(YamlNode edge, int source, int target, HyperFields fields)
    {
        if (edge.Kind == YamlKind.Scalar || fields.Pairs is not { } pairs)
        {
            bag.Add(edge.Key.Error("NC1203", $"sparse hyperedge '{edge.Name}' has no pairs", "write source_target_pairs: [[SOURCE, TARGET], ...]"));
            return;
        }

        if (!fields.RequireWeights(pairs.Count, "one per pair", exactly: true)) return;
        var (from, to, index) = (groups.Groups[source], groups.Groups[target], 0);
        foreach (var pair in pairs.Children)
        {
            var items = pair.Children;
            var (s, t) = (-1, -1);
            if (pair.Count != 2 || !items.MoveNext() || !items.Current.TryInteger(out s) || !items.MoveNext() || !items.Current.TryInteger(out t))
                bag.Add(pair.Error("NC1203", "a pair is [SOURCE, TARGET], both numbers of neurons"));
            else if (s < 0 || s >= from.Count || t < 0 || t >= to.Count)
                bag.Add(pair.Error("NC1208", $"[{s}, {t}] lies outside: '{from.Name}' has {from.Count} neurons and '{to.Name}' {to.Count}, numbered from 0"));
            else
                Explicit(source, s, target, t, fields, index);
            index++;
        }
    }

    private void Explicit(int source, int from, int target, int to, HyperFields fields, int index) =>
        explicitEdges.Add(source, from, target, to, fields.Weights![index], edges.DelayAt(groups.Groups[target].First + to, fields.Delays is { } d && index < d.Length ? d[index] : 0));

    /// <summary>The delay that all synapses share; null if they differ.</summary>
    private int? Delay(int target, HyperFields fields, long count)
    {
        if (fields.Delays is not { Length: > 0 } delays) return 0;
        var shared = delays[0];
        for (var i = 1; i < Math.Min(count, delays.Length); i++)
            if (delays[i] != shared) shared = -1;
        var group = groups.Groups[target];
        var first = edges.DelayAt(group.First, 1);
        for (var n = 1; n < group.Count; n++)
            if (edges.DelayAt(group.First + n, 1) != first) return null;
        if (first == 0) return 0;
        return shared < 0 ? null : shared;
    }
}
