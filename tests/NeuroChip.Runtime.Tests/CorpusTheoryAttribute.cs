namespace NeuroChip.Runtime.Tests;

/// <summary>A theory over the folder of real exports that NEUROCHIP_CORPUS names; skipped, and shown as skipped, without it.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class CorpusTheoryAttribute : TheoryAttribute
{
    public CorpusTheoryAttribute()
    {
        if (Folder is null) Skip = "set NEUROCHIP_CORPUS to the folder of real exports";
    }

    /// <summary>The folder; null if there is none.</summary>
    public static string? Folder { get; } = Environment.GetEnvironmentVariable("NEUROCHIP_CORPUS");
}
