namespace NeuroChip.HwModels.Fields;

/// <summary>Names of enum values in files: lower case, words joined by a hyphen.</summary>
internal static class FieldNames
{
    /// <summary>The name of a value, e.g. "event-driven".</summary>
    public static string Of<TEnum>(TEnum value) where TEnum : struct, Enum =>
        string.Concat(value.ToString().Select((c, i) => char.IsUpper(c) ? $"{(i > 0 ? "-" : "")}{char.ToLowerInvariant(c)}" : $"{c}"));

    /// <summary>The names of all values.</summary>
    public static string[] All<TEnum>() where TEnum : struct, Enum => [.. Enum.GetValues<TEnum>().Select(Of)];

    /// <summary>The single flags of an enum of flags.</summary>
    public static TEnum[] Flags<TEnum>() where TEnum : struct, Enum => [.. Enum.GetValues<TEnum>().Where(v => Convert.ToInt32(v) != 0)];

    /// <summary>The names of the flags that are set.</summary>
    public static string[] Set<TEnum>(TEnum value) where TEnum : struct, Enum => [.. Flags<TEnum>().Where(f => value.HasFlag(f)).Select(Of)];
}
