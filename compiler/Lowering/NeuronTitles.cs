using NeuroChip.Ir.Graphs;
using NeuroChip.Ir.Neurons;

namespace NeuroChip.Compiler.Lowering;

/// <summary>The field's names for what was recognised.</summary>
internal static class NeuronTitles
{
    public static string Of(LifNeuron lif, bool hasState)
    {
        if (!hasState) return "threshold unit";
        var kind = lif.Decay.Is(1) ? "IF"
            : lif.Decay.Values.Length > 1 ? "PLIF, decay per channel"
            : Math.Abs(lif.Decay.At(0) + lif.Gain.At(0) - 1) < 1e-6 ? $"LIF, tau {1 / lif.Gain.At(0):G6}, decayed input"
            : lif.Decay.Is(0) ? "threshold unit" : $"LIF, decay {lif.Decay.At(0):G6}";
        var reset = lif.FiredDecay.Equals(lif.Decay) && lif.FiredOffset.Equals(lif.Offset) ? "no reset"
            : lif.FiredDecay.Is(0) ? HardReset(lif)
            : lif.FiredDecay.Equals(lif.Decay) ? "soft reset" : "scaled reset";
        return $"{kind}, threshold {Shown(lif.Threshold)}{(lif.Strict ? " (>)" : "")}, {reset}";
    }

    public static string Of(AffineNeuron affine)
    {
        var n = affine.States;
        if (!affine.Spiking) return n == 1 ? $"leaky integrator, decay {Shown(affine.Decay[0])}" : $"leaky integrator, {n} states";
        var adaptive = affine.Watch.Count(w => !w.Is(0)) > 1;
        var current = n > 1 && !adaptive;
        var kind = adaptive ? "adaptive-threshold LIF" : current && n == 2 ? "current-based LIF" : current ? $"LIF with {n - 1} synaptic states" : "LIF";
        return $"{kind}, threshold {Shown(affine.Threshold)}{(affine.Strict ? " (>)" : "")}";
    }

    public static IEnumerable<string> StateNames(int count, double[] watch)
    {
        var others = 0;
        for (var i = 0; i < count; i++)
            yield return watch.Length > i && watch[i] == 1 ? (watch.Count(w => w == 1) == 1 ? "v" : $"v{i}") : count == 2 ? "i" : $"i{others++}";
    }

    public static string OfArithmetic(Graph graph, NeuronCluster cluster, bool squaresAState, bool spiking)
    {
        var ops = cluster.Order.Select(i => graph.Nodes[i].Op).ToHashSet();
        if (ops.Contains("Round") || ops.Contains("Floor")) return cluster.States.Count > 0 ? "integer-valued LIF" : "integer-valued spikes";
        if (cluster.States.Count == 0) return spiking ? "threshold unit" : "element-wise function";
        if (ops.Contains("Exp")) return "exponential integrate-and-fire";
        if (squaresAState) return cluster.States.Count == 1 ? "quadratic integrate-and-fire" : $"quadratic integrate-and-fire with recovery (Izhikevich), {cluster.States.Count} states";
        if (ops.Contains("Relu")) return cluster.States.Count == 1 ? "LIF with rectified membrane (KLIF)" : $"LIF with refractory counter, {cluster.States.Count} states";
        return $"{(spiking ? "spiking" : "graded")} recurrence, {cluster.States.Count} states";
    }

    private static string HardReset(LifNeuron lif)
    {
        var decay = lif.Decay.At(0);
        var to = decay == 0 ? 0 : (lif.FiredOffset.At(0) - lif.Offset.At(0)) / decay;
        return $"hard reset to {(float)to + 0f:G4}";
    }

    private static string Shown(Parameter p) => p.IsScalar ? $"{p.At(0):G6}" : $"{p.Values.Min():G4}..{p.Values.Max():G4}";
}
