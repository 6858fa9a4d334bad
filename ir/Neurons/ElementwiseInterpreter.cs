using System.Buffers;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace NeuroChip.Ir.Neurons;

/// <summary>
/// Runs an <see cref="ElementwiseProgram"/> on blocks of up to <see cref="BlockSize"/> elements, one instruction at a time over the whole block.
/// Every operation is done element by element in the same way whatever the block, so results do not depend on how a population is cut.
/// </summary>
public sealed class ElementwiseInterpreter
{
    /// <summary>Elements per block: the registers of a long program then still fit in the first-level cache.</summary>
    public const int BlockSize = 256;

    private readonly ElementwiseProgram program;
    private readonly BoundParameter<float>[] parameters;

    /// <summary>Binds the parameters for <paramref name="size"/> elements.</summary>
    public ElementwiseInterpreter(ElementwiseProgram program, int size)
    {
        this.program = program;
        parameters = [.. program.Parameters.Select(p => new BoundParameter<float>(p, size))];
    }

    /// <summary>Floats of working memory that <see cref="Run"/> needs.</summary>
    public int RegisterLength => program.Code.Length * BlockSize;

    /// <summary>Working memory for <see cref="Run"/>; give it back with <see cref="Return"/>.</summary>
    public float[] Rent() => ArrayPool<float>.Shared.Rent(Math.Max(1, RegisterLength));

    /// <summary>Gives back what <see cref="Rent"/> gave.</summary>
    public static void Return(float[] registers) => ArrayPool<float>.Shared.Return(registers);

    /// <summary>The result of an instruction after <see cref="Run"/>.</summary>
    public static Span<float> Result(float[] registers, int instruction, int count) => registers.AsSpan(instruction * BlockSize, count);

    /// <summary>
    /// Computes all instructions for elements <paramref name="first"/> to <paramref name="first"/> + <paramref name="count"/> - 1 of arrays indexed by address.
    /// Where T is int, states are float32 bits and inputs are multiplied by the <paramref name="units"/> of their ports.
    /// </summary>
    public void Run<T>(T[][] states, T[][] inputs, int inputsFrom, ReadOnlySpan<BoundParameter<float>> units, int first, int count, float[] registers)
        where T : unmanaged
    {
        for (var i = 0; i < program.Code.Length; i++)
        {
            var (op, a, b, c) = program.Code[i];
            var result = Result(registers, i, count);
            switch (op)
            {
                case ElementwiseOp.State:
                    MemoryMarshal.Cast<T, float>(states[a].AsSpan(first, count)).CopyTo(result);
                    break;
                case ElementwiseOp.Input when typeof(T) == typeof(int):
                    var whole = MemoryMarshal.Cast<T, int>(inputs[a].AsSpan(first - inputsFrom, count));
                    for (var k = 0; k < count; k++) result[k] = whole[k] * units[a][first + k];
                    break;
                case ElementwiseOp.Input:
                    MemoryMarshal.Cast<T, float>(inputs[a].AsSpan(first - inputsFrom, count)).CopyTo(result);
                    break;
                case ElementwiseOp.Parameter:
                    for (var k = 0; k < count; k++) result[k] = parameters[a][first + k];
                    break;
                default:
                    Compute(op, Result(registers, a, count), Result(registers, b, count), Result(registers, c, count), result);
                    break;
            }
        }
    }

    /// <summary>
    /// One operation on one triple of numbers: the definition of every <see cref="ElementwiseOp"/> that computes. Kernels of a GPU run it too, so it throws nothing and calls no function
    /// that the platform computes in its own way; and its conditions choose between floats, as ILGPU converts whole numbers that were conditions wrongly.
    /// </summary>
    public static float Compute(ElementwiseOp op, float a, float b, float c) => op switch
    {
        ElementwiseOp.Add => a + b,
        ElementwiseOp.Subtract => a - b,
        ElementwiseOp.Multiply => a * b,
        ElementwiseOp.Divide => a / b,
        ElementwiseOp.Negate => -a,
        ElementwiseOp.Absolute => MathF.Abs(a),
        ElementwiseOp.Minimum => b < a ? b : a,
        ElementwiseOp.Maximum => b > a ? b : a,
        ElementwiseOp.Exponential => (float)PortableMath.Exp(a),
        ElementwiseOp.Logarithm => (float)PortableMath.Log(a),
        ElementwiseOp.SquareRoot => MathF.Sqrt(a),
        ElementwiseOp.Sigmoid => (float)PortableMath.Sigmoid(a),
        ElementwiseOp.Tanh => (float)PortableMath.Tanh(a),
        ElementwiseOp.Floor => MathF.Floor(a),
        ElementwiseOp.Ceiling => MathF.Ceiling(a),
        ElementwiseOp.Round => MathF.Round(a, MidpointRounding.ToEven),
        ElementwiseOp.Sign => a > 0 ? 1f : a < 0 ? -1f : 0f,
        ElementwiseOp.AtLeast => a >= b ? 1f : 0f,
        ElementwiseOp.Above => a > b ? 1f : 0f,
        ElementwiseOp.Equal => a == b ? 1f : 0f,
        ElementwiseOp.Select => a != 0 ? b : c,
        _ => (float)PortableMath.Pow(a, b), // Power
    };

    private static void Compute(ElementwiseOp op, ReadOnlySpan<float> a, ReadOnlySpan<float> b, ReadOnlySpan<float> c, Span<float> result)
    {
        var k = 0;
        switch (op)
        {
            case ElementwiseOp.Add:
                for (; k + Vector<float>.Count <= result.Length; k += Vector<float>.Count) Store(result, k, Load(a, k) + Load(b, k));
                break;
            case ElementwiseOp.Subtract:
                for (; k + Vector<float>.Count <= result.Length; k += Vector<float>.Count) Store(result, k, Load(a, k) - Load(b, k));
                break;
            case ElementwiseOp.Multiply:
                for (; k + Vector<float>.Count <= result.Length; k += Vector<float>.Count) Store(result, k, Load(a, k) * Load(b, k));
                break;
            case ElementwiseOp.Divide:
                for (; k + Vector<float>.Count <= result.Length; k += Vector<float>.Count) Store(result, k, Load(a, k) / Load(b, k));
                break;
            case ElementwiseOp.AtLeast:
                for (; k + Vector<float>.Count <= result.Length; k += Vector<float>.Count)
                    Store(result, k, Vector.ConditionalSelect(Vector.GreaterThanOrEqual(Load(a, k), Load(b, k)), Vector<float>.One, Vector<float>.Zero));
                break;
            case ElementwiseOp.Above:
                for (; k + Vector<float>.Count <= result.Length; k += Vector<float>.Count)
                    Store(result, k, Vector.ConditionalSelect(Vector.GreaterThan(Load(a, k), Load(b, k)), Vector<float>.One, Vector<float>.Zero));
                break;
            case ElementwiseOp.Select:
                for (; k + Vector<float>.Count <= result.Length; k += Vector<float>.Count)
                    Store(result, k, Vector.ConditionalSelect(Vector.Equals(Load(a, k), Vector<float>.Zero), Load(c, k), Load(b, k)));
                break;
        }

        for (; k < result.Length; k++) result[k] = Compute(op, a[k], b[k], c[k]);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<float> Load(ReadOnlySpan<float> from, int at) => Vector.LoadUnsafe(in MemoryMarshal.GetReference(from), (nuint)at);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(Span<float> to, int at, Vector<float> value) => value.StoreUnsafe(ref MemoryMarshal.GetReference(to), (nuint)at);
}
