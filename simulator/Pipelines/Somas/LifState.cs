using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace NeuroChip.Simulator.Pipelines.Somas;

/// <summary>The grid of leaky_integrate_fire: potentials are cut to multiples of 1/64, as SANA-FE does after the fixed-point numbers of Loihi.</summary>
internal static class LifState
{
    private const double Steps = 64;

    /// <summary>What a conversion to a 32-bit integer gives, on x86, for what does not fit into one.</summary>
    private const double Overflow = int.MinValue;

    public static double Cut(double potential)
    {
        var scaled = potential * Steps;
        return (Math.Abs(scaled) < -Overflow ? Math.Truncate(scaled) : Overflow) / Steps;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<double> Cut(Vector256<double> potential)
    {
        var scaled = potential * Steps;
        var fits = Vector256.LessThan(Vector256.Abs(scaled), Vector256.Create(-Overflow));
        return Vector256.ConditionalSelect(fits, Vector256.Truncate(scaled), Vector256.Create(Overflow)) * (1 / Steps);
    }
}
