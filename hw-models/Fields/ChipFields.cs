using System.Collections.Immutable;

namespace NeuroChip.HwModels.Fields;

/// <summary>
/// Walks the fields of a chip model. Each record lists its fields once, in a <c>Map</c> method that hands every field's name, dimension,
/// present value and meaning to a walker and builds a record from the answers. So reading YAML, writing it, the JSON Schema and the table
/// for people are four walkers over one list and cannot disagree about what fields there are.
/// </summary>
internal abstract class ChipFields
{
    /// <summary>The family of the model, which says what other fields there are.</summary>
    public abstract void Family(ChipFamily family);

    /// <summary>A sourced number that must be there.</summary>
    /// <param name="name">Name of the field in files.</param>
    /// <param name="dimension">What it measures.</param>
    /// <param name="current">Its value, when a model is walked.</param>
    /// <param name="about">What it is.</param>
    public abstract Quantity Quantity(string name, Dimension dimension, Quantity? current, string about);

    /// <summary>A sourced number that may be missing.</summary>
    public abstract Quantity? OptionalQuantity(string name, Dimension dimension, Quantity? current, string about);

    /// <summary>A text that must be there.</summary>
    public abstract string Text(string name, string? current, string about);

    /// <summary>A choice out of the values of an enum, written as <see cref="FieldNames"/> says.</summary>
    public abstract TEnum Choice<TEnum>(string name, TEnum? current, string about) where TEnum : struct, Enum;

    /// <summary>A list of choices out of the values of an enum of flags; it may be empty.</summary>
    public abstract TEnum Choices<TEnum>(string name, TEnum? current, string about) where TEnum : struct, Enum;

    /// <summary>true or false.</summary>
    public abstract bool Flag(string name, bool? current, string about);

    /// <summary>A list of texts.</summary>
    /// <param name="name">Name of the field.</param>
    /// <param name="pattern">Regular expression each must match.</param>
    /// <param name="current">Its value, when a model is walked.</param>
    /// <param name="about">What it is.</param>
    public abstract ImmutableArray<string> Texts(string name, string pattern, ImmutableArray<string> current, string about);

    /// <summary>A group of fields.</summary>
    public abstract T Section<T>(string name, T? current, Func<ChipFields, T?, T> map, string about) where T : class;

    /// <summary>A group of fields that may be missing as a whole.</summary>
    public abstract T? OptionalSection<T>(string name, T? current, Func<ChipFields, T?, T> map, string about) where T : class;

    /// <summary>Groups of the same fields, by name.</summary>
    public abstract ImmutableSortedDictionary<string, T> Sections<T>(
        string name, ImmutableSortedDictionary<string, T>? current, Func<ChipFields, T?, T> map, string about) where T : class;

    /// <summary>Sourced numbers of any unit, by name.</summary>
    public abstract ImmutableSortedDictionary<string, Quantity> Quantities(
        string name, ImmutableSortedDictionary<string, Quantity>? current, string about);

    /// <summary>Texts by name.</summary>
    public abstract ImmutableSortedDictionary<string, string> NamedTexts(
        string name, ImmutableSortedDictionary<string, string>? current, string about);
}
