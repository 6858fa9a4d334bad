namespace NeuroChip.Ir.Images;

/// <summary>A table of text whose columns line up; a header that starts with '&gt;' marks a column of numbers, aligned right.</summary>
internal sealed class TextColumns(params string[] headers)
{
    private readonly List<string[]> rows = [];

    public void Add(params string[] cells) => rows.Add(cells);

    public void Write(TextWriter to, string indent)
    {
        var right = headers.Select(h => h.StartsWith('>')).ToArray();
        var all = rows.Prepend([.. headers.Select(h => h.TrimStart('>'))]).ToList();
        var widths = headers.Select((_, c) => all.Max(r => r[c].Length)).ToArray();
        foreach (var row in all)
        {
            var cells = row.Select((cell, c) => right[c] ? cell.PadLeft(widths[c]) : cell.PadRight(widths[c]));
            to.Write((indent + string.Join("  ", cells)).TrimEnd());
            to.Write('\n');
        }
    }
}
