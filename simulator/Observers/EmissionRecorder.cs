using NeuroChip.Ir.Ncir;
using NeuroChip.Ir.Ncir.Sites;
using NeuroChip.Ir.Tensors;
using NeuroChip.Simulator.Engines;

namespace NeuroChip.Simulator.Observers;

/// <summary>Keeps what one population emits in every step, in the framework's order: int8 for binary and signed payloads, int32 for counts and integers, float32 else, and wherever a payload is worth something else than 1.</summary>
/// <typeparam name="T">float, or int for an integer image.</typeparam>
internal sealed class EmissionRecorder<T> where T : unmanaged
{
    private readonly Population population;
    private readonly int steps;
    private readonly sbyte[]? small;
    private readonly int[]? whole;
    private readonly float[]? real;

    public EmissionRecorder(Population population, int steps)
    {
        (this.population, this.steps) = (population, steps);
        var length = checked(population.Size * steps);
        if (population.Unit != 1) real = new float[length];
        else if (population.Domain is SpikeDomain.Binary or SpikeDomain.Signed) small = new sbyte[length];
        else if (population.Domain == SpikeDomain.Count || typeof(T) == typeof(int)) whole = new int[length];
        else real = new float[length];
    }

    public string Name => population.Name;

    public SiteTableId? Sites => population.Sites;

    /// <summary>Takes the step that <paramref name="view"/> shows.</summary>
    public void Record(int step, IStepView view)
    {
        var payloads = view.Numbers<T>(Signal.Emission(population.Id));
        var first = step * population.Size;
        foreach (var a in view.Active(population.Id))
        {
            var at = first + population.Layout.IndexOf(a);
            if (payloads is int[] integers)
            {
                if (small is not null) small[at] = (sbyte)integers[a];
                else if (whole is not null) whole[at] = integers[a];
                else real![at] = (float)(integers[a] * population.Unit);
            }
            else
            {
                var value = ((float[])(object)payloads)[a];
                if (small is not null) small[at] = (sbyte)value;
                else if (whole is not null) whole[at] = (int)value;
                else real![at] = (float)(value * population.Unit);
            }
        }
    }

    public Tensor Finish() =>
        small is not null ? Stack(small) : whole is not null ? Stack(whole) : Stack(real!);

    private Tensor Stack<TValue>(TValue[] values) where TValue : unmanaged => Tensor.Of([steps, .. population.Layout.FrameworkShape], values);
}
