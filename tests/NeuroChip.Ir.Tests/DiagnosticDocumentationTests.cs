using System.Text;
using NeuroChip.Ir.Diagnostics;

namespace NeuroChip.Ir.Tests;

/// <summary>docs/diagnostics.md is what the catalog says. NEUROCHIP_UPDATE_GOLDENS=1 writes it anew.</summary>
public sealed class DiagnosticDocumentationTests
{
    private static readonly (string Prefix, string Heading)[] Groups =
    [
        ("NC1", "NC1xxx: reading a model"),
        ("NC2", "NC2xxx: legality, quantisation and mapping"),
        ("NC3", "NC3xxx: ncir text"),
        ("NC4", "NC4xxx: images"),
        ("NC5", "NC5xxx: running"),
        ("NC6", "NC6xxx: chip models"),
    ];

    [Fact]
    public void PageIsTheCatalog()
    {
        var file = Path.Combine(Golden.Repository(), "docs", "diagnostics.md");
        var page = Render();
        if (Environment.GetEnvironmentVariable("NEUROCHIP_UPDATE_GOLDENS") == "1") File.WriteAllText(file, page);
        Assert.Equal(File.ReadAllText(file).ReplaceLineEndings("\n"), page);
    }

    [Fact]
    public void EveryCodeHasAGroup() =>
        Assert.All(DiagnosticCatalog.Entries.Keys, code => Assert.Contains(Groups, g => code.StartsWith(g.Prefix, StringComparison.Ordinal)));

    private static string Render()
    {
        var text = new StringBuilder("""
            # Diagnostics

            Every code `neurochip` can report. `neurochip explain CODE` prints one of them. The page is written from `ir/Diagnostics/DiagnosticCatalog.*.cs`
            by a test: change the catalog, then run `NEUROCHIP_UPDATE_GOLDENS=1 dotnet test tests/NeuroChip.Ir.Tests`.

            """.ReplaceLineEndings("\n"));
        foreach (var (prefix, heading) in Groups)
        {
            text.Append($"\n## {heading}\n\n| code | title | meaning | what to do |\n|---|---|---|---|\n");
            foreach (var entry in DiagnosticCatalog.Entries.Values.Where(e => e.Code.StartsWith(prefix, StringComparison.Ordinal)))
                text.Append($"| {entry.Code} | {Cell(entry.Title)} | {Cell(entry.Explanation)} | {Cell(entry.Remedy)} |\n");
        }
        return text.ToString();
    }

    private static string Cell(string value) => value.ReplaceLineEndings(" ").Replace("|", "\\|", StringComparison.Ordinal);
}
