using NeuroChip.Ir.Neurons;
using NeuroChip.Ir.Tensors;

namespace NeuroChip.Ir.Ncir;

/// <summary>
/// Computes one <see cref="Readout"/> of one sample on the host: feed it the signals after each step, then take the output.
/// Everything is float32: integer signals are converted and multiplied by their scale, the program is run, steps are summed in their order.
/// </summary>
public sealed class ReadoutAccumulator
{
    private readonly Readout readout;
    private readonly Layout layout;
    private readonly int steps;
    private readonly bool[] isFloatBits;
    private readonly ElementwiseInterpreter interpreter;
    private readonly float[] output;
    private readonly float[][] inputs;
    private int step;

    /// <summary>Prepares a readout of a network of <paramref name="steps"/> steps.</summary>
    public ReadoutAccumulator(IReadOnlyList<Population> populations, Arithmetic arithmetic, Readout readout, int steps)
    {
        this.readout = readout;
        this.steps = steps;
        layout = populations[readout.Signals[0].Population.Index].Layout;
        isFloatBits =
        [
            .. readout.Signals.Select(s => arithmetic.Kind == ArithmeticKind.Integer && s.State >= 0 && populations[s.Population.Index].Neuron is ArithmeticNeuron),
        ];
        interpreter = new(readout.Program, layout.Size);
        inputs = [.. readout.Signals.Select(_ => new float[layout.Size])];
        output = new float[readout.Time == TimeReduction.Each ? checked(layout.Size * steps) : layout.Size];
    }

    /// <summary>
    /// Takes the signals of the next step: per signal of the readout the population's numbers in address order
    /// (states of arithmetic neurons in integer modules as bits, as in <see cref="NeuronBlock{T}"/>).
    /// </summary>
    public void Add<T>(IReadOnlyList<T[]> signals)
        where T : unmanaged
    {
        for (var s = 0; s < inputs.Length; s++) Convert(signals[s], s);
        var registers = interpreter.Rent();
        for (var first = 0; first < layout.Size; first += ElementwiseInterpreter.BlockSize)
        {
            var count = Math.Min(ElementwiseInterpreter.BlockSize, layout.Size - first);
            interpreter.Run<float>([], inputs, 0, [], first, count, registers);
            var values = ElementwiseInterpreter.Result(registers, readout.Program.Emission, count);
            for (var k = 0; k < count; k++) Place(layout.IndexOf(first + k), values[k]);
        }

        ElementwiseInterpreter.Return(registers);
        step++;
    }

    /// <summary>The model output, once every step was added.</summary>
    public Tensor Finish()
    {
        if (step != steps) throw new InvalidOperationException($"readout '{readout.Name}' has {step} of {steps} steps");
        if (readout.Time == TimeReduction.Mean)
            for (var i = 0; i < output.Length; i++) output[i] /= steps;
        return Tensor.Of(readout.FrameworkShape, output);
    }

    private void Convert<T>(T[] signal, int index)
    {
        var scale = readout.Scales[index];
        var scales = scale is null ? null : scale.ToFloats();
        for (var a = 0; a < layout.Size; a++)
        {
            var value = signal switch
            {
                float[] floats => floats[a],
                int[] bits when isFloatBits[index] => BitConverter.Int32BitsToSingle(bits[a]),
                int[] integers => integers[a],
                _ => throw new NotSupportedException(typeof(T).Name),
            };
            inputs[index][a] = scales is null ? value : value * scales[a % scales.Length];
        }
    }

    /// <summary>Puts the value of framework element <paramref name="index"/> of this step where it belongs.</summary>
    private void Place(int index, float value)
    {
        switch (readout.Time)
        {
            case TimeReduction.Last:
                output[index] = value;
                break;
            case TimeReduction.Mean or TimeReduction.Sum:
                output[index] = step == 0 ? value : output[index] + value;
                break;
            default:
                var inner = 1;
                foreach (var extent in readout.FrameworkShape.AsSpan()[(readout.TimeAxis + 1)..]) inner *= extent;
                output[(((index / inner * steps) + step) * inner) + (index % inner)] = value;
                break;
        }
    }
}
