using System.Collections.Immutable;

namespace NeuroChip.HwModels.Fields;

/// <summary>Lists the fields of a model for people.</summary>
internal sealed class ChipFieldRows : ChipFields
{
    private readonly ImmutableArray<ChipRow>.Builder rows = ImmutableArray.CreateBuilder<ChipRow>();
    private string path = "";

    /// <summary>The rows of a model.</summary>
    public static ImmutableArray<ChipRow> Of(ChipModel chip)
    {
        var walker = new ChipFieldRows();
        chip.Walk(walker);
        return walker.rows.ToImmutable();
    }

    public override void Family(ChipFamily family) => Add("family", FieldNames.Of(family), CommonFields.FamilyMeaning);

    public override Quantity Quantity(string name, Dimension dimension, Quantity? current, string about)
    {
        Add(name, current!, about);
        return current!;
    }

    public override Quantity? OptionalQuantity(string name, Dimension dimension, Quantity? current, string about)
    {
        if (current is not null) Add(name, current, about);
        return current;
    }

    public override string Text(string name, string? current, string about)
    {
        Add(name, current!, about);
        return current!;
    }

    public override TEnum Choice<TEnum>(string name, TEnum? current, string about)
    {
        Add(name, FieldNames.Of(current!.Value), about);
        return current.Value;
    }

    public override TEnum Choices<TEnum>(string name, TEnum? current, string about)
    {
        Add(name, string.Join("; ", FieldNames.Set(current!.Value)), about);
        return current.Value;
    }

    public override bool Flag(string name, bool? current, string about)
    {
        Add(name, current!.Value ? "true" : "false", about);
        return current.Value;
    }

    public override ImmutableArray<string> Texts(string name, string pattern, ImmutableArray<string> current, string about)
    {
        Add(name, string.Join("; ", current), about);
        return current;
    }

    public override T Section<T>(string name, T? current, Func<ChipFields, T?, T> map, string about) where T : class
    {
        var outer = path;
        path += name + ".";
        map(this, current);
        path = outer;
        return current!;
    }

    public override T? OptionalSection<T>(string name, T? current, Func<ChipFields, T?, T> map, string about) where T : class =>
        current is null ? null : Section(name, current, map, about);

    public override ImmutableSortedDictionary<string, T> Sections<T>(
        string name, ImmutableSortedDictionary<string, T>? current, Func<ChipFields, T?, T> map, string about) where T : class
    {
        foreach (var (key, value) in current!) Section($"{name}.{key}", value, map, about);
        return current;
    }

    public override ImmutableSortedDictionary<string, Quantity> Quantities(
        string name, ImmutableSortedDictionary<string, Quantity>? current, string about)
    {
        foreach (var (key, value) in current!) Add($"{name}.{key}", value, about);
        return current;
    }

    public override ImmutableSortedDictionary<string, string> NamedTexts(
        string name, ImmutableSortedDictionary<string, string>? current, string about)
    {
        foreach (var (key, value) in current!) Add($"{name}.{key}", value, about);
        return current;
    }

    private void Add(string name, string value, string about) => rows.Add(new ChipRow(path + name, value, "", "", "", "", about));

    private void Add(string name, Quantity quantity, string about)
    {
        var p = quantity.Provenance;
        var grade = p.Confidence is { } c ? $"{p.Grade.Letter()} {c.Letter()}" : p.Grade.Letter();
        var number = quantity.Number.ToString(System.Globalization.CultureInfo.InvariantCulture);
        rows.Add(new ChipRow(path + name, number, quantity.Unit.Symbol, p.Source, grade, p.Note ?? "", about));
    }
}
