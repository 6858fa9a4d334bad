using ILGPU;
using NeuroChip.Ir.Ncir;

namespace NeuroChip.Simulator.Gpu;

/// <summary>How payloads and weights of type <typeparamref name="T"/> are summed in <typeparamref name="TSum"/>, and what a neuron gets of that.</summary>
internal interface IDeviceNumbers<T, TSum>
    where T : unmanaged
    where TSum : unmanaged
{
    /// <summary>A bias as the start of a sum.</summary>
    static abstract TSum Start(T bias);

    static abstract bool IsZero(T payload);

    static abstract TSum Product(T payload, T weight);

    static abstract TSum Add(TSum sum, TSum product);

    static abstract bool Above(TSum a, TSum b);

    /// <summary>A weight that stands in a list.</summary>
    static abstract T OfBits(int bits);

    /// <summary>The other way.</summary>
    static abstract int Bits(T weight);

    /// <summary>Digits of a payload that are not 0.</summary>
    static abstract int Digits(T payload);

    /// <summary>Adds to a sum that other threads add to.</summary>
    static abstract void AddAtomically(ref TSum sum, TSum product);

    /// <summary>The accumulated input, saturated to <paramref name="bits"/> where the numbers are integers.</summary>
    static abstract T Input(TSum sum, int bits);

    /// <summary>An accumulated input as an arithmetic neuron sees it.</summary>
    static abstract float Real(T input, float unit);

    /// <summary>A state of an arithmetic neuron.</summary>
    static abstract float State(T stored);

    /// <summary>The other way.</summary>
    static abstract T Stored(float state);

    /// <summary>What an arithmetic neuron emits.</summary>
    static abstract T Payload(float value, double unit, int bits);
}

/// <summary>float32, rounded after every product and every sum.</summary>
internal readonly struct RealNumbers : IDeviceNumbers<float, float>
{
    public static float Start(float bias) => bias == 0f ? 0f : bias; // A bias of -0 becomes 0: see ModuleInterpreter. ILGPU would drop an addition of 0.

    public static bool IsZero(float payload) => payload == 0f;

    public static float Product(float payload, float weight) => payload * weight;

    public static float Add(float sum, float product) => sum + product;

    public static bool Above(float a, float b) => a > b;

    public static float OfBits(int bits) => BitConverter.Int32BitsToSingle(bits);

    public static int Bits(float weight) => BitConverter.SingleToInt32Bits(weight);

    public static int Digits(float payload) => 1;

    public static void AddAtomically(ref float sum, float product) => throw new NotSupportedException("sums of floats have an order");

    public static float Input(float sum, int bits) => sum;

    public static float Real(float input, float unit) => input;

    public static float State(float stored) => stored;

    public static float Stored(float state) => state;

    public static float Payload(float value, double unit, int bits) => value;
}

/// <summary>Integers, summed exactly in 64 bits.</summary>
internal readonly struct WholeNumbers : IDeviceNumbers<int, long>
{
    public static long Start(int bias) => bias;

    public static bool IsZero(int payload) => payload == 0;

    public static long Product(int payload, int weight) => (long)payload * weight;

    public static long Add(long sum, long product) => sum + product;

    public static bool Above(long a, long b) => a > b;

    public static int OfBits(int bits) => bits;

    public static int Bits(int weight) => weight;

    public static int Digits(int payload) => SignedDigits.Count(payload);

    public static void AddAtomically(ref long sum, long product) => Atomic.Add(ref sum, product);

    public static int Input(long sum, int bits) => Arithmetic.Saturate(sum, bits);

    public static float Real(int input, float unit) => input * unit;

    public static float State(int stored) => BitConverter.Int32BitsToSingle(stored);

    public static int Stored(float state) => BitConverter.SingleToInt32Bits(state);

    public static int Payload(float value, double unit, int bits) => Arithmetic.Quantise(value, unit, bits);
}
