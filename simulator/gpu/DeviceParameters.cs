using ILGPU;
using NeuroChip.Ir.Neurons;

namespace NeuroChip.Simulator.Gpu;

/// <summary>Parameters of neurons as arrays of the device.</summary>
internal static class DeviceParameters
{
    /// <summary>The values: one, one per channel or one per neuron.</summary>
    public static T[] Numbers<T>(Parameter parameter) where T : unmanaged
    {
        var bound = new BoundParameter<T>(parameter, parameter.Length);
        return [.. Enumerable.Range(0, parameter.Length).Select(a => bound[a])];
    }

    /// <summary>Plans one of a population of <paramref name="size"/> neurons.</summary>
    public static Func<DeviceParameter<T>> Plan<T>(DeviceMemory memory, Parameter parameter, int size) where T : unmanaged
    {
        var array = memory.Plan(Numbers<T>(parameter));
        return () => new(array.View, size);
    }

    /// <summary>Plans several, one after the other, and where each of them starts.</summary>
    public static (DeviceArray<T> Values, DeviceArray<int> Starts) Plan<T>(DeviceMemory memory, IReadOnlyCollection<Parameter> parameters) where T : unmanaged
    {
        var starts = new List<int> { 0 };
        foreach (var parameter in parameters) starts.Add(starts[^1] + parameter.Length);
        return (memory.Plan<T>([.. parameters.SelectMany(Numbers<T>)]), memory.Plan<int>([.. starts]));
    }
}
