using System.Collections.Immutable;
using System.Reflection;

namespace NeuroChip.HwModels;

/// <summary>The chip models that come with NeuroChip: one file each in <c>hw-models/chips</c>.</summary>
public static class ChipModels
{
    private const string Prefix = "chips/";

    private static readonly Assembly Here = typeof(ChipModels).Assembly;

    /// <summary>Their names, in alphabetical order.</summary>
    public static ImmutableArray<string> Names { get; } =
        [.. Here.GetManifestResourceNames()
            .Where(n => n.StartsWith(Prefix, StringComparison.Ordinal) && n.EndsWith(".yaml", StringComparison.Ordinal))
            .Select(n => n[Prefix.Length..^".yaml".Length])
            .Order(StringComparer.Ordinal)];

    /// <summary>Name of a built-in chip's file, for diagnostics.</summary>
    internal static string FileOf(string name) => $"{Prefix}{name}.yaml";

    /// <summary>Text of a built-in chip as written, with comments; null if there is none of that name.</summary>
    public static string? Text(string name)
    {
        using var stream = Here.GetManifestResourceStream(FileOf(name));
        if (stream is null) return null;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    /// <summary>The JSON Schema of chip files.</summary>
    public static string Schema
    {
        get
        {
            using var reader = new StreamReader(Here.GetManifestResourceStream("chip.schema.json")!);
            return reader.ReadToEnd();
        }
    }
}
