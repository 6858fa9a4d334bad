using NeuroChip.Ir.Graphs;

namespace NeuroChip.Compiler.Lowering;

/// <summary>
/// What a whole-numbered emission is worth to the framework: a neuron that rounds and then divides (<c>floor(clamp(4x, 0, 4) + 0.5) / 4</c>) sends counts here, and its
/// factor goes into the weights behind it; a user who compares the layer's output with the framework's needs it back.
/// </summary>
internal sealed class EmissionUnits(Graph graph, SharedValues values)
{
    /// <summary>The factor of the scaling that is all that becomes of a rounded value, within the same module of the framework; 1 otherwise.</summary>
    public double Of(int node)
    {
        if (graph.Nodes[node].Op is not ("Round" or "Floor" or "Ceil") || values.ReadersOf(node) is not [var user]) return 1;
        if (user.Op is not ("Mul" or "Div") || ModulePath.Of(user.Name, graph.Scopes) != ModulePath.Of(graph.Nodes[node].Name, graph.Scopes)) return 1;
        var other = user.Operands[0] == node ? user.Operands[1] : user.Operands[0];
        if (graph.Nodes[other] is not { Op: "Constant", Constant: { Length: 1 } factor } || (user.Op == "Div" && user.Operands[0] != node)) return 1;
        return user.Op == "Mul" ? factor.At(0) : 1 / factor.At(0);
    }
}
