using NeuroChip.HwModels.Fields;
using NeuroChip.Ir.Diagnostics;
using NeuroChip.Ir.Yaml;

namespace NeuroChip.HwModels.Pipelines;

/// <summary>Reads fields of architecture files; what is wrong goes to the bag, and a harmless value comes back.</summary>
internal sealed class PipelineFields(DiagnosticBag bag)
{
    /// <summary>A mistyped range should be a message, not a lack of memory.</summary>
    private const int MostOfOneName = 1 << 20;

    /// <summary>A section is a list, or one entry without the list.</summary>
    public static IEnumerable<YamlNode> OneOrMore(YamlNode section)
    {
        if (section.Kind != YamlKind.Sequence)
        {
            yield return section;
            yield break;
        }

        foreach (var item in section.Children) yield return item;
    }

    public YamlNode? Required(YamlNode node, string name)
    {
        if (node.Field(name) is { } field) return field;
        bag.Add(node.Error("NC1202", $"'{name}' is missing"));
        return null;
    }

    public double Number(YamlNode node)
    {
        if (node.TryNumber(out var value)) return value;
        bag.Add(node.Error("NC1203", $"'{node.Name}' is {node.KindName}, not a number"));
        return 0;
    }

    public int Integer(YamlNode? attributes, string name, int least)
    {
        if (attributes is not { } a || Required(a, name) is not { } field) return least;
        if (field.TryInteger(out var value) && value >= least) return value;
        bag.Add(field.Error("NC1203", $"'{name}' is {field.KindName}, not a whole number of at least {least}"));
        return least;
    }

    public bool Truth(YamlNode attributes, string name)
    {
        if (attributes.Field(name) is not { } field) return false;
        if (!field.TryTruth(out var value)) bag.Add(field.Error("NC1203", $"'{name}' is {field.KindName}, not true or false"));
        return value;
    }

    public ActionCost Cost(YamlNode? attributes, string energy, string latency)
    {
        if (attributes is not { } a) return default;
        var (e, l) = (Required(a, energy), Required(a, latency));
        return new(e is { } en ? Number(en) : 0, l is { } la ? Number(la) : 0);
    }

    /// <summary>The names of an entry: <c>x[0..3]</c> stands for four. <paramref name="always"/> gives a single one the number 0.</summary>
    public IEnumerable<string> Names(YamlNode entry, bool always)
    {
        if (Required(entry, "name") is not { } node) return [];
        var name = node.Text.ToString();
        var bracket = name.IndexOf('[', StringComparison.Ordinal);
        var stem = bracket < 0 ? name : name[..bracket];
        if (!name.Contains("..", StringComparison.Ordinal)) return [always ? $"{stem}[0]" : name];
        if (IndexRange.TryParse(name, out var range) && range.Count <= MostOfOneName) return Enumerable.Range(range.First, range.Count).Select(i => $"{stem}[{i}]");
        bag.Add(node.Error("NC1203", $"'{name}' is no range of names", "write NAME[FIRST..LAST], as in core[0..3]"));
        return [];
    }

    public void Choice(YamlNode node, string what, IEnumerable<string> known) =>
        bag.Add(node.Error("NC1203", $"{what} {node.KindName} is not known", Suggestion.Notes("known", node.Text.ToString(), known)));
}
