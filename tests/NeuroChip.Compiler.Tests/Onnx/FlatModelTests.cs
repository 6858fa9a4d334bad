using NeuroChip.Compiler.Onnx;
using NeuroChip.Ir.Tensors;

namespace NeuroChip.Compiler.Tests.Onnx;

/// <summary>What later stages rely on: the normal form listed at <see cref="OnnxLoader"/>.</summary>
public class FlatModelTests
{
    public static TheoryData<string> All() =>
        [.. new[] { "graphs", "operators" }.SelectMany(kind => Directory.GetFiles(OperatorGoldenTests.Golden(kind), "*.onnx").Select(p => $"{kind}/{Path.GetFileName(p)}")).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(All))]
    public void IsInNormalForm(string name)
    {
        var model = Load(name);
        var defined = model.Inputs.ToHashSet();
        for (var i = 0; i < model.Values.Length; i++)
            if (model.Values[i].Constant is { } constant)
            {
                Assert.Equal(model.Values[i].Shape.AsSpan(), constant.Shape.AsSpan());
                Assert.True(defined.Add(i));
            }

        var seen = new HashSet<string>();
        foreach (var node in model.Nodes)
        {
            Assert.All(node.Inputs, i => Assert.True(i < 0 || defined.Contains(i), $"{node.Name} uses what comes later"));
            Assert.All(node.Outputs, o => Assert.True(o < 0 || defined.Add(o), $"{node.Name} defines a value again"));
            Assert.DoesNotContain(node.Op, new[] { "Constant", "Identity", "Dropout", "Shape", "Size", "Flatten", "Split", "Upsample", "Scatter", "CastLike", "Loop", "If", "Scan" });
            Assert.Contains(node.Inputs, i => i >= 0 && model.Values[i].Constant is null);
            Assert.True(node.Attributes.Int("axis", 0) >= 0, $"{node.Name}: axis counts from the end");
            Assert.False(node.Attributes.Has("axes"), $"{node.Name}: axes as an attribute");
            var key = $"{node.Op}({string.Join(',', node.Inputs)}) {string.Join(' ', node.Attributes.Values.Select(p => $"{p.Key}={(p.Value is long[] l ? string.Join(',', l) : p.Value)}"))}";
            Assert.True(seen.Add(key), $"{node.Name} is there twice");
        }

        Assert.All(model.Outputs, o => Assert.Contains(o.Value, defined));
        Assert.Equal(model.Values.Length, defined.Count);
    }

    [Fact]
    public void RowsWrittenInALoopBecomeOneConcat()
    {
        var model = Load("graphs/loop_scatter_rows.onnx");
        Assert.DoesNotContain(model.Nodes, n => n.Op == "ScatterND");
        var concat = Assert.Single(model.Nodes, n => n.Op == "Concat");
        Assert.Equal(model.Outputs[0].Value, concat.Outputs[0]);
        Assert.Equal(5, concat.Inputs.Length);
        Assert.All(concat.Inputs, i => Assert.Equal("Unsqueeze", Maker(model, i).Op));
        Assert.Equal([0, 1, 2, 3, 4], model.Nodes.Where(n => n.Op == "Gather").Select(n => (int)model.Values[n.Inputs[1]].Constant!.At(0)));
    }

    [Fact]
    public void ShapeArithmeticDisappears()
    {
        var model = Load("graphs/shape_arithmetic.onnx");
        Assert.Equal(["Reshape", "Relu", "Reshape"], model.Nodes.Select(n => n.Op));
        Assert.Equal([6L, 4, 5], model.Values[model.Nodes[0].Inputs[1]].Constant!.ToLongs());
    }

    [Fact]
    public void NamesCarryThePathOfTheirSubgraph()
    {
        var model = Load("graphs/loop_scan_output.onnx");
        Assert.Contains(model.Nodes, n => n.Name == "Loop#0[3]/GreaterOrEqual#4");
        Assert.Contains(model.Values, v => v.Name == "Loop#0[3]/s");
    }

    [Fact]
    public void BranchOfAKnownConditionRemains() => Assert.Equal(["Neg"], Load("graphs/if_constant.onnx").Nodes.Select(n => n.Op));

    [Fact]
    public void SingleNodeIsCheckedLikeAFileNode()
    {
        var shape = OnnxEvaluator.InferShapes("Conv", "", OnnxAttributes.None.With("pads", new long[] { 1, 1, 1, 1 }),
            [new Operand(DType.Float32, [1, 2, 8, 8]), new Operand(DType.Float32, [4, 2, 3, 3])])[0].Shape;
        Assert.Equal([1, 4, 8, 8], shape.ToArray());
        var sum = OnnxEvaluator.Evaluate("Add", "", OnnxAttributes.None, [Tensor.Vector(1f, 2f), Tensor.Scalar(3f)])[0];
        Assert.Equal([4f, 5f], sum.ToFloats());
    }

    private static FlatModel Load(string name) => OnnxLoader.Load(Path.Combine(OperatorGoldenTests.Golden("."), name));

    private static FlatNode Maker(FlatModel model, int value) => model.Nodes.Single(n => n.Outputs.Contains(value));
}
