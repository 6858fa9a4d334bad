using System.Globalization;
using NeuroChip.Ir.Diagnostics;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace NeuroChip.HwModels.Fields;

/// <summary>A YAML file with its lines, so that a diagnostic can show the place it is about.</summary>
/// <param name="File">Name for diagnostics.</param>
/// <param name="Lines">Lines of the text.</param>
internal sealed record ChipText(string File, string[] Lines)
{
    /// <summary>Splits a text into its lines.</summary>
    public static ChipText Of(string file, string text) => new(file, text.ReplaceLineEndings("\n").Split('\n'));

    /// <summary>An error at a line and column (1-based).</summary>
    public Diagnostic Error(string code, string message, int line, int column, params ReadOnlySpan<string> notes) =>
        Diagnostic.Error(code, message, new Place(File, null, line, column), notes) with { Excerpt = Excerpt(line, column) };

    private string? Excerpt(int line, int column)
    {
        if (line < 1 || line > Lines.Length) return null;
        var number = line.ToString(CultureInfo.InvariantCulture);
        return $"  {number} | {Lines[line - 1]}\n  {new string(' ', number.Length)} | {new string(' ', Math.Max(0, column - 1))}^";
    }
}

/// <summary>A node of a chip file after inheritance: a text, a list or a map, and where it stands.</summary>
internal sealed class ChipNode
{
    private ChipNode(ChipText text, int line, int column)
    {
        Text = text;
        Line = line;
        Column = column;
    }

    /// <summary>The file it stands in.</summary>
    public ChipText Text { get; }

    /// <summary>Line, 1-based.</summary>
    public int Line { get; }

    /// <summary>Column, 1-based.</summary>
    public int Column { get; }

    /// <summary>Value of a text node; null otherwise.</summary>
    public string? Value { get; private init; }

    /// <summary>Items of a list node; null otherwise.</summary>
    public List<ChipNode>? Items { get; private init; }

    /// <summary>Fields of a map node, in the order of the file; null otherwise.</summary>
    public List<(ChipNode Key, ChipNode Value)>? Fields { get; private init; }

    /// <summary>What kind of node it is, for people.</summary>
    public string Kind => Value is not null ? "a text" : Items is not null ? "a list" : "a map of fields";

    /// <summary>Whether it is a sourced number: replaced as a whole when inherited.</summary>
    private bool IsQuantity => Fields is not null && Fields.Exists(f => f.Key.Value is "value");

    /// <summary>Parses a text; the one diagnostic of a text that is not YAML goes to <paramref name="bag"/>.</summary>
    public static ChipNode? Parse(ChipText text, DiagnosticBag bag)
    {
        try
        {
            var stream = new YamlStream();
            stream.Load(new StringReader(string.Join('\n', text.Lines)));
            if (stream.Documents.Count == 1 && stream.Documents[0].RootNode is YamlMappingNode root) return Of(text, root);
            bag.Add(text.Error("NC6003", "a chip file is one map of fields", 1, 1, "it begins with a line such as 'name: mychip'"));
        }
        catch (YamlException e)
        {
            var reason = e.InnerException?.Message ?? e.Message;
            bag.Add(text.Error("NC6003", $"this is not YAML: {reason.TrimEnd('.')}", (int)e.Start.Line, (int)e.Start.Column));
        }
        return null;
    }

    /// <summary>The field of that name; null if there is none.</summary>
    public ChipNode? Field(string name)
    {
        foreach (var (key, value) in Fields ?? [])
            if (key.Value == name) return value;
        return null;
    }

    /// <summary>The name of the field of that name, with its place; null if there is none.</summary>
    public ChipNode? Key(string name)
    {
        foreach (var (key, _) in Fields ?? [])
            if (key.Value == name) return key;
        return null;
    }

    /// <summary>This node with <paramref name="over"/> laid over it: maps merge field by field; numbers, texts and lists are replaced.</summary>
    public ChipNode Under(ChipNode over)
    {
        if (Fields is null || over.Fields is null || IsQuantity || over.IsQuantity) return over;
        var merged = new List<(ChipNode Key, ChipNode Value)>();
        foreach (var (key, value) in Fields)
            merged.Add(over.Field(key.Value!) is { } replacement ? (over.Key(key.Value!)!, value.Under(replacement)) : (key, value));
        foreach (var field in over.Fields)
            if (Field(field.Key.Value!) is null) merged.Add(field);
        return new ChipNode(over.Text, over.Line, over.Column) { Fields = merged };
    }

    /// <summary>This map without a field.</summary>
    public ChipNode Without(string name) => new(Text, Line, Column) { Fields = [.. Fields!.Where(f => f.Key.Value != name)] };

    /// <summary>An error at this node.</summary>
    public Diagnostic Error(string code, string message, params ReadOnlySpan<string> notes) => Text.Error(code, message, Line, Column, notes);

    private static ChipNode Of(ChipText text, YamlNode node) => new(text, (int)node.Start.Line, (int)node.Start.Column)
    {
        Value = (node as YamlScalarNode) is { } scalar ? scalar.Value ?? "" : null,
        Items = (node as YamlSequenceNode)?.Children.Select(c => Of(text, c)).ToList(),
        Fields = (node as YamlMappingNode)?.Children.Select(c => (Name(text, c.Key), Of(text, c.Value))).ToList(),
    };

    private static ChipNode Name(ChipText text, YamlNode node) =>
        node is YamlScalarNode ? Of(text, node) : new ChipNode(text, (int)node.Start.Line, (int)node.Start.Column) { Value = node.ToString() };
}
