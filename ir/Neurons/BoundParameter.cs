using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace NeuroChip.Ir.Neurons;

/// <summary>
/// A <see cref="Parameter"/> in the numbers of an engine: one value per neuron, or a single value repeated over the widest lane,
/// so that a step reads both kinds with the same instruction.
/// </summary>
/// <typeparam name="T">float or int.</typeparam>
public readonly struct BoundParameter<T>
    where T : unmanaged
{
    /// <summary>Numbers in the widest lane.</summary>
    private const int Widest = 16;

    private readonly T[] values;
    private readonly int mask;

    /// <summary>Converts the values and expands per-channel ones to <paramref name="size"/> neurons.</summary>
    public BoundParameter(Parameter parameter, int size)
    {
        if (parameter.IsScalar)
        {
            mask = 0;
            values = new T[Widest];
            Array.Fill(values, Convert(parameter.Values[0]));
            return;
        }

        mask = -1;
        values = new T[size];
        for (var a = 0; a < size; a++) values[a] = Convert(parameter.At(a));
    }

    /// <summary>The value at an address.</summary>
    public T this[int address] => values[address & mask];

    /// <summary>The values of the neurons from <paramref name="address"/> on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TLane Load<TLane>(int address)
        where TLane : struct, ILane<TLane, T> =>
        TLane.Load(ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(values), address & mask));

    /// <summary>Writes the values of the neurons from <paramref name="first"/> on.</summary>
    public void CopyTo(Span<T> into, int first)
    {
        if (mask == 0) into.Fill(values[0]);
        else values.AsSpan(first, into.Length).CopyTo(into);
    }

    /// <summary>A double as T: rounded to float32, or an integer that must be exact.</summary>
    private static T Convert(double value)
    {
        if (typeof(T) == typeof(float))
        {
            var single = (float)value;
            return Unsafe.As<float, T>(ref single);
        }

        var integer = checked((int)value);
        if (integer != value) throw new ArgumentException($"parameter value {value} is not an integer");
        return Unsafe.As<int, T>(ref integer);
    }
}
