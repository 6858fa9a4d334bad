using NeuroChip.Compiler.Onnx;
using NeuroChip.Compiler.Onnx.Sparse;
using NeuroChip.Ir.Graphs;
using NeuroChip.Ir.Ncir.AddressFunctions;
using NeuroChip.Ir.Ncir.Sites;
using NeuroChip.Ir.Tensors;

namespace NeuroChip.Compiler.Lowering;

/// <summary>Convolutions between active sites, and from them into dense tensors.</summary>
public sealed partial class GraphLowering
{
    private LinearForm AtSites(GraphNode n, int[] shape)
    {
        var operand = Form(n.Operands[0]);
        // What a constant becomes depends on which neighbours a site has; where no site is it does not exist. So a population at the sites sends it.
        if (operand.Bias is not null) operand = Relay(operand, NameOf(n.Name));
        var bias = n.Operands.Length > 2 ? Repeated.Broadcast(graph.Nodes[n.Operands[2]].Constant!, shape) : null;
        return Through(operand, Mapping(n), bias, n, 0, shape);
    }

    private SiteMapping Mapping(GraphNode n)
    {
        var attributes = new OnnxAttributes(n.Attributes);
        var features = graph.Nodes[n.Operands[0]].Shape;
        if (n.Op == SiteOperators.Scatter)
        {
            var s = Array.ConvertAll(attributes.Ints("strides", []), v => (int)v);
            return new(new ScatterMap(new((int)attributes.Int("from", 0)), features[0], features[1], Tensor.Count(n.Shape.AsSpan()), s[0], s[1], s[2], s[3]), Floats.One) { SourceTokens = true };
        }

        var map = SiteOperators.ConvolutionOf(attributes, features[0], features[1], n.Shape[1]);
        var weights = graph.Nodes[n.Operands[1]].Constant!.ToFloats();
        var rows = new float[weights.Length];
        // From [outputs, taps, inputs of a group] to rows by tap, input channel and output of its group.
        var taps = map.Window.Taps;
        for (var oc = 0; oc < map.OutChannels; oc++)
        {
            var first = oc / map.GroupOutputs * map.GroupInputs;
            for (var k = 0; k < taps; k++)
            {
                for (var c = 0; c < map.GroupInputs; c++)
                    rows[(((k * map.Channels) + first + c) * map.GroupOutputs) + (oc % map.GroupOutputs)] = weights[(((oc * taps) + k) * map.GroupInputs) + c];
            }
        }

        return new(map, rows) { SourceTokens = true, TargetTokens = true };
    }
}
