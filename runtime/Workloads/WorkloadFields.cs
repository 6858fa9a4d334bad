using System.Collections.Immutable;

namespace NeuroChip.Runtime.Workloads;

/// <summary>The kinds of layers of a workload file: the numbers each has, in which order, and what they mean.</summary>
internal static class WorkloadFields
{
    /// <summary>By kind, in the order of the documentation.</summary>
    public static ImmutableArray<WorkloadKind> Kinds { get; } =
    [
        new("conv2d", ["H", "c_in", "c_out", "kernel", "padding", "stride", "batch", "T"], (n, v, _) => new ConvLayer(n, v["H"], v["c_in"], v["c_out"], v["kernel"], v["padding"], v["stride"], v["batch"], v["T"])),
        new("fc", ["in", "out", "length", "batch", "T"], (n, v, _) => new LinearLayer(n, v["in"], v["out"], v["length"], v["batch"], v["T"])),
        new("attention", ["dim", "length", "heads", "batch", "T"], (n, v, form) => new AttentionLayer(n, v["dim"], v["length"], v["heads"], v["batch"], v["T"], form)),
        new("lif", ["neurons", "batch", "T"], (n, v, _) => new NeuronLayer(n, v["neurons"], v["batch"], v["T"])),
        new("maxpool2d", ["H", "channels", "kernel", "padding", "stride", "batch", "T"], (n, v, _) => new PoolLayer(n, v["H"], v["channels"], v["kernel"], v["padding"], v["stride"], v["batch"], v["T"])),
        new("layernorm", ["dim", "batch", "length", "T"], (n, v, _) => new NormLayer(n, v["dim"], v["batch"], v["length"], v["T"])),
    ];

    /// <summary>The kind a layer's name says, null if it says none.</summary>
    public static WorkloadKind? Find(string kind) => Kinds.FirstOrDefault(k => k.Name == kind);

    /// <summary>The first thing that is wrong with the extents of a layer, null if nothing is: numbers that fit on their own may not fit together.</summary>
    public static string? Problem(WorkloadLayer layer) => layer switch
    {
        ConvLayer c when c.Kernel > c.Height + (2 * (long)c.Padding) => $"a kernel of {c.Kernel} does not fit into {c.Height} + 2 x {c.Padding}",
        PoolLayer p when p.Kernel > p.Height + (2 * (long)p.Padding) => $"a window of {p.Kernel} does not fit into {p.Height} + 2 x {p.Padding}",
        AttentionLayer a when a.Width % a.Heads != 0 => $"dim {a.Width} is not a multiple of heads {a.Heads}",
        _ => TooLarge(layer),
    };

    // Beyond this no array of spikes can be held, and counts would come near the end of 64 bits.
    private static string? TooLarge(WorkloadLayer layer)
    {
        foreach (var (elements, what) in Sizes(layer))
            if (elements > Array.MaxLength) return $"{what} has {elements} elements; {Array.MaxLength} is the most that can be held";
        return null;
    }

    private static IEnumerable<(Int128 Elements, string What)> Sizes(WorkloadLayer layer)
    {
        Int128 samples = (Int128)layer.Batch * layer.Steps;
        switch (layer)
        {
            case ConvLayer c:
                var positions = samples * c.OutputHeight * c.OutputHeight;
                yield return (samples * c.InputChannels * c.Height * c.Height, "its input");
                yield return (positions * (((Int128)c.InputChannels * c.Kernel * c.Kernel) + 63) / 64, "its spike matrix, in words of 64 bits,");
                yield return (positions * c.OutputChannels, "its output");
                break;
            case LinearLayer l:
                yield return (samples * l.Length * l.Inputs, "its input");
                yield return (samples * l.Length * l.Outputs, "its output");
                yield return ((Int128)l.Inputs * l.Outputs, "its weight matrix");
                break;
            case AttentionLayer a:
                yield return (samples * a.Length * a.Width, "Q");
                yield return ((Int128)a.Length * a.Length, "the product of Q and K");
                break;
            case NeuronLayer n:
                yield return (samples * n.Neurons, "its output");
                break;
            case PoolLayer p:
                yield return (samples * p.Channels * p.Height * p.Height, "its input");
                break;
            case NormLayer n:
                yield return (samples * n.Length * n.Width, "its input");
                break;
        }
    }
}

/// <summary>A kind of layer in a workload file.</summary>
/// <param name="Name">What a layer's name begins with.</param>
/// <param name="Fields">Names of the numbers of its shape, in order.</param>
/// <param name="Make">Makes the layer from its name, the numbers by name and the form of attention.</param>
internal sealed record WorkloadKind(string Name, ImmutableArray<string> Fields, Func<string, IReadOnlyDictionary<string, int>, AttentionForm, WorkloadLayer> Make)
{
    /// <summary>Smallest value of a field.</summary>
    public static int Least(string field) => field == "padding" ? 0 : 1;

    /// <inheritdoc/>
    public override string ToString() => $"{Name} [{string.Join(", ", Fields)}]";
}
