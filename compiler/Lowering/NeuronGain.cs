using System.Collections.Immutable;
using NeuroChip.Ir.Neurons;

namespace NeuroChip.Compiler.Lowering;

/// <summary>Factors of an input, taken into the neuron that gets it.</summary>
internal static class NeuronGain
{
    /// <summary>The neuron that computes with input <paramref name="port"/> what <paramref name="neuron"/> computes with it times <paramref name="factor"/>; null if its model has no place for it.</summary>
    public static Neuron? Times(Neuron neuron, int port, float factor) => neuron switch
    {
        LifNeuron lif => lif with { Gain = Times(lif.Gain, factor) },
        AffineNeuron affine => affine with
        {
            Gain = [.. affine.Gain.Select((g, i) => i % affine.Ports == port ? Times(g, factor) : g)],
        },
        ArithmeticNeuron arithmetic => arithmetic with { Program = Times(arithmetic.Program, port, factor) },
        _ => null,
    };

    private static Parameter Times(Parameter parameter, float factor) => new([.. parameter.Values.Select(v => (double)((float)v * factor))]);

    /// <summary>The program with a multiplication behind each use of the port.</summary>
    private static ElementwiseProgram Times(ElementwiseProgram program, int port, float factor)
    {
        var code = ImmutableArray.CreateBuilder<Instruction>();
        var resultOf = new int[program.Code.Length];
        foreach (var (at, instruction) in program.Code.Index())
        {
            var loads = instruction.Op is ElementwiseOp.State or ElementwiseOp.Input or ElementwiseOp.Parameter;
            code.Add(loads ? instruction : instruction with { A = resultOf[instruction.A], B = resultOf[instruction.B], C = resultOf[instruction.C] });
            if (instruction.Op == ElementwiseOp.Input && instruction.A == port)
            {
                code.Add(new(ElementwiseOp.Parameter, program.Parameters.Length));
                code.Add(new(ElementwiseOp.Multiply, code.Count - 2, code.Count - 1));
            }

            resultOf[at] = code.Count - 1;
        }

        return program with
        {
            Parameters = program.Parameters.Add(new(factor)),
            Code = code.ToImmutable(),
            Emission = resultOf[program.Emission],
            NextStates = [.. program.NextStates.Select(s => resultOf[s])],
        };
    }
}
