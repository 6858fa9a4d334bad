using NeuroChip.Compiler.Onnx;
using NeuroChip.Compiler.Onnx.Sparse;
using NeuroChip.Ir.Diagnostics;
using NeuroChip.Ir.Tensors;

namespace NeuroChip.Compiler.Tests.Onnx;

/// <summary>
/// Faulty networks over active sites and the exact messages for them: tests/golden/onnx/sparse-errors, models by tools/export/make_sparse_error_goldens.py.
/// NEUROCHIP_UPDATE_GOLDENS=1 writes the messages anew, to be read before they are committed.
/// </summary>
public class SparseErrorTests
{
    private static readonly string Folder = OperatorGoldenTests.Golden("sparse-errors");

    public static TheoryData<string> Faults()
    {
        var data = new TheoryData<string>();
        foreach (var path in Directory.GetFiles(Folder, "*.onnx").Order(StringComparer.Ordinal))
            if (Path.GetFileNameWithoutExtension(path) is not "fine" and var name) data.Add(name);
        return data;
    }

    [Theory]
    [MemberData(nameof(Faults))]
    public void FaultIsExplained(string name) => Check(name, name, new() { Sites = 20 });

    [Fact]
    public void MissingPlanIsExplained() => Check("fine", "no_plan", new());

    [Fact]
    public void CloudOutsideTheGridIsExplained() => Check("fine", "cloud_outside", new() { Clouds = _ => [Tensor.Of([2, 3], [1, 2, 3, 4, 8, 0])] });

    [Fact]
    public void GridOfFourAxesIsExplained() => Check("fine", "extent", new() { Sites = 20, Extent = [1, 2, 3, 4] });

    [Fact]
    public void ModelOfTheCasesIsFineWithAPlan() => Assert.Equal(20, OnnxLoader.Load(Path.Combine(Folder, "fine.onnx"), With(new() { Sites = 20 })).Sites[0].Capacity);

    [Fact]
    public void EveryCodeIsShownByACase()
    {
        var shown = string.Concat(Directory.GetFiles(Folder, "*.expect").Select(File.ReadAllText));
        Assert.Equal([], DiagnosticCatalog.Entries.Keys.Where(c => string.CompareOrdinal(c, "NC1150") >= 0 && string.CompareOrdinal(c, "NC1169") <= 0 && !shown.Contains(c, StringComparison.Ordinal)));
    }

    private static void Check(string model, string name, SitePlan plan)
    {
        var text = Assert.Throws<DiagnosticException>(() => OnnxLoader.Load(Path.Combine(Folder, model + ".onnx"), With(plan))).Message.Replace(Folder + Path.DirectorySeparatorChar, "", StringComparison.Ordinal) + "\n";
        var expected = Path.Combine(Folder, name + ".expect");
        if (Environment.GetEnvironmentVariable("NEUROCHIP_UPDATE_GOLDENS") == "1") File.WriteAllText(expected, text);
        Assert.Equal(File.ReadAllText(expected), text);
    }

    private static FlattenOptions With(SitePlan plan) => FlattenOptions.Default with { Sites = plan };
}
