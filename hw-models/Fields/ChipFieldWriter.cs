using System.Collections.Immutable;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace NeuroChip.HwModels.Fields;

/// <summary>Writes a chip model as canonical YAML: fields in their order, every text quoted, two spaces per level.</summary>
internal sealed class ChipFieldWriter : ChipFields
{
    private static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly StringBuilder text = new();
    private int depth;

    /// <summary>The YAML of a model.</summary>
    public static string Write(ChipModel chip)
    {
        var writer = new ChipFieldWriter();
        chip.Walk(writer);
        return writer.text.ToString();
    }

    public override void Family(ChipFamily family) => Line($"family: {FieldNames.Of(family)}");

    public override Quantity Quantity(string name, Dimension dimension, Quantity? current, string about)
    {
        Leaf(name, current!);
        return current!;
    }

    public override Quantity? OptionalQuantity(string name, Dimension dimension, Quantity? current, string about)
    {
        if (current is not null) Leaf(name, current);
        return current;
    }

    public override string Text(string name, string? current, string about)
    {
        Line($"{name}: {Quote(current!)}");
        return current!;
    }

    public override TEnum Choice<TEnum>(string name, TEnum? current, string about)
    {
        Line($"{name}: {FieldNames.Of(current!.Value)}");
        return current.Value;
    }

    public override TEnum Choices<TEnum>(string name, TEnum? current, string about)
    {
        Line($"{name}: [{string.Join(", ", FieldNames.Set(current!.Value))}]");
        return current.Value;
    }

    public override bool Flag(string name, bool? current, string about)
    {
        Line($"{name}: {(current!.Value ? "true" : "false")}");
        return current.Value;
    }

    public override ImmutableArray<string> Texts(string name, string pattern, ImmutableArray<string> current, string about)
    {
        Line($"{name}: [{string.Join(", ", current.Select(Quote))}]");
        return current;
    }

    public override T Section<T>(string name, T? current, Func<ChipFields, T?, T> map, string about) where T : class
    {
        Line($"{name}:");
        depth++;
        map(this, current);
        depth--;
        return current!;
    }

    public override T? OptionalSection<T>(string name, T? current, Func<ChipFields, T?, T> map, string about) where T : class =>
        current is null ? null : Section(name, current, map, about);

    public override ImmutableSortedDictionary<string, T> Sections<T>(
        string name, ImmutableSortedDictionary<string, T>? current, Func<ChipFields, T?, T> map, string about) where T : class
    {
        Line(current!.IsEmpty ? $"{name}: {{}}" : $"{name}:");
        depth++;
        foreach (var (key, value) in current) Section(Quote(key), value, map, about);
        depth--;
        return current;
    }

    public override ImmutableSortedDictionary<string, Quantity> Quantities(
        string name, ImmutableSortedDictionary<string, Quantity>? current, string about)
    {
        Line(current!.IsEmpty ? $"{name}: {{}}" : $"{name}:");
        depth++;
        foreach (var (key, value) in current) Leaf(Quote(key), value);
        depth--;
        return current;
    }

    public override ImmutableSortedDictionary<string, string> NamedTexts(
        string name, ImmutableSortedDictionary<string, string>? current, string about)
    {
        Line(current!.IsEmpty ? $"{name}: {{}}" : $"{name}:");
        depth++;
        foreach (var (key, value) in current) Line($"{Quote(key)}: {Quote(value)}");
        depth--;
        return current;
    }

    private static string Quote(string value) => JsonSerializer.Serialize(value, Plain);

    private void Leaf(string name, Quantity quantity)
    {
        var p = quantity.Provenance;
        var confidence = p.Confidence is { } c ? $", confidence: {c.Letter()}" : "";
        var note = p.Note is { } n ? $", note: {Quote(n)}" : "";
        Line($"{name}: {{ value: {Quote(quantity.ToString())}, source: {Quote(p.Source)}, grade: {Quote(p.Grade.Letter())}{confidence}{note} }}");
    }

    private void Line(string line) => text.Append(' ', depth * 2).Append(line).Append('\n');
}
