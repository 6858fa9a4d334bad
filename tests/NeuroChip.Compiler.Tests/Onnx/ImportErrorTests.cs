using System.Collections.Immutable;
using System.Text.RegularExpressions;
using NeuroChip.Compiler.Onnx;
using NeuroChip.Ir.Diagnostics;

namespace NeuroChip.Compiler.Tests.Onnx;

/// <summary>Faulty models and the exact messages for them: tests/golden/onnx/errors. NEUROCHIP_UPDATE_GOLDENS=1 writes the messages anew, to be read before they are committed.</summary>
public partial class ImportErrorTests
{
    private static readonly string Folder = OperatorGoldenTests.Golden("errors");

    public static TheoryData<string> Faults()
    {
        var data = new TheoryData<string>();
        foreach (var path in Directory.GetFiles(Folder, "*.onnx").Order(StringComparer.Ordinal)) data.Add(Path.GetFileNameWithoutExtension(path));
        return data;
    }

    [Theory]
    [MemberData(nameof(Faults))]
    public void FaultIsExplained(string name) => Check(name, Path.Combine(Folder, name + ".onnx"), FlattenOptions.Default);

    [Fact]
    public void MissingFileIsExplained() => Check("no_file", Path.Combine(Folder, "no_file.onnx"), FlattenOptions.Default);

    [Fact]
    public void FolderIsExplained() => Check("folder", Folder, FlattenOptions.Default);

    [Fact]
    public void WrongInputShapesAreExplained() => Check("input_shapes", Path.Combine(Folder, "open_shape.onnx"), Shapes(("x", [2, 4, 5]), ("y", [1]), ("z", [2, 3, 5])));

    [Fact]
    public void GivenInputShapeBindsOpenAxes()
    {
        var model = OnnxLoader.Load(Path.Combine(Folder, "open_shape.onnx"), Shapes(("x", [2, 3, 5]), ("z", [1, 3, 1])));
        Assert.Equal([2, 3, 5], model.Values[model.Outputs[0].Value].Shape.ToArray());
    }

    [Fact]
    public void EveryCodeIsShownByACase()
    {
        var shown = Directory.GetFiles(Folder, "*.expect").SelectMany(p => Code().Matches(File.ReadAllText(p)).Select(m => m.Value)).ToHashSet();
        Assert.Equal([], DiagnosticCatalog.Entries.Keys.Where(c => string.CompareOrdinal(c, "NC1001") >= 0 && string.CompareOrdinal(c, "NC1099") <= 0).Except(shown));
        Assert.Equal([], shown.Except(DiagnosticCatalog.Entries.Keys));
    }

    private static void Check(string name, string path, FlattenOptions options)
    {
        var thrown = Assert.Throws<DiagnosticException>(() => OnnxLoader.Load(path, options));
        var text = thrown.Message.Replace(Folder + Path.DirectorySeparatorChar, "", StringComparison.Ordinal).Replace(Folder, "errors", StringComparison.Ordinal) + "\n";
        var expected = Path.Combine(Folder, name + ".expect");
        if (Environment.GetEnvironmentVariable("NEUROCHIP_UPDATE_GOLDENS") == "1") File.WriteAllText(expected, text);
        Assert.Equal(File.ReadAllText(expected), text);
    }

    private static FlattenOptions Shapes(params (string Name, ImmutableArray<int> Shape)[] shapes) =>
        new(shapes.ToImmutableDictionary(s => s.Name, s => s.Shape));

    [GeneratedRegex(@"NC\d{4}")]
    private static partial Regex Code();
}
