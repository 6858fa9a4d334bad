namespace NeuroChip.HwModels.Fields;

/// <summary>Names of enum values in files.</summary>
internal static class FieldNames
{
    /// <summary>The value in lower case.</summary>
    public static string Of<TEnum>(TEnum value) where TEnum : struct, Enum => value.ToString().ToLowerInvariant();

    /// <summary>All values in lower case.</summary>
    public static string[] All<TEnum>() where TEnum : struct, Enum => [.. Enum.GetValues<TEnum>().Select(Of)];
}
