using NeuroChip.Compiler.Passes;
using NeuroChip.HwModels;
using NeuroChip.Ir.Diagnostics;
using NeuroChip.Ir.Ncir;

namespace NeuroChip.Compiler.Tests.Passes;

/// <summary>
/// Passes on text: tests/golden/passes/NAME.ncir, whose first line holds the flags of <c>neurochip opt</c>, becomes NAME.expect. And what --strict spike-driven says of modules:
/// tests/golden/spike-driven.
/// </summary>
public sealed class PassGoldenTests
{
    private static readonly string Goldens = Path.Combine(Path.GetDirectoryName(Here())!, "..", "..", "golden");

    public static TheoryData<string> Cases => In("passes");

    public static TheoryData<string> Strict => In("spike-driven");

    [Theory]
    [MemberData(nameof(Cases))]
    public void TextBecomesWhatIsExpected(string name)
    {
        var (module, flags, context) = Read("passes", name);
        foreach (var (flag, pass) in flags.Zip(flags.Skip(1)))
            if (flag == "-p") module = Verifier.VerifyOrThrow(Pipeline.Find(pass).Run(module, context));
        Check(Path.Combine(Goldens, "passes", name + ".expect"), Printer.Print(module));
    }

    [Theory]
    [MemberData(nameof(Strict))]
    public void WhatIsNotSpikeDrivenIsNamed(string name)
    {
        var (module, _, context) = Read("spike-driven", name);
        var formed = new ConvolutionForms().Run(module, context);
        Check(Path.Combine(Goldens, "spike-driven", name + ".expect"), Assert.Throws<DiagnosticException>(() => SpikeDrivenCheck.Refuse(formed)).Message);
    }

    [Fact]
    public void AModuleOfAdditionsIsNotRefused()
    {
        var (module, _, context) = Read("passes", "repconv");
        Assert.NotEmpty(SpikeDrivenCheck.Find(module));
        SpikeDrivenCheck.Refuse(new ConvolutionForms().Run(module, context));
    }

    private static (Module Module, string[] Flags, PassContext Context) Read(string folder, string name)
    {
        var path = Path.Combine(Goldens, folder, name + ".ncir");
        var text = File.ReadAllText(path);
        var flags = text.Split('\n')[0]["ncir 1".Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        string Value(string flag, string absent) => Array.IndexOf(flags, flag) is var at && at >= 0 ? flags[at + 1] : absent;
        return (Parser.ParseVerified(text, path), flags, new()
        {
            Arithmetic = Pipeline.ArithmeticOf(ChipModelReader.Load("spinnaker1"), Value("--precision", "float32")),
            Forms = new() { RepConv = Choice(Value("--repconv", "auto")), SepConv = Choice(Value("--sepconv", "auto")) },
        });
    }

    private static FormChoice Choice(string word) => Enum.Parse<FormChoice>(word, ignoreCase: true);

    private static TheoryData<string> In(string folder) =>
        [.. Directory.GetFiles(Path.Combine(Goldens, folder), "*.ncir").Select(f => Path.GetFileNameWithoutExtension(f)).Order(StringComparer.Ordinal)];

    private static void Check(string file, string actual)
    {
        actual = actual.TrimEnd() + "\n";
        if (Environment.GetEnvironmentVariable("NEUROCHIP_UPDATE_GOLDENS") == "1") File.WriteAllText(file, actual);
        Assert.Equal(File.ReadAllText(file), actual);
    }

    private static string Here([System.Runtime.CompilerServices.CallerFilePath] string path = "") => path;
}
