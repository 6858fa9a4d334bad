using FsCheck;
using FsCheck.Fluent;
using NeuroChip.Ir.Diagnostics;

namespace NeuroChip.HwModels.Tests;

/// <summary>Whatever text is given as a chip, the answer is a model or coded diagnostics.</summary>
public sealed class RobustnessTests
{
    [Fact]
    public void ADamagedFileIsReadOrRefusedWithACode()
    {
        var text = ChipModels.Text("spinnaker1")!;
        var pieces = new[] { "", ":", "-", "\"", "{", "}", "[", "]", "&a ", "*a", "\n", "  ", "#", "0", "9e99", "%", "!", "|", ">", "? ", "\t", "e", "é", "\0" };
        var gen = Gen.Choose(0, text.Length - 1)
            .SelectMany(at => Gen.Choose(0, 4).SelectMany(cut => Gen.Elements(pieces).Select(piece => (At: at, Cut: cut, Piece: piece))));
        Check.One(
            Config.QuickThrowOnFailure.WithMaxTest(300),
            Prop.ForAll(Arb.From(gen), m => Answers(string.Concat(text.AsSpan(0, m.At), m.Piece, text.AsSpan(Math.Min(text.Length, m.At + m.Cut))))));
    }

    [Theory]
    [InlineData("")]
    [InlineData("# nothing")]
    [InlineData("a: &x [*x]")]
    [InlineData("a: *x")]
    [InlineData("? [a]\n: b")]
    [InlineData("name: a\n---\nname: b")]
    [InlineData("extends: [a]")]
    [InlineData("extends:")]
    [InlineData("extends: t.yaml")]
    [InlineData("extends: ..")]
    [InlineData("extends: \"a\\0b\"")]
    [InlineData("\0")]
    public void AnOddFileIsRefusedWithACode(string text) => Assert.Throws<DiagnosticException>(() => ChipModelReader.Parse(text, "t.yaml"));

    [Fact]
    public void NestingWithoutEndIsRefused() =>
        Assert.All(["[", "{a: ", "- "], piece => Assert.Throws<DiagnosticException>(() => ChipModelReader.Parse("a: " + string.Concat(Enumerable.Repeat(piece, 20_000)), "t.yaml")));

    [Fact]
    public void AnchorsThatGrowWithoutEndAreRefused()
    {
        var lines = Enumerable.Range(1, 12).Select(i => $"a{i}: &a{i} [{string.Join(", ", Enumerable.Repeat($"*a{i - 1}", 10))}]");
        var stop = Assert.Throws<DiagnosticException>(() => ChipModelReader.Parse("a0: &a0 [x]\n" + string.Join('\n', lines), "t.yaml"));
        Assert.Equal("NC6003", stop.Diagnostics.Single().Code);
    }

    private static bool Answers(string text)
    {
        try
        {
            ChipModelReader.Parse(text, "t.yaml");
            return true;
        }
        catch (DiagnosticException e)
        {
            return e.Diagnostics.Length > 0 && e.Diagnostics.All(d => DiagnosticCatalog.Entries.ContainsKey(d.Code) && d.Place is { Line: > 0 });
        }
    }
}
