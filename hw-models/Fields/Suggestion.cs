namespace NeuroChip.HwModels.Fields;

/// <summary>The valid choices, and the one that was probably meant.</summary>
public static class Suggestion
{
    /// <summary>Notes for a diagnostic: "did you mean 'x'?" where one is near, then all choices.</summary>
    /// <param name="what">What the choices are, e.g. "fields here".</param>
    /// <param name="written">What was written.</param>
    /// <param name="choices">What is valid.</param>
    public static string[] Notes(string what, string written, IEnumerable<string> choices)
    {
        var all = choices.ToArray();
        var list = $"{what}: {string.Join(", ", all)}";
        return Nearest(written, all) is { } near ? [$"did you mean '{near}'?", list] : [list];
    }

    private static string? Nearest(string written, string[] choices) =>
        choices.Where(c => Distance(written, c) <= Math.Max(written.Length, c.Length) / 3).MinBy(c => Distance(written, c));

    /// <summary>Edits (insert, delete, replace a letter) from one word to the other; case does not count.</summary>
    private static int Distance(string a, string b)
    {
        var row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var replace = diagonal + (char.ToLowerInvariant(a[i - 1]) == char.ToLowerInvariant(b[j - 1]) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(replace, 1 + Math.Min(row[j], row[j - 1]));
            }
        }
        return row[b.Length];
    }
}
