using System.Globalization;
using NeuroChip.Ir.Diagnostics;

namespace NeuroChip.Ir.Yaml;

/// <summary>
/// A YAML file as a tree that keeps the place of every node. It reads data (nested block and flow collections, plain and quoted texts, comments) at some
/// 50 MB/s; for networks of 10^5 lines a general YAML library takes longer than the simulation. What it does not read is an error, never passed over:
/// anchors, tags, block texts, texts over several lines, several documents, names that are not texts.
/// </summary>
public sealed class YamlTree
{
    private readonly string text;
    private readonly string code;
    private readonly Dictionary<int, string> decoded;

    internal YamlTree(string file, string text, string code, YamlEntry[] entries, Dictionary<int, string> decoded)
    {
        File = file;
        this.text = text;
        this.code = code;
        this.decoded = decoded;
        Entries = entries;
    }

    /// <summary>Name of the file, for diagnostics.</summary>
    public string File { get; }

    /// <summary>The outermost node.</summary>
    public YamlNode Root => new(this, 0);

    internal YamlEntry[] Entries { get; set; }

    /// <summary>Reads a file.</summary>
    /// <param name="path">Path.</param>
    /// <param name="code">Code of the diagnostic if it cannot be read or is not such YAML.</param>
    public static YamlTree Load(string path, string code)
    {
        try
        {
            return Parse(System.IO.File.ReadAllText(path), path, code);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DiagnosticException(Diagnostic.Error(code, $"'{path}' cannot be read: {(e is FileNotFoundException or DirectoryNotFoundException ? "there is no such file" : e.Message)}"));
        }
    }

    /// <summary>Reads a text.</summary>
    /// <param name="text">YAML.</param>
    /// <param name="file">Its name, for diagnostics.</param>
    /// <param name="code">Code of the diagnostic if it is not such YAML.</param>
    public static YamlTree Parse(string text, string file, string code) => new YamlParser(text, file, code).Tree();

    internal ReadOnlySpan<char> TextOf(int index) =>
        Entries[index].IsDecoded ? decoded[index] : text.AsSpan(Entries[index].Start, Entries[index].Length);

    internal DiagnosticException Malformed(int offset, string message) => new(At(Diagnostic.Error(code, message), offset));

    /// <summary>A diagnostic with the place and the line of an offset in the text.</summary>
    internal Diagnostic At(Diagnostic diagnostic, int offset)
    {
        offset = Math.Min(offset, text.Length);
        var before = text.AsSpan(0, offset);
        var line = before.Count('\n') + 1;
        var start = before.LastIndexOf('\n') + 1;
        var column = offset - start + 1;
        var rest = text.AsSpan(start);
        var end = rest.IndexOfAny('\r', '\n');
        var number = line.ToString(CultureInfo.InvariantCulture);
        return diagnostic with
        {
            Place = new Place(File, null, line, column),
            Excerpt = Excerpt(number, end < 0 ? rest : rest[..end], column),
        };
    }

    /// <summary>The line with a caret; of a long line the part around the place.</summary>
    private static string Excerpt(string number, ReadOnlySpan<char> line, int column)
    {
        const int widest = 120;
        var from = column <= widest ? 0 : column - (widest / 2);
        var shown = line.Slice(Math.Min(from, line.Length), Math.Min(widest, Math.Max(0, line.Length - from)));
        return $"  {number} | {shown}\n  {new string(' ', number.Length)} | {new string(' ', column - 1 - from)}^";
    }
}

/// <summary>A node as it is stored: 24 bytes. A field's name is the entry before it.</summary>
internal struct YamlEntry
{
    /// <summary>Offset of the node in the text.</summary>
    public int Start;

    /// <summary>Characters of a scalar, or number of children.</summary>
    public int Length;

    /// <summary>First child, -1 if none.</summary>
    public int First;

    /// <summary>Next child of the same parent, -1 if none.</summary>
    public int Next;

    public YamlKind Kind;
    public bool IsNamed;

    /// <summary>The text was written with escapes and stands in a table.</summary>
    public bool IsDecoded;
}
