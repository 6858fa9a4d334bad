using NeuroChip.Ir.Diagnostics;
using NeuroChip.Ir.Ncir;

namespace NeuroChip.Ir.Tests;

/// <summary>Error text is golden: tests/golden/ncir-errors/NAME.ncir gives NAME.expect.</summary>
public sealed class TextErrorTests
{
    public static TheoryData<string> Cases => [.. Directory.GetFiles(Golden.Folder("ncir-errors"), "*.ncir").Select(f => Path.GetFileName(f)).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Message_is_as_expected(string file)
    {
        var path = Path.Combine(Golden.Folder("ncir-errors"), file);
        Golden.Check(Path.ChangeExtension(path, ".expect"), Message(File.ReadAllText(path), file));
    }

    [Fact]
    public void Every_code_has_a_case()
    {
        var shown = string.Concat(Directory.GetFiles(Golden.Folder("ncir-errors"), "*.expect").Select(File.ReadAllText));
        var missing = DiagnosticCatalog.Entries.Keys.Where(code => code.StartsWith("NC3", StringComparison.Ordinal) && !shown.Contains(code));
        Assert.Empty(missing);
    }

    private static string Message(string text, string file)
    {
        try
        {
            Parser.ParseVerified(text, file);
            return "no error";
        }
        catch (DiagnosticException e)
        {
            Assert.All(e.Diagnostics, d => Assert.Contains(d.Code, DiagnosticCatalog.Entries.Keys));
            return string.Join("\n\n", e.Diagnostics.Select(d => d.ToString()));
        }
    }
}
