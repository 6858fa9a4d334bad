using System.Runtime.InteropServices;
using NeuroChip.Ir.Ncir;

namespace NeuroChip.Ir.Neurons;

/// <summary>
/// Arithmetic neurons of a population. In an integer module inputs become float32 values by their unit, states are float32 bits in the
/// int arrays, and emissions become integers.
/// </summary>
internal sealed class BoundArithmetic<T>(ArithmeticNeuron neuron, Population population, Arithmetic arithmetic) : BoundNeuron<T>(neuron, population.Size)
    where T : unmanaged
{
    private readonly ElementwiseProgram program = neuron.Program;
    private readonly ElementwiseInterpreter interpreter = new(neuron.Program, population.Size);
    private readonly BoundParameter<float>[] units = [.. neuron.Units.Select(u => new BoundParameter<float>(u, population.Size))];
    private readonly double outputUnit = population.Domain == SpikeDomain.Real ? neuron.OutputUnit : 1;

    public override void Step(in NeuronBlock<T> block, int first, int count) => Run(block, first, count, ElementwiseInterpreter.BlockSize);

    public override void StepOneByOne(in NeuronBlock<T> block, int first, int count) => Run(block, first, count, 1);

    protected override BoundParameter<T> Start(Parameter initial) =>
        typeof(T) == typeof(int) ? new(initial.Map(v => BitConverter.SingleToInt32Bits((float)v)), Size) : base.Start(initial);

    private void Run(in NeuronBlock<T> block, int first, int count, int blockSize)
    {
        Check(block, first, count);
        var registers = interpreter.Rent();
        for (int at = first, end = first + count; at < end; at += blockSize)
        {
            var n = Math.Min(blockSize, end - at);
            interpreter.Run(block.States, block.Inputs, block.InputsFrom, units, at, n, registers);
            for (var s = 0; s < block.States.Length; s++)
                ElementwiseInterpreter.Result(registers, program.NextStates[s], n).CopyTo(MemoryMarshal.Cast<T, float>(block.States[s].AsSpan(at, n)));
            Emit(ElementwiseInterpreter.Result(registers, program.Emission, n), block.Emissions.AsSpan(at, n));
        }

        ElementwiseInterpreter.Return(registers);
    }

    private void Emit(ReadOnlySpan<float> values, Span<T> emissions)
    {
        if (typeof(T) == typeof(float))
        {
            values.CopyTo(MemoryMarshal.Cast<T, float>(emissions));
            return;
        }

        var payloads = MemoryMarshal.Cast<T, int>(emissions);
        for (var k = 0; k < values.Length; k++) payloads[k] = arithmetic.Quantise(values[k], outputUnit);
    }
}
