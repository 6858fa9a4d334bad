using System.Collections.Immutable;
using NeuroChip.Ir.Graphs;
using NeuroChip.Ir.Ncir;
using NeuroChip.Ir.Ncir.AddressFunctions;
using NeuroChip.Ir.Ncir.Sites;
using NeuroChip.Ir.Neurons;
using NeuroChip.Ir.Tensors;

namespace NeuroChip.Compiler.Lowering;

/// <summary>A readout while the module is being made; parameters of the program are in the framework's order.</summary>
internal sealed record ReadoutDraft(GraphOutput Output, ImmutableArray<Signal> Signals, ElementwiseProgram Program);

/// <summary>Makes the module out of drafts: orders populations, decides layouts, and puts weights and parameters into address order.</summary>
internal sealed class ModuleBuilder(Graph graph, List<PopulationDraft> drafts)
{
    private readonly Dictionary<float[], Tensor> shared = new(ReferenceEqualityComparer.Instance as IEqualityComparer<float[]>);
    private Layout[] layouts = [];

    public Module Build(ImmutableArray<ReadoutDraft> readouts)
    {
        PlaceAtSites();
        layouts = [.. drafts.Select(d => d.Image is { } image ? new Layout([.. image], true) : new Layout([.. d.Shape], false))];
        // Element-wise neighbours of an image keep its layout, so that identity stays identity.
        for (var changed = true; changed;)
        {
            changed = false;
            foreach (var draft in drafts)
                foreach (var projection in draft.Incoming)
                    if (projection.Map is ElementMap) changed |= Adopt(draft.Id, projection.Source) || Adopt(projection.Source, draft.Id);
        }
        var order = Topological();
        var idOf = new int[drafts.Count];
        for (var i = 0; i < order.Count; i++) idOf[order[i]] = i;

        var populations = order.Select((d, i) => Population(drafts[d], i)).ToImmutableArray();
        var names = new HashSet<string>(StringComparer.Ordinal);
        var projections = ImmutableArray.CreateBuilder<Projection>();
        foreach (var d in order)
        {
            var target = drafts[d];
            foreach (var p in target.Incoming)
            {
                var (map, rows) = p.Map is ContractionMap product ? (Strided(product, p, d), Projection.NoRows) : Address(p.Map, layouts[p.Source], layouts[d]);
                var name = $"{drafts[p.Source].Name}->{target.Name}";
                for (var n = 2; !names.Add(name); n++) name = $"{drafts[p.Source].Name}->{target.Name}#{n}";
                var kind = Projection.KindOf(drafts[p.Source].Domain, p.Rows is { } from ? drafts[from].Domain : null);
                projections.Add(new(name, new(idOf[p.Source]), new(idOf[d]), p.Port, map, rows, p.Delay, kind, p.Reduction) { RowsFrom = p.Rows is { } of ? new(idOf[of]) : null });
            }
        }
        var outputs = readouts.Select(r => Readout(r, idOf));
        return new(graph.Name, Arithmetic.Float32, graph.Steps, 1, populations, projections.ToImmutable(), [.. outputs]) { Sites = graph.Sites };
    }

    /// <summary>
    /// Sites spread from inputs and functions over sites to whatever they feed: every other operator works on each site alone, which was made sure of when the model was read.
    /// </summary>
    private void PlaceAtSites()
    {
        for (var changed = !graph.Sites.IsEmpty; changed;)
        {
            changed = false;
            foreach (var draft in drafts.Where(d => d.Sites is null))
            {
                draft.Sites = draft.Incoming.Select(p => p.Map is SiteMapping m ? m.Function.To : drafts[p.Source].Sites).FirstOrDefault(s => s is not null);
                changed |= draft.Sites is not null;
            }
        }
    }

    private bool Adopt(int draft, int from)
    {
        if (drafts[draft].InOrder || layouts[draft].ChannelLast || !layouts[from].ChannelLast || drafts[draft].Size != drafts[from].Size) return false;
        layouts[draft] = layouts[from];
        return true;
    }

    /// <summary>Sources before targets along projections without delay; first come first where free.</summary>
    private List<int> Topological()
    {
        var order = new List<int>();
        var placed = new bool[drafts.Count];
        var open = new bool[drafts.Count];
        for (var d = 0; d < drafts.Count; d++) Visit(d);
        return order;

        void Visit(int d)
        {
            if (placed[d] || open[d]) return;
            open[d] = true;
            foreach (var p in drafts[d].Incoming)
            {
                if (p.Delay == 0) Visit(p.Source);
                if (p.Rows is { } rows) Visit(rows);
            }

            placed[d] = true;
            order.Add(d);
        }
    }

    private Population Population(PopulationDraft draft, int id)
    {
        var layout = layouts[draft.Id];
        var bias = draft.Bias.Select(b => b is null || b.Is(0) ? null : ToTensor(InAddressOrder(b, layout, draft.Size)));
        return new(new(id), draft.Name, layout, InAddressOrder(draft.Neuron, layout, draft.Size), draft.Domain, [.. bias], 0) { Unit = draft.Unit, Sites = draft.Sites };
    }

    private Readout Readout(ReadoutDraft draft, int[] idOf)
    {
        var layout = layouts[draft.Signals[0].Population.Index];
        var size = layout.Size;
        var program = draft.Program with { Parameters = [.. draft.Program.Parameters.Select(p => InAddressOrder(p, layout, size))] };
        var o = draft.Output;
        return new(o.Name, [.. draft.Signals.Select(s => s with { Population = new(idOf[s.Population.Index]) })], [.. draft.Signals.Select(_ => (Tensor?)null)], program, o.Time, o.TimeAxis, o.FrameworkShape);
    }

    private static Neuron InAddressOrder(Neuron neuron, Layout layout, int size)
    {
        Parameter P(Parameter p) => InAddressOrder(p, layout, size);
        ImmutableArray<Parameter> All(ImmutableArray<Parameter> list) => [.. list.Select(P)];
        return neuron switch
        {
            LifNeuron n => n with { Decay = P(n.Decay), Offset = P(n.Offset), FiredDecay = P(n.FiredDecay), FiredOffset = P(n.FiredOffset), Gain = P(n.Gain), Threshold = P(n.Threshold), Start = P(n.Start) },
            AffineNeuron n => n with
            {
                Decay = All(n.Decay),
                Offset = All(n.Offset),
                FiredDecay = All(n.FiredDecay),
                FiredOffset = All(n.FiredOffset),
                Gain = All(n.Gain),
                Watch = All(n.Watch),
                Threshold = P(n.Threshold),
                Start = All(n.Start),
            },
            ArithmeticNeuron n => n with { Program = n.Program with { Parameters = All(n.Program.Parameters) }, Start = All(n.Start), Units = All(n.Units) },
            RelayNeuron n => n with { Gain = P(n.Gain) },
            _ => neuron,
        };
    }

    private static Parameter InAddressOrder(Parameter parameter, Layout layout, int size)
    {
        if (parameter.Length != size || size == 1) return parameter;
        var values = new double[size];
        for (var a = 0; a < size; a++) values[a] = parameter.Values[layout.IndexOf(a)];
        return new([.. Shortest(values, layout.Channels)]);
    }

    private static float[] InAddressOrder(Repeated values, Layout layout, int size)
    {
        if (values.IsUniform) return values.Cycle;
        if (values.PerChannel(layout.Channels, size / layout.Channels, !layout.ChannelLast) is { } perChannel) return perChannel;
        var result = new float[size];
        for (var a = 0; a < size; a++) result[a] = values[layout.IndexOf(a)];
        return Shortest(result, layout.Channels);
    }

    /// <summary>One period of values that repeat per channel, or the one value.</summary>
    private static T[] Shortest<T>(T[] values, int channels) where T : IEquatable<T>
    {
        if (Array.TrueForAll(values, v => v.Equals(values[0]))) return [values[0]];
        if (channels >= values.Length || values.Length % channels != 0) return values;
        for (var i = channels; i < values.Length; i++)
            if (!values[i].Equals(values[i - channels])) return values;
        return values[..channels];
    }

    private Tensor ToTensor(float[] values) => Tensor.Of([values.Length], values);

    private (AddressFunction Map, Tensor Rows) Address(LinearMap map, Layout source, Layout target)
    {
        switch (map)
        {
            case ElementMap m when source.Equals(target) || (!source.ChannelLast && !target.ChannelLast):
                var factors = InAddressOrder(m.Factor, target, m.Size);
                return (new IdentityMap(m.Size, factors.Length), ToTensor(factors));
            case ElementMap m:
                return Permutation([.. Enumerable.Range(0, m.Size)], m.Size, m.Factor, source, target);
            case IndexMap m:
                return Permutation(m.TargetOf, m.Count, m.Factor, source, target);
            case MatrixMap m:
                return Dense(m, source, target);
            case ConvolutionMap m:
                return Convolution(m);
            case PoolingMap m:
                return (new PoolMap(m.Y, m.X, m.Channels, m.Factor.Length > 1), ToTensor(m.Factor));
            case SiteMapping { Function: ScatterMap m } scatter:
                return (m with { StrideZ = Step(m.StrideZ), StrideY = Step(m.StrideY), StrideX = Step(m.StrideX), StrideC = Step(m.StrideC) }, ToTensor(scatter.Weights));
            case SiteMapping { Function: SiteConvMap m } conv:
                return (m, Tensor.Of([m.Window.Z.Kernel, m.Window.Y.Kernel, m.Window.X.Kernel, m.Channels, m.GroupOutputs], conv.Weights));
            case ExplicitMap m:
                return Explicit(m, source, target);
            default:
                throw new InvalidOperationException(map.GetType().Name);
        }

        // A step along an axis stays one in another order of axes.
        int Step(int elements) => elements == 0 ? 0 : target.AddressOf(elements);
    }

    /// <summary>A product over the addresses of its three populations.</summary>
    private StridedMap Strided(ContractionMap product, ProjectionDraft projection, int target)
    {
        var (source, rows, result) = (layouts[projection.Source], layouts[projection.Rows!.Value], layouts[target]);
        var moved = product.Moved(ContractionSide.Source, source.Size, source.AddressOf)?.Moved(ContractionSide.Row, rows.Size, rows.AddressOf)?.Moved(ContractionSide.Target, result.Size, result.AddressOf);
        var map = moved?.Simplified();
        // Layouts only exchange the order of axes, and an axis that crosses them was split: this cannot fail for a product of tensors.
        return map is not null && map.Fault() is null ? map : throw new InvalidOperationException($"'{projection.Name}': {map?.Fault() ?? "its addresses are no sums of strides"}");
    }

    private (AddressFunction, Tensor) Permutation(int[] targetOf, int targets, float[] factor, Layout source, Layout target)
    {
        var moved = new int[targetOf.Length];
        for (var a = 0; a < moved.Length; a++)
        {
            var t = targetOf[source.IndexOf(a)];
            moved[a] = t < 0 ? -1 : target.AddressOf(t);
        }
        var rows = InAddressOrder(factor, target, targets);
        // An image and its tokens lie in the same order where the image's channels are innermost.
        if (moved.Length == targets && IsIdentity(moved)) return (new IdentityMap(targets, rows.Length), ToTensor(rows));
        return (new PermutationMap([.. moved], targets, rows.Length), ToTensor(rows));
    }

    private static bool IsIdentity(int[] moved)
    {
        for (var a = 0; a < moved.Length; a++)
            if (moved[a] != a) return false;
        return true;
    }

    private (AddressFunction, Tensor) Dense(MatrixMap m, Layout source, Layout target)
    {
        var rows = m.Weights;
        if (source.ChannelLast || target.ChannelLast)
        {
            rows = new float[m.Weights.Length];
            for (var a = 0; a < m.Rows; a++)
            {
                var from = source.IndexOf(a) * m.Columns;
                for (var t = 0; t < m.Columns; t++) rows[(a * m.Columns) + t] = m.Weights[from + target.IndexOf(t)];
            }
        }
        return (new DenseMap(m.Rows, m.Columns), Share(m.Weights, rows, [m.Rows, m.Columns]));
    }

    private static (AddressFunction, Tensor) Explicit(ExplicitMap m, Layout source, Layout target)
    {
        var lists = new List<(int, float)>?[m.Sources];
        for (var a = 0; a < lists.Length; a++)
        {
            var s = source.IndexOf(a);
            lists[a] = [];
            for (var k = m.Offsets[s]; k < m.Offsets[s + 1]; k++) lists[a]!.Add((target.AddressOf(m.TargetOf[k]), m.Weights[k]));
        }
        var moved = LinearAlgebra.FromLists(lists, m.Targets);
        return (new CsrMap([.. moved.Offsets], [.. moved.TargetOf], m.Targets), Tensor.Of([moved.Weights.Length], moved.Weights));
    }

    private (AddressFunction, Tensor) Convolution(ConvolutionMap m)
    {
        int taps = m.Y.Kernel * m.X.Kernel, inputs = m.Channels / m.Groups, outputs = m.OutChannels / m.Groups;
        if (!shared.TryGetValue(m.Weights, out var rows))
        {
            var values = new float[m.Weights.Length];
            for (var c = 0; c < m.Channels; c++)
            {
                for (var oc = 0; oc < outputs; oc++)
                {
                    var from = m.Transposed ? (c * outputs) + oc : ((((c / inputs * outputs) + oc) * inputs) + (c % inputs));
                    for (var k = 0; k < taps; k++) values[(((k * m.Channels) + c) * outputs) + oc] = m.Weights[(from * taps) + k];
                }
            }
            rows = Tensor.Of([m.Y.Kernel, m.X.Kernel, m.Channels, outputs], values);
            shared.Add(m.Weights, rows);
        }
        return (m.Transposed ? new TransposedConvMap(m.Y, m.X, m.Channels, m.OutChannels, m.Groups) : new ConvMap(m.Y, m.X, m.Channels, m.OutChannels, m.Groups), rows);
    }

    private Tensor Share(float[] key, float[] rows, ImmutableArray<int> shape)
    {
        if (!ReferenceEquals(key, rows)) return Tensor.Of(shape, rows);
        if (!shared.TryGetValue(key, out var tensor)) shared.Add(key, tensor = Tensor.Of(shape, rows));
        return tensor;
    }
}
