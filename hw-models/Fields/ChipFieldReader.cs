using System.Collections.Immutable;
using System.Globalization;
using System.Text.RegularExpressions;
using NeuroChip.Ir.Diagnostics;

namespace NeuroChip.HwModels.Fields;

/// <summary>
/// Builds a model from a chip file. Every problem goes to the bag and a stand-in takes the value's place, so that one run reports all of them;
/// what was built is used only if there was no error.
/// </summary>
internal sealed partial class ChipFieldReader(ChipNode node, ChipNode place, string path, DiagnosticBag bag) : ChipFields
{
    private static readonly string[] QuantityFields = ["value", "source", "grade", "confidence", "note"];

    /// <summary>Keeps number times unit in the range of decimal.</summary>
    private const decimal MostNumber = 1e15m;

    private readonly HashSet<string> known = new(StringComparer.Ordinal);
    private readonly List<string> missing = [];

    /// <summary>Reads a whole model; null if it is of no known family, since then nothing can be said about its other fields.</summary>
    public static ChipModel? Read(ChipNode root, DiagnosticBag bag)
    {
        var reader = new ChipFieldReader(root, root, "", bag);
        if (reader.FamilyOfFile() is not { } family) return null;
        ChipModel chip = family == ChipFamily.Tiles ? TileChip.Map(reader, null) : ManyCoreChip.Map(reader, null);
        reader.Finish();
        return chip;
    }

    public override void Family(ChipFamily family) => known.Add("family");

    public override Quantity Quantity(string name, Dimension dimension, Quantity? current, string about) =>
        Required(name, about) is { } value ? ReadQuantity(value, path + name, dimension) : StandIn(dimension);

    public override Quantity? OptionalQuantity(string name, Dimension dimension, Quantity? current, string about) =>
        Optional(name) is { } value ? ReadQuantity(value, path + name, dimension) : null;

    public override string Text(string name, string? current, string about) => Required(name, about) is { } value ? Scalar(value, path + name) ?? "" : "";

    public override TEnum Choice<TEnum>(string name, TEnum? current, string about)
    {
        var names = FieldNames.All<TEnum>();
        var at = Pick(Required(name, about), path + name, names);
        return Enum.GetValues<TEnum>()[Math.Max(at, 0)];
    }

    public override TEnum Choices<TEnum>(string name, TEnum? current, string about)
    {
        var flags = FieldNames.Flags<TEnum>();
        var chosen = 0;
        foreach (var item in List(name, about))
            if (Pick(item, path + name, [.. flags.Select(FieldNames.Of)]) is >= 0 and var at) chosen |= Convert.ToInt32(flags[at], CultureInfo.InvariantCulture);
        return (TEnum)Enum.ToObject(typeof(TEnum), chosen);
    }

    public override bool Flag(string name, bool? current, string about) => Pick(Required(name, about), path + name, ["false", "true"]) == 1;

    public override ImmutableArray<string> Texts(string name, string pattern, ImmutableArray<string> current, string about)
    {
        var texts = ImmutableArray.CreateBuilder<string>();
        foreach (var item in List(name, about))
        {
            if (Scalar(item, path + name) is not { } text) continue;
            if (!Regex.IsMatch(text, pattern, RegexOptions.CultureInvariant)) bag.Add(item.Error("NC6006", $"'{text}' is not an item of '{path}{name}'", about));
            texts.Add(text);
        }
        return texts.ToImmutable();
    }

    public override T Section<T>(string name, T? current, Func<ChipFields, T?, T> map, string about) where T : class
    {
        var value = Required(name, about);
        return ReadSection(value, node.Key(name), path + name, map);
    }

    public override T? OptionalSection<T>(string name, T? current, Func<ChipFields, T?, T> map, string about) where T : class =>
        Optional(name) is { } value ? ReadSection(value, node.Key(name), path + name, map) : null;

    public override ImmutableSortedDictionary<string, T> Sections<T>(
        string name, ImmutableSortedDictionary<string, T>? current, Func<ChipFields, T?, T> map, string about) where T : class =>
        Named(Required(name, about), name, about, value => ReadSection(value.Node, value.Key, $"{path}{name}.{value.Key.Value}", map));

    public override ImmutableSortedDictionary<string, Quantity> Quantities(
        string name, ImmutableSortedDictionary<string, Quantity>? current, string about) =>
        Named(Optional(name), name, about, value => ReadQuantity(value.Node, $"{path}{name}.{value.Key.Value}", Dimension.Any));

    public override ImmutableSortedDictionary<string, string> NamedTexts(
        string name, ImmutableSortedDictionary<string, string>? current, string about) =>
        Named(Optional(name), name, about, value => Scalar(value.Node, $"{path}{name}.{value.Key.Value}") ?? "");

    [GeneratedRegex(@"^\s*([+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)\s*(.*?)\s*$", RegexOptions.CultureInvariant)]
    private static partial Regex NumberAndUnit();

    private static Quantity StandIn(Dimension dimension) =>
        new(1, dimension.Units.IsEmpty ? default : dimension.Units[0], dimension, new Provenance("", EvidenceGrade.Derived));

    /// <summary>The family a file says it is of; chips of the first family need not say it.</summary>
    private ChipFamily? FamilyOfFile() =>
        node.Field("family") is not { } family ? ChipFamily.ManyCore : Pick(family, "family", FieldNames.All<ChipFamily>()) is >= 0 and var at ? (ChipFamily)at : null;

    private List<ChipNode> List(string name, string about)
    {
        if (Required(name, about) is not { } value) return [];
        if (value.Items is null) bag.Add(value.Error("NC6006", $"'{path}{name}' is a list, not {value.Kind}", about));
        return value.Items ?? [];
    }

    private ImmutableSortedDictionary<string, T> Named<T>(ChipNode? map, string name, string about, Func<(ChipNode Key, ChipNode Node), T> read)
    {
        var result = ImmutableSortedDictionary.CreateBuilder<string, T>(StringComparer.Ordinal);
        if (map is { Fields: null }) bag.Add(map.Error("NC6006", $"'{path}{name}' is a map of fields, not {map.Kind}", about));
        foreach (var (key, value) in map?.Fields ?? []) result[key.Value!] = read((key, value));
        return result.ToImmutable();
    }

    private T ReadSection<T>(ChipNode? value, ChipNode? key, string at, Func<ChipFields, T?, T> map) where T : class
    {
        if (value is { Fields: null }) bag.Add(value.Error("NC6006", $"'{at}' is a map of fields, not {value.Kind}"));

        // Without a map there is nothing to report inside it: the section itself is missing or wrong.
        var inner = value is { Fields: not null }
            ? new ChipFieldReader(value, key ?? value, at + ".", bag)
            : new ChipFieldReader(node, node, at + ".", new DiagnosticBag());
        var section = map(inner, null);
        inner.Finish();
        return section;
    }

    private Quantity ReadQuantity(ChipNode value, string at, Dimension dimension)
    {
        if (value.Fields is null)
        {
            bag.Add(value.Error("NC6011", $"'{at}' has no source and no grade", "write it as { value: 200 MHz, source: \"where it is from\", grade: C }"));
            return StandIn(dimension);
        }
        foreach (var (key, _) in value.Fields)
            if (!QuantityFields.Contains(key.Value)) bag.Add(key.Error("NC6004", $"a number has no field '{key.Value}'", Suggestion.Notes("its fields", key.Value!, QuantityFields)));
        foreach (var needed in QuantityFields.AsSpan(0, 3))
        {
            if (value.Field(needed) is { } text && (needed != "source" || text.Value is not "")) continue;
            var code = needed == "value" ? "NC6005" : "NC6011";
            bag.Add(value.Error(code, $"'{at}' has no {needed}", "a number is written { value: 200 MHz, source: \"where it is from\", grade: C }"));
        }
        var provenance = new Provenance(
            value.Field("source") is { } source ? Scalar(source, at + ".source") ?? "" : "",
            (EvidenceGrade)Math.Max(0, Pick(value.Field("grade"), at + ".grade", EvidenceLetters.Grades)),
            Pick(value.Field("confidence"), at + ".confidence", EvidenceLetters.Confidences) is >= 0 and var confidence ? (Confidence)confidence : null,
            value.Field("note") is { } note ? Scalar(note, at + ".note") : null);
        return value.Field("value") is { } number && Scalar(number, at + ".value") is { } text2
            ? ReadNumber(number, text2, at, dimension, provenance)
            : StandIn(dimension);
    }

    private Quantity ReadNumber(ChipNode place, string text, string at, Dimension dimension, Provenance provenance)
    {
        var units = dimension.Units.IsEmpty ? "any unit" : string.Join(", ", dimension.Units.Select(u => u.Symbol));
        var match = NumberAndUnit().Match(text);
        if (!match.Success || !decimal.TryParse(match.Groups[1].ValueSpan, NumberStyles.Float, CultureInfo.InvariantCulture, out var number))
        {
            bag.Add(place.Error("NC6006", $"'{at}' is a number with a unit, not '{text}'", $"units: {units}"));
            return StandIn(dimension);
        }
        var symbol = match.Groups[2].Value;
        if (number < 0) bag.Add(place.Error("NC6007", $"'{at}' is {text}; it cannot be negative"));
        if (symbol.Length == 0)
        {
            bag.Add(place.Error("NC6008", $"'{at}' is {text} without a unit", $"units: {units}"));
            return StandIn(dimension);
        }
        if (dimension.Find(symbol) is not { } unit)
        {
            bag.Add(place.Error("NC6009", $"'{at}' is given in '{symbol}', which is no unit of {dimension}", Suggestion.Notes("units", symbol, dimension.Units.Select(u => u.Symbol))));
            return StandIn(dimension);
        }
        if (number > MostNumber || number * unit.Scale > dimension.Most)
        {
            bag.Add(place.Error("NC6014", $"'{at}' is {text}; that is more than can be computed with"));
            return StandIn(dimension);
        }
        if (dimension.Whole && decimal.Truncate(number * unit.Scale) != number * unit.Scale)
            bag.Add(place.Error("NC6014", $"'{at}' is {text}; it must be a whole number of {dimension.Units[0].Symbol}"));
        return new Quantity(number, unit, dimension, provenance);
    }

    private int Pick(ChipNode? value, string at, IReadOnlyList<string> choices)
    {
        if (value is null || Scalar(value, at) is not { } text) return -1;
        for (var i = 0; i < choices.Count; i++)
            if (choices[i] == text) return i;
        bag.Add(value.Error("NC6010", $"'{at}' cannot be '{text}'", Suggestion.Notes("choices", text, choices)));
        return -1;
    }

    private string? Scalar(ChipNode value, string at)
    {
        if (value.Value is null) bag.Add(value.Error("NC6006", $"'{at}' is a text, not {value.Kind}"));
        return value.Value;
    }

    private ChipNode? Optional(string name)
    {
        known.Add(name);
        return node.Field(name);
    }

    private ChipNode? Required(string name, string about)
    {
        var value = Optional(name);
        if (value is null) missing.Add($"{name}: {about}");
        return value;
    }

    /// <summary>Once all fields were asked for: what is missing and what is there that no field asked for.</summary>
    private void Finish()
    {
        var where = path.Length == 0 ? "a chip that extends no other" : $"'{path.TrimEnd('.')}'";
        if (missing.Count > 0) bag.Add(place.Error("NC6005", $"{where} lacks {(missing.Count == 1 ? "a field" : $"{missing.Count} fields")}", [.. missing]));
        var what = path.Length == 0 ? "a chip" : where;
        foreach (var (key, _) in node.Fields ?? [])
            if (!known.Contains(key.Value!)) bag.Add(key.Error("NC6004", $"{what} has no field '{key.Value}'", Suggestion.Notes("its fields", key.Value!, known)));
    }
}
