using NeuroChip.Ir.Diagnostics;

namespace NeuroChip.Ir.Ncir.Text;

/// <summary>Diagnostics with the line of text they are about and a caret under the place.</summary>
internal sealed class Report(string file, string text)
{
    private readonly string[] lines = text.Split('\n');

    public DiagnosticBag Bag { get; } = new();

    public void Error(string code, string message, Token at, params ReadOnlySpan<string> notes)
    {
        var line = at.Line >= 1 && at.Line <= lines.Length ? lines[at.Line - 1].TrimEnd('\r').Replace('\t', ' ') : "";
        var (shown, column) = Window(line, at.Column);
        var gutter = at.Line.ToString(System.Globalization.CultureInfo.InvariantCulture);
        var excerpt = $"\n  {gutter} | {shown}\n  {new string(' ', gutter.Length)} | {new string(' ', column - 1)}^";
        Bag.Add(Diagnostic.Error(code, message + excerpt, new(file, null, at.Line, at.Column), notes));
    }

    /// <summary>The part of a long line around the column, so that the caret stays on a terminal.</summary>
    private static (string Shown, int Column) Window(string line, int column)
    {
        const int Width = 120;
        if (line.Length <= Width) return (line, column);
        var start = Math.Clamp(column - (Width / 2), 0, Math.Max(0, line.Length - Width));
        var end = Math.Min(line.Length, start + Width);
        var (before, after) = (start > 0 ? "..." : "", end < line.Length ? "..." : "");
        return (before + line[start..end] + after, column - start + before.Length);
    }
}
