using FsCheck;
using FsCheck.Fluent;
using NeuroChip.Ir.Diagnostics;
using NeuroChip.Ir.Ncir;
using NeuroChip.TestKit;

namespace NeuroChip.Ir.Tests;

/// <summary>Damaged text is refused with coded errors or is a module; it never crashes the reader.</summary>
public sealed class TextRobustnessTests
{
    private static readonly string[] Splinters = ["0", "-1", "99999999999", "2147483647", "[", "]", "(", ")", "=", "\"", "%7", "#9", "\n", " ", "none", "\\", "//", "1e9", ",", ".", "\0", "\u00e9"];

    [Fact]
    public void Damaged_text_never_crashes() => Prop.ForAll(Gen.Choose(0, int.MaxValue - 1).ToArbitrary(), seed =>
    {
        var random = new Random(seed);
        var text = Printer.Print(ModuleGenerator.Generate(random.Next(100)));
        for (var i = 0; i < 20; i++) Read(Damage(text, random));
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(100));

    private static string Damage(string text, Random random)
    {
        for (var damages = random.Next(1, 4); damages > 0; damages--)
        {
            var at = random.Next(text.Length);
            var length = Math.Min(random.Next(0, 12), text.Length - at);
            text = random.Next(4) switch
            {
                0 => text.Remove(at, length),
                1 => text.Insert(at, Splinters[random.Next(Splinters.Length)]),
                2 => text.Remove(at, length).Insert(at, Splinters[random.Next(Splinters.Length)]),
                _ => ReplaceNumber(text, at, Splinters[random.Next(4)]),
            };
        }

        return text;
    }

    /// <summary>Puts another number in the place of the next one, which keeps the form and breaks the meaning.</summary>
    private static string ReplaceNumber(string text, int at, string number)
    {
        while (at < text.Length && !char.IsAsciiDigit(text[at])) at++;
        var end = at;
        while (end < text.Length && char.IsAsciiDigit(text[end])) end++;
        return text[..at] + number + text[end..];
    }

    private static void Read(string text)
    {
        try
        {
            var module = Parser.ParseVerified(text);
            Assert.Equal(Printer.Print(module), Printer.Print(Parser.Parse(Printer.Print(module))));
        }
        catch (DiagnosticException e)
        {
            Assert.All(e.Diagnostics, d => Assert.Contains(d.Code, DiagnosticCatalog.Entries.Keys));
        }
    }
}
