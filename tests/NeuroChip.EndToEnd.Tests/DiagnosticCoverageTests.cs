using NeuroChip.Ir.Diagnostics;

namespace NeuroChip.EndToEnd.Tests;

/// <summary>Every code a user can meet is shown by a test: as golden text, or by name in a test's source.</summary>
public sealed class DiagnosticCoverageTests
{
    [Fact]
    public void EveryCodeHasACase()
    {
        var tests = Path.Combine(CommandLine.Root, "tests");
        var texts = Directory.GetFiles(Path.Combine(tests, "golden"), "*.expect", SearchOption.AllDirectories)
            .Concat(Directory.GetFiles(tests, "*Tests.cs", SearchOption.AllDirectories).Where(f => Path.GetFileName(f) != nameof(DiagnosticCoverageTests) + ".cs"))
            .Select(File.ReadAllText)
            .ToArray();
        Assert.NotEmpty(DiagnosticCatalog.Entries);
        Assert.Equal([], DiagnosticCatalog.Entries.Keys.Where(code => !texts.Any(t => t.Contains(code, StringComparison.Ordinal))));
    }
}
