using System.Globalization;
using System.Text;
using NeuroChip.Ir.Diagnostics;

namespace NeuroChip.Runtime.Clouds;

/// <summary>Words and numbers of a text file, with their lines for errors (NC5061).</summary>
internal ref struct CloudText(ReadOnlySpan<byte> bytes, string path)
{
    private readonly ReadOnlySpan<byte> bytes = bytes;
    private int at;
    private int line = 1; // of the next byte
    private int place = 1; // of what was read last

    /// <summary>Position of the next byte.</summary>
    public readonly int Position => at;

    /// <summary>The rest of the line without its end; null at the end of the file.</summary>
    public string? ReadLine()
    {
        if (at >= bytes.Length) return null;
        var end = bytes[at..].IndexOf((byte)'\n');
        var text = Encoding.UTF8.GetString(end < 0 ? bytes[at..] : bytes.Slice(at, end)).TrimEnd('\r');
        at = end < 0 ? bytes.Length : at + end + 1;
        place = line++;
        return text;
    }

    /// <summary>The next word, over ends of lines; empty at the end of the file. What follows <paramref name="comment"/> on a line is passed over.</summary>
    public ReadOnlySpan<byte> Word(byte comment = 0)
    {
        while (at < bytes.Length && (bytes[at] <= ' ' || (bytes[at] == comment && comment != 0)))
        {
            if (bytes[at] == comment && comment != 0) SkipLine();
            else if (bytes[at++] == '\n') line++;
        }

        place = line;
        var from = at;
        while (at < bytes.Length && bytes[at] > ' ') at++;
        return bytes[from..at];
    }

    /// <summary>Passes over the rest of the line.</summary>
    public void SkipLine()
    {
        var end = bytes[at..].IndexOf((byte)'\n');
        at = end < 0 ? bytes.Length : at + end;
    }

    /// <summary>Stops if anything but blanks is left on the line: there are more values than <paramref name="what"/> has.</summary>
    public readonly void RequireEndOfLine(string what)
    {
        foreach (var next in bytes[at..])
        {
            if (next == '\n') return;
            if (next > ' ') throw Error($"the line of {what} has more values than it should");
        }
    }

    /// <summary>The next word as a number; <c>nan</c> and <c>inf</c> as C writes them are numbers too.</summary>
    public double Number(string what, byte comment = 0)
    {
        var word = Word(comment);
        if (double.TryParse(word, NumberStyles.Float, CultureInfo.InvariantCulture, out var value)) return value;
        return Encoding.UTF8.GetString(word).TrimStart('+').ToLowerInvariant() switch
        {
            "inf" => double.PositiveInfinity,
            "-inf" => double.NegativeInfinity,
            "-nan" => double.NaN,
            "" => throw Error($"the file ends where {what} should stand"),
            var other => throw Error($"'{other}' stands where {what} should"),
        };
    }

    /// <summary>The next word as a whole number from 0 to <paramref name="limit"/>.</summary>
    public int Whole(string what, int limit, byte comment = 0)
    {
        var value = Number(what, comment);
        return value >= 0 && value <= limit && value == Math.Floor(value) ? (int)value
            : throw Error($"{what} is {value.ToString(CultureInfo.InvariantCulture)}; a whole number from 0 to {limit} is needed");
    }

    /// <summary>An error at the line of what was read last.</summary>
    public readonly DiagnosticException Error(string what, params ReadOnlySpan<string> notes) => CloudFiles.Damaged(new Place(path, null, place, 1), what, notes);
}
