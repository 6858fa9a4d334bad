using System.Collections.Immutable;

namespace NeuroChip.Ir.Neurons;

/// <summary>Operations of an <see cref="ElementwiseProgram"/>, each on float32, element by element.</summary>
public enum ElementwiseOp
{
    /// <summary>State variable A before the step.</summary>
    State,

    /// <summary>Accumulated input of port A.</summary>
    Input,

    /// <summary>Parameter A.</summary>
    Parameter,

    /// <summary>A + B.</summary>
    Add,

    /// <summary>A - B.</summary>
    Subtract,

    /// <summary>A * B.</summary>
    Multiply,

    /// <summary>A / B.</summary>
    Divide,

    /// <summary>-A.</summary>
    Negate,

    /// <summary>|A|.</summary>
    Absolute,

    /// <summary>The smaller of A and B.</summary>
    Minimum,

    /// <summary>The greater of A and B.</summary>
    Maximum,

    /// <summary>e^A, computed in double and rounded once, so that every engine agrees.</summary>
    Exponential,

    /// <summary>Natural logarithm of A, in double, rounded once.</summary>
    Logarithm,

    /// <summary>Square root of A.</summary>
    SquareRoot,

    /// <summary>1 / (1 + e^-A), in double, rounded once.</summary>
    Sigmoid,

    /// <summary>Hyperbolic tangent, in double, rounded once.</summary>
    Tanh,

    /// <summary>Greatest integer not above A.</summary>
    Floor,

    /// <summary>Smallest integer not below A.</summary>
    Ceiling,

    /// <summary>Nearest integer, half to even.</summary>
    Round,

    /// <summary>-1, 0 or 1.</summary>
    Sign,

    /// <summary>1 where A >= B, else 0.</summary>
    AtLeast,

    /// <summary>1 where A > B, else 0.</summary>
    Above,

    /// <summary>1 where A == B, else 0.</summary>
    Equal,

    /// <summary>B where A is not 0, else C.</summary>
    Select,

    /// <summary>A raised to the power B, in double, rounded once.</summary>
    Power,
}

/// <summary>One operation; A, B, C are indices of earlier instructions, or of the state, port or parameter. Unused ones are 0.</summary>
public readonly record struct Instruction(ElementwiseOp Op, int A, int B = 0, int C = 0);

/// <summary>
/// A straight line of element-wise float32 operations: the step of an <see cref="ArithmeticNeuron"/> or the formula of a readout.
/// </summary>
/// <param name="Ports">Number of inputs.</param>
/// <param name="Parameters">Constants, per neuron, per channel or shared.</param>
/// <param name="Code">Instructions; instruction i may use results of instructions before i only.</param>
/// <param name="Emission">Instruction whose result is emitted.</param>
/// <param name="NextStates">Per state variable, the instruction whose result it becomes.</param>
public sealed record ElementwiseProgram(
    int Ports,
    ImmutableArray<Parameter> Parameters,
    ImmutableArray<Instruction> Code,
    int Emission,
    ImmutableArray<int> NextStates)
{
    /// <summary>The program that emits its only input.</summary>
    public static ElementwiseProgram PassThrough { get; } = new(1, [], [new Instruction(ElementwiseOp.Input, 0)], 0, []);
}
