using System.Collections.Immutable;
using NeuroChip.Ir.Tensors;

namespace NeuroChip.Ir.Ncir;

/// <summary>What came out of a run of a module on one sample.</summary>
/// <param name="Outputs">Model outputs by readout name, float32 in the readout's shape.</param>
/// <param name="Emissions">Per population, payloads [steps, size] in address order, float32 or int32; empty where nothing was recorded.</param>
/// <param name="States">Per population and state variable, values after each step, likewise [steps, size]; float32 also for arithmetic neurons of integer modules.</param>
public sealed record ModuleRun(
    ImmutableDictionary<string, Tensor> Outputs,
    ImmutableArray<Tensor> Emissions,
    ImmutableArray<ImmutableArray<Tensor>> States)
{
    /// <summary>A recorded tensor [steps, size] in address order as [steps, framework shape].</summary>
    public static Tensor ToFrameworkLayout(Tensor recorded, Layout layout) => recorded.Type switch
    {
        DType.Float32 => Reorder(recorded.Array<float>(), layout),
        DType.Int32 => Reorder(recorded.Array<int>(), layout),
        _ => throw new ArgumentException($"{recorded} is not a recording"),
    };

    private static Tensor Reorder<T>(T[] recorded, Layout layout)
        where T : unmanaged
    {
        var steps = recorded.Length / layout.Size;
        var result = new T[recorded.Length];
        for (var t = 0; t < steps; t++)
            for (var a = 0; a < layout.Size; a++) result[(t * layout.Size) + layout.IndexOf(a)] = recorded[(t * layout.Size) + a];
        return Tensor.Of([steps, .. layout.FrameworkShape], result);
    }
}
