using NeuroChip.Ir.Diagnostics;

namespace NeuroChip.HwModels.Fields;

/// <summary>A node of a chip file after inheritance: a text, a list or a map, and where it stands.</summary>
internal sealed class ChipNode
{
    /// <summary>A node at a place; exactly one of value, items and fields is to be set.</summary>
    public ChipNode(ChipText text, int line, int column)
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
    public string? Value { get; init; }

    /// <summary>Items of a list node; null otherwise.</summary>
    public List<ChipNode>? Items { get; init; }

    /// <summary>Fields of a map node, in the order of the file; null otherwise.</summary>
    public List<(ChipNode Key, ChipNode Value)>? Fields { get; init; }

    /// <summary>What kind of node it is, for people.</summary>
    public string Kind => Value is not null ? "a text" : Items is not null ? "a list" : "a map of fields";

    /// <summary>Whether it is a sourced number: replaced as a whole when inherited.</summary>
    private bool IsQuantity => Fields is not null && Fields.Exists(f => f.Key.Value is "value");

    /// <summary>The field of that name; null if there is none.</summary>
    public ChipNode? Field(string name)
    {
        foreach (var (key, value) in Fields ?? [])
            if (key.Value == name) return value;
        return null;
    }

    /// <summary>The node of a field given by its path, or the nearest one around it; of a number its value.</summary>
    public ChipNode Nearest(string path)
    {
        var node = this;
        foreach (var name in path.Split('.')) node = node.Field(name) ?? node;
        return node.Field("value") ?? node;
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
}
