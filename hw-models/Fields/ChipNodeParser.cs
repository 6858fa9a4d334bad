using NeuroChip.Ir.Diagnostics;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace NeuroChip.HwModels.Fields;

/// <summary>
/// Builds the nodes of a chip file from the events of the YAML parser. The library's own tree is not used: it stops on some malformed texts with
/// exceptions that have no place, recurses as deep as the text says, and expands anchors without end.
/// </summary>
internal sealed class ChipNodeParser
{
    /// <summary>A chip is four maps deep.</summary>
    private const int MostDepth = 32;

    /// <summary>A chip has about a thousand nodes; anchors can make a small file a tree of any size.</summary>
    private const int MostNodes = 100_000;

    private readonly ChipText text;
    private readonly Parser parser;
    private readonly Dictionary<string, (ChipNode Node, int Size)> anchors = new(StringComparer.Ordinal);
    private int size;

    private ChipNodeParser(ChipText text)
    {
        this.text = text;
        parser = new Parser(new StringReader(string.Join('\n', text.Lines)));
    }

    /// <summary>Parses a text; null, and the one diagnostic of a text that is not YAML in <paramref name="bag"/>, if it cannot be.</summary>
    public static ChipNode? Parse(ChipText text, DiagnosticBag bag)
    {
        try
        {
            if (new ChipNodeParser(text).Document() is { Fields: not null } root) return root;
            bag.Add(text.Error("NC6003", "a chip file is one map of fields", 1, 1, "it begins with a line such as 'name: mychip'"));
        }
        catch (YamlException e)
        {
            bag.Add(text.Error("NC6003", $"this is not YAML: {(e.InnerException?.Message ?? e.Message).TrimEnd('.')}", (int)e.Start.Line, (int)e.Start.Column));
        }
        return null;
    }

    private ChipNode? Document()
    {
        ChipNode? root = null;
        for (var e = Next(); e is not StreamEnd; e = Next())
        {
            if (e is StreamStart or DocumentStart or DocumentEnd) continue;
            if (root is not null) throw new YamlException(e.Start, e.End, "a chip file is one document");
            root = Node(e, 0);
        }
        return root;
    }

    private ChipNode Node(ParsingEvent e, int depth)
    {
        if (depth > MostDepth) throw new YamlException(e.Start, e.End, "it is nested too deeply");
        if (e is AnchorAlias alias)
        {
            if (!anchors.TryGetValue(alias.Value.Value, out var known)) throw new YamlException(e.Start, e.End, $"there is no anchor '{alias.Value.Value}' above");
            Grow(known.Size, e);
            return known.Node;
        }
        var before = size;
        Grow(1, e);
        var (line, column) = ((int)e.Start.Line, (int)e.Start.Column);
        var node = e switch
        {
            Scalar scalar => new ChipNode(text, line, column) { Value = scalar.Value },
            SequenceStart => new ChipNode(text, line, column) { Items = Items(depth + 1) },
            MappingStart => new ChipNode(text, line, column) { Fields = Fields(depth + 1) },
            _ => throw new YamlException(e.Start, e.End, "it is malformed here"),
        };
        if (e is NodeEvent { Anchor: { IsEmpty: false } anchor }) anchors[anchor.Value] = (node, size - before);
        return node;
    }

    private List<ChipNode> Items(int depth)
    {
        var items = new List<ChipNode>();
        for (var e = Next(); e is not SequenceEnd; e = Next()) items.Add(Node(e, depth));
        return items;
    }

    private List<(ChipNode Key, ChipNode Value)> Fields(int depth)
    {
        var fields = new List<(ChipNode Key, ChipNode Value)>();
        var names = new HashSet<string>(StringComparer.Ordinal);
        for (var e = Next(); e is not MappingEnd; e = Next())
        {
            var key = Node(e, depth);
            if (key.Value is null) throw new YamlException(e.Start, e.End, "the name of a field must be a text");
            if (!names.Add(key.Value)) throw new YamlException(e.Start, e.End, $"there are two fields '{key.Value}'");
            fields.Add((key, Node(Next(), depth)));
        }
        return fields;
    }

    private void Grow(int nodes, ParsingEvent e)
    {
        size += nodes;
        if (size > MostNodes) throw new YamlException(e.Start, e.End, "its anchors make it too large");
    }

    /// <summary>The library leaves some malformed texts with other exceptions than its own; the last event it read is then the nearest place known.</summary>
    private ParsingEvent Next()
    {
        var end = parser.Current?.End ?? Mark.Empty;
        try
        {
            return parser.MoveNext() ? parser.Current! : throw new YamlException(end, end, "it ends too early");
        }
        catch (Exception e) when (e is InvalidOperationException or ArgumentException or FormatException or OverflowException or IndexOutOfRangeException)
        {
            throw new YamlException(end, end, "it is malformed after this place");
        }
    }
}
