using System.Globalization;
using NeuroChip.Ir.Diagnostics;

namespace NeuroChip.Ir.Yaml;

/// <summary>What a node of a <see cref="YamlTree"/> is.</summary>
public enum YamlKind : byte
{
    /// <summary>A text; empty where nothing is written.</summary>
    Scalar,

    /// <summary>A list of nodes.</summary>
    Sequence,

    /// <summary>A list of named nodes, in the order of the file.</summary>
    Mapping,
}

/// <summary>A node of a <see cref="YamlTree"/>: a handle of two words, so that a file of millions of nodes is three arrays.</summary>
/// <param name="Tree">The file it stands in.</param>
/// <param name="Index">Its number there.</param>
public readonly record struct YamlNode(YamlTree Tree, int Index)
{
    /// <summary>What it is.</summary>
    public YamlKind Kind => Tree.Entries[Index].Kind;

    /// <summary>The text of a scalar; empty for the others.</summary>
    public ReadOnlySpan<char> Text => Kind == YamlKind.Scalar ? Tree.TextOf(Index) : default;

    /// <summary>Name under which it stands in its mapping; empty elsewhere.</summary>
    public ReadOnlySpan<char> Name => Tree.Entries[Index].IsNamed ? Tree.TextOf(Index - 1) : default;

    /// <summary>The name as a node, for its place; the node itself where it has none.</summary>
    public YamlNode Key => Tree.Entries[Index].IsNamed ? new(Tree, Index - 1) : this;

    /// <summary>Number of items or fields.</summary>
    public int Count => Tree.Entries[Index].Kind == YamlKind.Scalar ? 0 : Tree.Entries[Index].Length;

    /// <summary>Items of a sequence or fields of a mapping.</summary>
    public YamlChildren Children => new(Tree, Kind == YamlKind.Scalar ? -1 : Tree.Entries[Index].First);

    /// <summary>The field of that name, the first if there are several; null if there is none or this is no mapping.</summary>
    public YamlNode? Field(ReadOnlySpan<char> name)
    {
        if (Kind != YamlKind.Mapping) return null;
        foreach (var field in Children)
            if (field.Name.SequenceEqual(name)) return field;
        return null;
    }

    /// <summary>What it is, for people.</summary>
    public string KindName => Kind switch
    {
        YamlKind.Scalar => Text.Length == 0 ? "nothing" : $"'{Text}'",
        YamlKind.Sequence => "a list",
        _ => "a map",
    };

    /// <summary>Reads a scalar as a finite number.</summary>
    public bool TryNumber(out double value) =>
        double.TryParse(Text, NumberStyles.Float, CultureInfo.InvariantCulture, out value) && double.IsFinite(value);

    /// <summary>Reads a scalar as an integer.</summary>
    public bool TryInteger(out int value) => int.TryParse(Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value);

    /// <summary>Reads a scalar as a truth value: true, false, 1, 0, in any case.</summary>
    public bool TryTruth(out bool value)
    {
        var text = Text;
        value = text is "1" || text.Equals("true", StringComparison.OrdinalIgnoreCase);
        return value || text is "0" || text.Equals("false", StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>An error at this node.</summary>
    public Diagnostic Error(string code, string message, params ReadOnlySpan<string> notes) => Tree.At(Diagnostic.Error(code, message, null, notes), Tree.Entries[Index].Start);

    /// <summary>A warning at this node.</summary>
    public Diagnostic Warning(string code, string message, params ReadOnlySpan<string> notes) => Tree.At(Diagnostic.Warning(code, message, null, notes), Tree.Entries[Index].Start);
}

/// <summary>The children of a node, for <c>foreach</c>.</summary>
public struct YamlChildren
{
    private readonly YamlTree tree;
    private int next;

    internal YamlChildren(YamlTree tree, int first)
    {
        this.tree = tree;
        next = first;
        Current = default;
    }

    /// <summary>The child the loop is at.</summary>
    public YamlNode Current { get; private set; }

    /// <summary>The children themselves.</summary>
    public readonly YamlChildren GetEnumerator() => this;

    /// <summary>Goes to the next child.</summary>
    public bool MoveNext()
    {
        if (next < 0) return false;
        Current = new(tree, next);
        next = tree.Entries[next].Next;
        return true;
    }
}
