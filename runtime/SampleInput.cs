using System.Collections.Immutable;
using NeuroChip.Ir.Tensors;

namespace NeuroChip.Runtime;

/// <summary>What one sample feeds in.</summary>
/// <param name="Arrays">
/// One float32 tensor per <see cref="Ir.Neurons.SourceNeuron"/> of the image, under its input name, in the framework's C order: of the
/// population's framework shape for a static input, with an axis of steps in front (<c>[Steps, framework shape]</c>) for a per-step input. An input at sites has as many rows
/// as there are voxels instead of the capacity; their coordinates are an int32 tensor [N, 3] under the input name of the table.
/// </param>
public sealed record SampleInput(ImmutableDictionary<string, Tensor> Arrays)
{
    /// <summary>
    /// Populations that do not compute but emit what was recorded for them, by name: the payloads themselves as float64, shape <c>[Steps, framework shape]</c>
    /// (<see cref="Inputs.RecordedEmissions"/> makes and checks them).
    /// </summary>
    public ImmutableDictionary<string, Tensor> Recorded { get; init; } = ImmutableDictionary<string, Tensor>.Empty;

    /// <summary>A sample with a single input.</summary>
    public static SampleInput Of(string name, Tensor values) => new(ImmutableDictionary<string, Tensor>.Empty.Add(name, values));

    /// <summary>The array of an input.</summary>
    public Tensor this[string name] => Arrays[name];
}
