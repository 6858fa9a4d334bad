using NeuroChip.Compiler.Onnx;
using NeuroChip.Ir.Tensors;

namespace NeuroChip.Compiler.Tests.Onnx;

/// <summary>
/// Every operator against PyTorch or NumPy: models and expected values in tests/golden/onnx, written by tools/export/make_operator_goldens.py.
/// </summary>
public class OperatorGoldenTests
{
    /// <summary>Folder of a kind of golden files.</summary>
    internal static string Golden(string kind)
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "NeuroChip.sln"))) folder = folder.Parent!;
        return Path.Combine(folder.FullName, "tests", "golden", "onnx", kind);
    }

    public static TheoryData<string> Operators() => Cases("operators");

    public static TheoryData<string> Graphs() => Cases("graphs");

    [Theory]
    [MemberData(nameof(Operators))]
    public void OperatorComputesTheReference(string name) => Compare("operators", name);

    [Theory]
    [MemberData(nameof(Graphs))]
    public void GraphComputesTheReference(string name) => Compare("graphs", name);

    [Fact]
    public void EveryOperatorHasACase()
    {
        var covered = Names("operators").Select(name => name.Split('_')[0]).ToHashSet();
        Assert.Equal([], OnnxOperators.All.Keys.Except(covered));
    }

    [Fact]
    public void EveryOperatorFileIsInTheTable()
    {
        var files = Directory.GetFiles(Path.Combine(Golden("."), "..", "..", "..", "compiler", "Onnx", "Operators"), "*.cs").Select(f => Path.GetFileNameWithoutExtension(f));
        var used = OnnxOperators.All.Values.SelectMany(o => new[] { o.Infer.Method.DeclaringType!, o.Evaluate.Method.DeclaringType! }).Select(t => (t.DeclaringType ?? t).Name).ToHashSet();
        Assert.Equal([], files.Except(used));
    }

    private static void Compare(string kind, string name)
    {
        var path = Path.Combine(Golden(kind), name);
        var arrays = Arrays.ReadNpz(path + ".npz");
        var model = OnnxLoader.Load(path + ".onnx");
        var values = OnnxEvaluator.Run(model, model.Inputs.ToDictionary(i => i, i => arrays[model.Values[i].Name]));
        Assert.NotEmpty(model.Outputs);
        foreach (var (output, value) in model.Outputs)
        {
            var (expected, actual) = (arrays[output], values[value]);
            Assert.Equal(expected.ToString(), actual.ToString());
            Assert.Equal(model.Values[value].Shape.AsSpan(), actual.Shape.AsSpan());
            for (var i = 0; i < expected.Length; i++)
            {
                var (e, a) = (expected.At(i), actual.At(i));
                Assert.True(e.Equals(a) || Math.Abs(e - a) <= 1e-5 + 1e-5 * Math.Abs(e), $"{output}[{i}]: expected {e}, got {a}");
            }
        }
    }

    private static TheoryData<string> Cases(string kind)
    {
        var data = new TheoryData<string>();
        foreach (var name in Names(kind)) data.Add(name);
        return data;
    }

    private static IEnumerable<string> Names(string kind) =>
        Directory.GetFiles(Golden(kind), "*.npz").Select(p => Path.GetFileNameWithoutExtension(p)).Order(StringComparer.Ordinal);
}
