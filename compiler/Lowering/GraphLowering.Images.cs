using NeuroChip.Ir.Graphs;

namespace NeuroChip.Compiler.Lowering;

/// <summary>Padded images and slices assigned.</summary>
public sealed partial class GraphLowering
{
    /// <summary>Whether only windows look at a value, directly or with slices of it assigned: then a pad can be a part of them.</summary>
    private bool FeedsWindows(int node)
    {
        var readers = shared.ReadersOf(node);
        return readers.Count > 0 && readers.All(r => r.Op switch
        {
            "Conv" or "AveragePool" => r.Operands[0] == node,
            "ScatterND" => r.Operands[0] == node && FeedsWindows(r.Id),
            _ => false,
        });
    }

    /// <summary>An image padded with zero: linear parts behind synapses are sent first, so that the pad can join the window behind it.</summary>
    private LinearForm Padded(GraphNode n, PoolingMap pad, int[] shape)
    {
        var operand = Form(n.Operands[0]);
        if (operand.Terms.Count > 2 || operand.Terms.Any(t => t.Map is not ElementMap)) operand = LinearRelay(operand, NameOf(n.Name));
        return Through(operand, pad, null, n, 0, shape);
    }

    /// <summary>What a pad is filled with, where it is not zero, on top of a constant that was moved.</summary>
    private static Repeated Filled(LinearMap map, Repeated? constant, float fill)
    {
        // Elements that ones do not reach are the padding.
        var reached = LinearConstants.Through(map, 1f);
        return Repeated.Zip(constant ?? Repeated.Zero, reached, (value, covered) => covered == 0 ? fill : value);
    }

    /// <summary>
    /// Slices assigned at constant places. Written elements take nothing of what was there before; what is written is a constant, as the border
    /// that a re-parameterised block pads with, or another value.
    /// </summary>
    private LinearForm? Assigned(GraphNode n, int[] shape)
    {
        // Four borders are four assignments, one into the result of the other: constants that nobody reads in between are assigned together.
        var chain = new List<(int[] Written, LinearForm Updates)>();
        var under = n;
        while (true)
        {
            if (Rearrangements.Written(graph, under) is not { } places) return null;
            chain.Add((places, Form(under.Operands[2])));
            if (graph.Nodes[under.Operands[0]] is not { Op: "ScatterND" } before || shared.ReadersOf(before.Id).Count > 1 || shared.IsShared(before)) break;
            if (chain[^1].Updates.Terms.Count > 0 || graph.Nodes[before.Operands[2]].Op != "Constant") break;
            under = before;
        }
        chain.Reverse();
        var data = Form(under.Operands[0]);
        var (written, updates) = chain[0];
        if (updates.Terms.Count > 0 && written.Distinct().Count() != written.Length) return null;
        var size = data.Size;
        var keep = new int[size];
        for (var i = 0; i < size; i++) keep[i] = i;
        foreach (var (places, _) in chain)
            foreach (var w in places) keep[w] = -1;
        var kept = Masked(data, keep, n);
        Repeated? bias = null;
        if (data.Bias is not null || chain.Any(c => c.Updates.Bias is not null))
        {
            var values = new float[size];
            if (data.Bias is { } before)
                for (var i = 0; i < size; i++) values[i] = before[i];
            foreach (var (places, constants) in chain)
                for (var u = 0; u < places.Length; u++) values[places[u]] = constants.Bias?[u] ?? 0;
            bias = Even(values, shape, keep);
        }
        var result = new LinearForm(shape, kept.Terms, IsZero(bias) ? null : bias);
        return updates.Terms.Count == 0 ? result : result.Plus(Through(updates with { Bias = null }, new IndexMap(written, size, Floats.One), null, n, 2, shape));
    }

    /// <summary>
    /// A border that is what surrounds it, but for the rounding of a normalisation folded by someone else (its image of zero is computed apart from the
    /// bias it was folded into), is that.
    /// </summary>
    private static float[] Even(float[] values, int[] shape, int[] keep)
    {
        if (shape.Length < 3 || shape[0] != 1) return values;
        var pixels = values.Length / shape[1];
        var tolerance = 4e-6f * values.Max(Math.Abs);
        var even = (float[])values.Clone();
        for (var c = 0; c < shape[1]; c++)
        {
            var inside = Array.FindIndex(keep, c * pixels, pixels, k => k >= 0);
            if (inside < 0) return values;
            for (var i = c * pixels; i < (c + 1) * pixels; i++)
            {
                if (Math.Abs(values[i] - values[inside]) > tolerance) return values;
                even[i] = values[inside];
            }
        }
        return even;
    }

    /// <summary>A form without bias of which only some elements are left; one that is zero at the others anyway is left as it is.</summary>
    private LinearForm Masked(LinearForm form, int[] keep, GraphNode n)
    {
        form = form with { Bias = null };
        if (form.Terms.All(t => t.Map is PoolingMap { IsSelection: true } pad && LinearConstants.IsZeroBeside(pad, keep))) return form;
        return Through(form, new IndexMap(keep, keep.Length, Floats.One), null, n, 0, form.Shape);
    }
}
