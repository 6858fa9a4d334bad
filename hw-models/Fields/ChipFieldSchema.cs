using System.Collections.Immutable;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace NeuroChip.HwModels.Fields;

/// <summary>
/// Derives the JSON Schema of chip files from the list of fields. Editors use the file <c>hw-models/chip.schema.json</c>; a test keeps it equal
/// to what is derived here.
/// </summary>
internal sealed class ChipFieldSchema : ChipFields
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly JsonObject properties = [];
    private readonly JsonArray required = [];
    private readonly JsonObject sections = [];
    private readonly JsonObject definitions;

    private ChipFieldSchema(JsonObject definitions) => this.definitions = definitions;

    /// <summary>The schema as text.</summary>
    public static string Derive()
    {
        var definitions = new JsonObject();
        definitions["many-core"] = Family(definitions, f => ManyCoreChip.Map(f, null));
        definitions["tiles"] = Family(definitions, f => TileChip.Map(f, null));
        var schema = new JsonObject
        {
            ["$schema"] = "https://json-schema.org/draft/2020-12/schema",
            ["title"] = "NeuroChip chip model",
            ["description"] = "A chip as data; docs/chip-model.md explains the fields. A file without 'extends' states all of them.",
            ["type"] = "object",
            ["required"] = new JsonArray("name"),
            ["anyOf"] = new JsonArray(Ref("many-core"), Ref("tiles")),
            ["$defs"] = definitions,
        };
        return schema.ToJsonString(Indented) + "\n";
    }

    public override void Family(ChipFamily family)
    {
        // A file that does not say its family is of the first one.
        if (family != default) required.Add("family");
        properties["family"] = new JsonObject { ["enum"] = new JsonArray(FieldNames.Of(family)), ["description"] = CommonFields.FamilyMeaning };
    }

    public override Quantity Quantity(string name, Dimension dimension, Quantity? current, string about)
    {
        required.Add(name);
        return OptionalQuantity(name, dimension, current, about)!;
    }

    public override Quantity? OptionalQuantity(string name, Dimension dimension, Quantity? current, string about)
    {
        properties[name] = Reference(dimension, about);
        return new Quantity(1, dimension.Units.IsEmpty ? default : dimension.Units[0], dimension, new Provenance("", EvidenceGrade.Derived));
    }

    public override string Text(string name, string? current, string about)
    {
        required.Add(name);
        properties[name] = Text(about);
        return "";
    }

    public override TEnum Choice<TEnum>(string name, TEnum? current, string about)
    {
        required.Add(name);
        properties[name] = new JsonObject { ["enum"] = Strings(FieldNames.All<TEnum>()), ["description"] = about };
        return default;
    }

    public override TEnum Choices<TEnum>(string name, TEnum? current, string about)
    {
        required.Add(name);
        var item = new JsonObject { ["enum"] = Strings(FieldNames.Flags<TEnum>().Select(FieldNames.Of)) };
        properties[name] = new JsonObject { ["type"] = "array", ["items"] = item, ["description"] = about };
        return default;
    }

    public override bool Flag(string name, bool? current, string about)
    {
        required.Add(name);
        properties[name] = new JsonObject { ["type"] = "boolean", ["description"] = about };
        return false;
    }

    public override ImmutableArray<string> Texts(string name, string pattern, ImmutableArray<string> current, string about)
    {
        required.Add(name);
        var item = new JsonObject { ["type"] = "string", ["pattern"] = pattern };
        properties[name] = new JsonObject { ["type"] = "array", ["items"] = item, ["description"] = about };
        return [];
    }

    public override T Section<T>(string name, T? current, Func<ChipFields, T?, T> map, string about) where T : class
    {
        required.Add(name);
        return OptionalSection(name, current, map, about)!;
    }

    public override T? OptionalSection<T>(string name, T? current, Func<ChipFields, T?, T> map, string about) where T : class
    {
        var inner = new ChipFieldSchema(definitions);
        var value = map(inner, null);
        properties[name] = inner.Open(about);
        sections[name] = inner.Complete();
        return value;
    }

    public override ImmutableSortedDictionary<string, T> Sections<T>(
        string name, ImmutableSortedDictionary<string, T>? current, Func<ChipFields, T?, T> map, string about) where T : class
    {
        required.Add(name);
        var inner = new ChipFieldSchema(definitions);
        map(inner, null);
        properties[name] = new JsonObject { ["type"] = "object", ["additionalProperties"] = inner.Open(about), ["description"] = about };
        sections[name] = new JsonObject { ["additionalProperties"] = inner.Complete() };
        return ImmutableSortedDictionary<string, T>.Empty;
    }

    public override ImmutableSortedDictionary<string, Quantity> Quantities(
        string name, ImmutableSortedDictionary<string, Quantity>? current, string about)
    {
        properties[name] = new JsonObject
        {
            ["type"] = "object",
            ["additionalProperties"] = Reference(Dimension.Any, "A figure that is known but not computed with."),
            ["description"] = about,
        };
        return ImmutableSortedDictionary<string, Quantity>.Empty;
    }

    public override ImmutableSortedDictionary<string, string> NamedTexts(
        string name, ImmutableSortedDictionary<string, string>? current, string about)
    {
        properties[name] = new JsonObject { ["type"] = "object", ["additionalProperties"] = new JsonObject { ["type"] = "string" }, ["description"] = about };
        return ImmutableSortedDictionary<string, string>.Empty;
    }

    /// <summary>What a file of one family may and must have.</summary>
    private static JsonObject Family(JsonObject definitions, Action<ChipFields> map)
    {
        var root = new ChipFieldSchema(definitions);
        map(root);
        root.properties.Insert(0, "extends", Text("Name of a built-in chip, or path of a chip file, that this one changes parts of."));
        return new JsonObject
        {
            ["properties"] = root.properties,
            ["additionalProperties"] = false,
            ["anyOf"] = new JsonArray(new JsonObject { ["required"] = new JsonArray("extends") }, root.Complete()),
        };
    }

    private static JsonObject Ref(string name) => new() { ["$ref"] = $"#/$defs/{name}" };

    private static JsonObject Text(string about) => new() { ["type"] = "string", ["description"] = about };

    private static JsonArray Strings(IEnumerable<string> values) => [.. values.Select(v => (JsonNode)v)];

    /// <summary>What may be there; a chip that extends another states only what differs.</summary>
    private JsonObject Open(string about) =>
        new() { ["type"] = "object", ["properties"] = properties, ["additionalProperties"] = false, ["description"] = about };

    /// <summary>What must be there in a chip that stands alone.</summary>
    private JsonObject Complete()
    {
        var complete = new JsonObject { ["required"] = required };
        if (sections.Count > 0) complete["properties"] = sections;
        return complete;
    }

    private JsonObject Reference(Dimension dimension, string about)
    {
        var name = dimension.Name.Replace(' ', '_');
        definitions[name] ??= new JsonObject
        {
            ["type"] = "object",
            ["description"] = $"A sourced value: {dimension.Name}.",
            ["properties"] = new JsonObject
            {
                ["value"] = new JsonObject { ["type"] = "string", ["pattern"] = Pattern(dimension) },
                ["source"] = new JsonObject { ["type"] = "string", ["pattern"] = ".", ["description"] = "Document, file or arithmetic." },
                ["grade"] = new JsonObject { ["enum"] = Strings(EvidenceLetters.Grades), ["description"] = string.Join(", ", EvidenceLetters.Grades.Zip(EvidenceLetters.Meanings, (l, m) => $"{l} {m}")) },
                ["confidence"] = new JsonObject { ["enum"] = Strings(EvidenceLetters.Confidences), ["description"] = "H high, Md medium, L low" },
                ["note"] = Text("What else there is to know, e.g. which sources disagree."),
            },
            ["required"] = new JsonArray("value", "source", "grade"),
            ["additionalProperties"] = false,
        };
        return new JsonObject { ["$ref"] = $"#/$defs/{name}", ["description"] = about };
    }

    private static string Pattern(Dimension dimension)
    {
        const string number = @"^\s*\+?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?\s*";
        return dimension.Units.IsEmpty ? number + @"\S" : $"{number}({string.Join('|', dimension.Units.Select(u => Regex.Escape(u.Symbol)))})\\s*$";
    }
}
