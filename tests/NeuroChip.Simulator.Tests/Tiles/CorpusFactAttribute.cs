namespace NeuroChip.Simulator.Tests.Tiles;

/// <summary>A test on the folder of real exports and traces that NEUROCHIP_CORPUS names; skipped, and shown as skipped, without it.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class CorpusFactAttribute : FactAttribute
{
    public CorpusFactAttribute()
    {
        if (Folder is null) Skip = "set NEUROCHIP_CORPUS to the folder of real exports and traces";
    }

    /// <summary>The folder; null if there is none.</summary>
    public static string? Folder { get; } = Environment.GetEnvironmentVariable("NEUROCHIP_CORPUS");
}
