using System.Globalization;
using NeuroChip.Ir.Diagnostics;

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
