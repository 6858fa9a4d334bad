using System.Collections.Immutable;
using System.Text;

namespace NeuroChip.Ir.Diagnostics;

/// <summary>How bad a diagnostic is.</summary>
public enum Severity
{
    /// <summary>The run cannot go on.</summary>
    Error,

    /// <summary>The run goes on, but the user should know.</summary>
    Warning,
}

/// <summary>Where a problem is: a file, and in it a named item (an ONNX node, a core) or a line and column (1-based; 0 = not known).</summary>
public sealed record Place(string File, string? Item = null, int Line = 0, int Column = 0)
{
    /// <inheritdoc/>
    public override string ToString()
    {
        var at = Line > 0 ? $"{File}:{Line}:{Column}" : File;
        return Item is null ? at : $"{at}: {Item}";
    }
}

/// <summary>
/// A problem as a value: a code that <c>neurochip explain</c> knows, what is wrong with the numbers in it, where, and what to do.
/// </summary>
public sealed record Diagnostic(string Code, Severity Severity, string Message, Place? Place, ImmutableArray<string> Notes)
{
    /// <summary>The line the place is in and a caret under the column, ready to print; null where there is no text to show.</summary>
    public string? Excerpt { get; init; }

    /// <summary>An error.</summary>
    public static Diagnostic Error(string code, string message, Place? place = null, params ReadOnlySpan<string> notes) =>
        new(code, Severity.Error, message, place, [.. notes]);

    /// <summary>A warning.</summary>
    public static Diagnostic Warning(string code, string message, Place? place = null, params ReadOnlySpan<string> notes) =>
        new(code, Severity.Warning, message, place, [.. notes]);

    /// <summary>The form shown to people: <c>error NC1001: message</c>, an arrow with the place, and a line per note.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        text.Append(Severity == Severity.Error ? "error " : "warning ").Append(Code).Append(": ").Append(Message);
        if (Place is not null) text.Append("\n  --> ").Append(Place);
        if (Excerpt is not null) text.Append('\n').Append(Excerpt);
        foreach (var note in Notes) text.Append("\n  note: ").Append(note);
        return text.ToString();
    }
}

/// <summary>Stops a stage with every problem it found. The only exception that carries the user's errors.</summary>
public sealed class DiagnosticException(ImmutableArray<Diagnostic> diagnostics)
    : Exception(string.Join('\n', diagnostics.Select(d => d.ToString())))
{
    /// <summary>Stops with one problem.</summary>
    public DiagnosticException(Diagnostic diagnostic) : this(ImmutableArray.Create(diagnostic)) { }

    /// <summary>All problems found, in the order they were found.</summary>
    public ImmutableArray<Diagnostic> Diagnostics { get; } = diagnostics;
}

/// <summary>Collects the problems of one stage so that all of them are reported in one run.</summary>
public sealed class DiagnosticBag
{
    private readonly List<Diagnostic> found = [];

    /// <summary>What was collected so far.</summary>
    public IReadOnlyList<Diagnostic> Diagnostics => found;

    /// <summary>Whether any of them is an error.</summary>
    public bool HasErrors => found.Exists(d => d.Severity == Severity.Error);

    /// <summary>Adds one, unless the same one is there already.</summary>
    public void Add(Diagnostic diagnostic)
    {
        if (!found.Exists(d => d.Code == diagnostic.Code && d.Message == diagnostic.Message && d.Place == diagnostic.Place)) found.Add(diagnostic);
    }

    /// <summary>Throws all of them if one is an error.</summary>
    public void ThrowIfErrors()
    {
        if (HasErrors) throw new DiagnosticException([.. found]);
    }
}
