using System.Collections.Immutable;
using NeuroChip.Ir.Tensors;

namespace NeuroChip.Runtime.Workloads;

/// <summary>The spikes that go into the layers of a workload: recorded, or drawn at a density.</summary>
/// <param name="Arrays">By name of the operand: 0 or 1, one byte each, in the operand's shape. Not every operand need have one.</param>
/// <param name="Recorded">How many of them come from a trace.</param>
public sealed record WorkloadSpikes(ImmutableDictionary<string, Tensor> Arrays, int Recorded)
{
    /// <summary>No spikes: enough for machines that do not look at them.</summary>
    public static WorkloadSpikes None { get; } = new(ImmutableDictionary<string, Tensor>.Empty, 0);

    /// <summary>
    /// Draws the spikes of every operand that has none yet: each element 1 with probability <paramref name="density"/>, independent of each other. The same
    /// seed and name of an operand give the same spikes, whatever else the workload holds.
    /// </summary>
    /// <param name="workload">Whose operands.</param>
    /// <param name="density">0 to 1.</param>
    /// <param name="seed">Seed.</param>
    public WorkloadSpikes Draw(Workload workload, double density, long seed)
    {
        var arrays = Arrays.ToBuilder();
        foreach (var operand in workload.Operands.Where(o => !Arrays.ContainsKey(o.Name)))
        {
            var random = new SplitMix64(seed, operand.Name);
            var spikes = new byte[operand.Elements];
            for (var i = 0; i < spikes.Length; i++) spikes[i] = random.NextUnit() < density ? (byte)1 : (byte)0;
            arrays.Add(operand.Name, Tensor.Of(operand.Shape, spikes));
        }

        return this with { Arrays = arrays.ToImmutable() };
    }
}
