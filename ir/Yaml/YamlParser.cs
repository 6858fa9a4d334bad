using System.Globalization;
using System.Text;

namespace NeuroChip.Ir.Yaml;

/// <summary>Builds a <see cref="YamlTree"/>: a descent over the text with one character of lookahead.</summary>
internal sealed class YamlParser
{
    /// <summary>Deeper than any data; the descent recurses as deep as the text.</summary>
    private const int MostDepth = 200;

    private readonly string text;
    private readonly YamlTree tree;
    private readonly Dictionary<int, string> decoded = [];
    private YamlEntry[] entries;
    private int count;
    private int at;
    private int lineStart;
    private int depth;

    public YamlParser(string text, string file, string code)
    {
        this.text = text;
        entries = new YamlEntry[Math.Max(16, text.Length / 16)];
        tree = new YamlTree(file, text, code, entries, decoded);
    }

    public YamlTree Tree()
    {
        if (text.StartsWith('\uFEFF')) at = lineStart = 1;
        SkipToContent();
        if (IsMarker("---"))
        {
            at += 3;
            SkipToContent();
        }

        Block(-1);
        SkipToContent();
        if (IsMarker("...")) at += 3;
        SkipToContent();
        if (at < text.Length) throw tree.Malformed(at, IsMarker("---") ? "a second document begins here; one file is one document" : "this does not belong to what stands above: its indentation fits nothing");
        Array.Resize(ref entries, count);
        tree.Entries = entries;
        return tree;
    }

    private bool IsMarker(string marker) => at == lineStart && string.CompareOrdinal(text, at, marker, 0, marker.Length) == 0 && IsBlank(at + marker.Length);

    private char Here => at < text.Length ? text[at] : '\0';

    private bool IsBlank(int offset) => offset >= text.Length || text[offset] is ' ' or '\t' or '\r' or '\n';

    private int Column => at - lineStart;

    private int Add(YamlKind kind, int start, int length)
    {
        if (count == entries.Length) Array.Resize(ref entries, count * 2);
        entries[count] = new() { Kind = kind, Start = start, Length = length, First = -1, Next = -1 };
        return count++;
    }

    private void Link(int parent, ref int last, int child)
    {
        if (last < 0) entries[parent].First = child;
        else entries[last].Next = child;
        last = child;
        entries[parent].Length++;
    }

    /// <summary>Spaces within a line; stops at a comment too.</summary>
    private void SkipSpaces()
    {
        while (at < text.Length && text[at] is ' ' or '\t' or '\r') at++;
    }

    private bool AtLineEnd()
    {
        SkipSpaces();
        return at >= text.Length || text[at] == '\n' || (text[at] == '#' && (at == 0 || IsBlank(at - 1)));
    }

    /// <summary>Past spaces, comments and empty lines, to the next character that means something.</summary>
    private void SkipToContent()
    {
        while (AtLineEnd() && at < text.Length)
        {
            var end = text.IndexOf('\n', at);
            at = end < 0 ? text.Length : end + 1;
            lineStart = at;
        }

        if (at < text.Length && text.AsSpan(lineStart, at - lineStart).Contains('\t') && text.AsSpan(lineStart, at - lineStart).IsWhiteSpace())
            throw tree.Malformed(lineStart, "a line is indented with a tab; YAML allows spaces only");
    }

    private bool IsDash => Here == '-' && IsBlank(at + 1);

    /// <summary>A node in block style whose column is more than <paramref name="indent"/>; nothing (an empty text) if there is none.</summary>
    private int Block(int indent)
    {
        SkipToContent();
        if (at >= text.Length || Column <= indent || IsMarker("...")) return Add(YamlKind.Scalar, at, 0);
        if (++depth > MostDepth) throw tree.Malformed(at, "it is nested too deeply");
        var node = IsDash ? Sequence(Column) : MappingOrInline();
        depth--;
        return node;
    }

    private int Sequence(int column)
    {
        var node = Add(YamlKind.Sequence, at, 0);
        var last = -1;
        while (at < text.Length && Column == column && IsDash)
        {
            at++;
            var child = Block(column);
            Link(node, ref last, child);
            SkipToContent();
        }

        return node;
    }

    private int MappingOrInline()
    {
        var (start, first) = (at, count);
        if (Here is '[' or '{') return Inline();
        var column = Column;
        var key = Scalar(isFlow: false);
        if (!IsColon()) return EndOfInline(key, column);

        // The mapping's entry comes first, so the name moves up by one.
        count = first;
        var name = entries[key];
        decoded.Remove(key, out var text);
        var node = Add(YamlKind.Mapping, start, 0);
        var last = -1;
        while (true)
        {
            var keyIndex = Add(YamlKind.Scalar, name.Start, name.Length);
            entries[keyIndex].IsDecoded = name.IsDecoded;
            if (text is not null) decoded[keyIndex] = text;
            at++;
            Link(node, ref last, FieldValue(column));
            SkipToContent();
            if (at >= this.text.Length || Column != column || IsDash || IsMarker("...") || IsMarker("---")) return node;
            first = count;
            key = Scalar(isFlow: false);
            if (!IsColon()) throw tree.Malformed(entries[key].Start, "a name and a colon are missing here");
            name = entries[key];
            decoded.Remove(key, out text);
            count = first;
        }
    }

    private int FieldValue(int column)
    {
        int value;
        if (!AtLineEnd())
        {
            if (IsDash) throw tree.Malformed(at, "a list in block style begins on a line of its own");
            value = Here is '[' or '{' ? Inline() : EndOfInline(Scalar(isFlow: false), column);
        }
        else
        {
            SkipToContent();
            // A list may stand at the column of the name it belongs to.
            value = at < text.Length && Column == column && IsDash ? Sequence(column) : Block(column);
        }

        entries[value].IsNamed = true;
        return value;
    }

    /// <summary>After a text in block style nothing else may follow on its line, nor more of it on the next.</summary>
    private int EndOfInline(int node, int column)
    {
        if (!AtLineEnd()) throw tree.Malformed(at, Here == ':' ? "there is a second colon; a map in one line is written {name: value}" : "this is too much on one line");
        var (here, line) = (at, lineStart);
        SkipToContent();
        if (at < text.Length && lineStart != line && Column > column) throw tree.Malformed(at, "this is indented below a text, which cannot hold anything; texts over several lines are not read");
        (at, lineStart) = (here, line);
        return node;
    }

    private int Inline()
    {
        var node = Flow();
        if (AtLineEnd()) return node;
        throw tree.Malformed(at, Here == ':' ? "a name must be a text" : $"'{Here}' is too much after the bracket that closes");
    }

    private bool IsColon()
    {
        SkipSpaces();
        return Here == ':' && IsBlank(at + 1);
    }

    /// <summary>A node in flow style.</summary>
    private int Flow()
    {
        if (Here is not ('[' or '{')) return Scalar(isFlow: true);
        if (++depth > MostDepth) throw tree.Malformed(at, "it is nested too deeply");
        var isMap = Here == '{';
        var node = Add(isMap ? YamlKind.Mapping : YamlKind.Sequence, at, 0);
        var closing = isMap ? '}' : ']';
        var last = -1;
        at++;
        while (true)
        {
            SkipToContent();
            if (Here == closing) break;
            if (at >= text.Length) throw tree.Malformed(entries[node].Start, $"this bracket is never closed: '{closing}' is missing");
            Link(node, ref last, isMap ? FlowField() : FlowItem());
            SkipToContent();
            if (Here == ',') at++;
            else if (Here != closing) throw tree.Malformed(at, at >= text.Length ? $"the file ends before '{closing}'" : $"a comma or '{closing}' is missing here");
        }

        at++;
        depth--;
        return node;
    }

    private int FlowField()
    {
        var key = Here is '[' or '{' ? throw tree.Malformed(at, "a name must be a text") : Scalar(isFlow: true);
        return FlowValue(entries[key].Start);
    }

    /// <summary>The value after the name that was just added.</summary>
    private int FlowValue(int start)
    {
        SkipToContent();
        int value;
        if (Here == ':')
        {
            at++;
            SkipToContent();
            value = Here is ',' or '}' or ']' ? Add(YamlKind.Scalar, at, 0) : Flow();
        }
        else
        {
            value = Add(YamlKind.Scalar, start, 0);
        }

        entries[value].IsNamed = true;
        return value;
    }

    /// <summary>An item of a list; <c>name: value</c> there is a map of one field.</summary>
    private int FlowItem()
    {
        if (Here is '[' or '{') return Flow();
        var (first, start) = (count, at);
        var key = Scalar(isFlow: true);
        SkipToContent();
        if (Here != ':') return key;
        var name = entries[key];
        decoded.Remove(key, out var text);
        count = first;
        var map = Add(YamlKind.Mapping, start, 0);
        var index = Add(YamlKind.Scalar, name.Start, name.Length);
        entries[index].IsDecoded = name.IsDecoded;
        if (text is not null) decoded[index] = text;
        var last = -1;
        Link(map, ref last, FlowValue(start));
        return map;
    }

    private int Scalar(bool isFlow)
    {
        var start = at;
        switch (Here)
        {
            case '\'' or '"':
                return Quoted(Here);
            case '&' or '*':
                throw tree.Malformed(at, "anchors are not read; write the values out");
            case '!' or '|' or '>' or '%' or '@' or '`':
                throw tree.Malformed(at, $"'{Here}' at the start of a text (tags, block texts, directives) is not read; put the text in quotes if it is meant so");
            case '?' when IsBlank(at + 1):
                throw tree.Malformed(at, "a name must be a text on one line");
            case ',' or ']' or '}':
                throw tree.Malformed(at, $"there is nothing before this '{Here}'");
        }

        var end = at;
        for (; at < text.Length; at++)
        {
            var c = text[at];
            if (c > ':' && c < '[')
            {
                end = at + 1;
                continue;
            }

            if (c == '\n') break;
            if (c is ' ' or '\t' or '\r') continue;
            if (c == ':' && (IsBlank(at + 1) || (isFlow && text[at + 1] is ',' or '[' or ']' or '{' or '}'))) break;
            if (c == '#' && at > start && IsBlank(at - 1)) break;
            if (isFlow && c is ',' or '[' or ']' or '{' or '}') break;
            end = at + 1;
        }

        at = end;
        return Add(YamlKind.Scalar, start, end - start);
    }

    private int Quoted(char quote)
    {
        var start = at++;
        var end = text.AsSpan(at).IndexOfAny(quote, '\n', quote == '"' ? '\\' : quote);
        if (end >= 0 && text[at + end] == quote && (quote == '"' || at + end + 1 >= text.Length || text[at + end + 1] != quote))
        {
            var node = Add(YamlKind.Scalar, at, end);
            at += end + 1;
            return node;
        }

        var value = new StringBuilder();
        for (; at < text.Length && text[at] != '\n'; at++)
        {
            if (text[at] == quote)
            {
                if (quote == '"' || at + 1 >= text.Length || text[at + 1] != quote)
                {
                    at++;
                    var node = Add(YamlKind.Scalar, start, 0);
                    entries[node].IsDecoded = true;
                    decoded[node] = value.ToString();
                    return node;
                }

                at++;
            }

            value.Append(text[at] == '\\' && quote == '"' ? Escape() : text[at].ToString());
        }

        throw tree.Malformed(start, "this quote is not closed on its line");
    }

    private string Escape()
    {
        at++;
        var digits = Here switch { 'x' => 2, 'u' => 4, _ => 0 };
        if (digits > 0 && at + digits < text.Length && int.TryParse(text.AsSpan(at + 1, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code))
        {
            at += digits;
            return ((char)code).ToString();
        }

        return Here switch
        {
            'n' => "\n",
            't' => "\t",
            'r' => "\r",
            '0' => "\0",
            '\\' or '"' or '/' or ' ' => Here.ToString(),
            _ => throw tree.Malformed(at - 1, "this escape is not known"),
        };
    }
}
