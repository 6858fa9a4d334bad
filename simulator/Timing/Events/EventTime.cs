namespace NeuroChip.Simulator.Timing.Events;

/// <summary>Times of events: whole numbers of 1/1024 core cycle, so that cycles of cores are exact at any clock and times of the network are to 0.1 % of a cycle.</summary>
internal static class EventTime
{
    /// <summary>Units of a core cycle.</summary>
    public const long PerCycle = 1024;

    /// <summary>A time that never comes.</summary>
    public const long Never = long.MaxValue / 4;

    /// <summary>A time in seconds, at a clock of the cores in hertz; to the nearest unit.</summary>
    public static long Of(double seconds, double clock) => (long)Math.Round(Math.Min(seconds * clock * PerCycle, Never));

    /// <summary>Core cycles that have begun by a time.</summary>
    public static long Cycles(long time) => (time + PerCycle - 1) / PerCycle;
}
