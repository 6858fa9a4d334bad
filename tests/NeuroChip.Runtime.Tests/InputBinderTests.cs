using NeuroChip.Ir.Diagnostics;
using NeuroChip.Ir.Tensors;
using NeuroChip.Runtime.Inputs;

namespace NeuroChip.Runtime.Tests;

/// <summary>Are arrays cut into samples as docs and users mean it, and put together again the same way?</summary>
public sealed class InputBinderTests
{
    private static Tensor Ramp(params int[] shape) => Tensor.Of([.. shape], Enumerable.Range(0, Tensor.Count(shape)).Select(i => (float)i).ToArray());

    private static SampleSet Bind(Tensor x, bool perStep, int steps = TinyNetwork.Steps) =>
        InputBinder.Bind(TinyNetwork.Image(perStep, steps: steps), new Dictionary<string, Tensor> { ["x"] = x }, "x.npz");

    [Theory]
    [InlineData(false, new[] { 1, 4 }, null, 1)]
    [InlineData(false, new[] { 5, 1, 4 }, 5, 1)]
    [InlineData(false, new[] { 6, 4 }, null, 6)]
    [InlineData(false, new[] { 2, 6, 4 }, 2, 6)]
    [InlineData(false, new[] { 6, 1, 1, 4 }, 6, 1)]
    [InlineData(true, new[] { 3, 1, 4 }, null, 1)]
    [InlineData(true, new[] { 5, 3, 1, 4 }, 5, 1)]
    [InlineData(true, new[] { 3, 2, 4 }, null, 2)]
    [InlineData(true, new[] { 5, 3, 2, 4 }, 5, 2)]
    [InlineData(true, new[] { 1, 3, 4 }, null, 1)]
    public void FindsTheSamples(bool perStep, int[] shape, int? outer, int batch)
    {
        var set = Bind(Ramp(shape), perStep);
        Assert.Equal((outer, batch), (set.Outer, set.Batch));
        Assert.Equal((outer ?? 1) * batch, set.Samples.Length);
        Assert.All(set.Samples, s => Assert.Equal(perStep ? [3, 1, 4] : [1, 4], s["x"].Shape.ToArray()));
    }

    [Fact]
    public void OneStepNeedsNoAxisOfSteps()
    {
        var set = Bind(Ramp(5, 1, 4), perStep: true, steps: 1);
        Assert.Equal(5, set.Samples.Length);
        Assert.Equal([4, 5, 6, 7], set.Samples[1]["x"].Span<float>().ToArray());
    }

    [Fact]
    public void BatchBehindTimeIsTakenApart()
    {
        var set = Bind(Ramp(3, 2, 4), perStep: true);
        Assert.Equal([4, 5, 6, 7, 12, 13, 14, 15, 20, 21, 22, 23], set.Samples[1]["x"].Span<float>().ToArray());
    }

    [Theory]
    [InlineData(new[] { 1, 4 }, false, new[] { 1, 2 })]
    [InlineData(new[] { 5, 1, 4 }, false, new[] { 5, 1, 2 })]
    [InlineData(new[] { 6, 4 }, false, new[] { 6, 2 })]
    [InlineData(new[] { 2, 6, 4 }, false, new[] { 2, 6, 2 })]
    [InlineData(new[] { 6, 4 }, true, new[] { 3, 6, 2 })]
    [InlineData(new[] { 2, 6, 4 }, true, new[] { 2, 3, 6, 2 })]
    public void OutputsComeBackInTheArrangementOfTheInputs(int[] input, bool everyStep, int[] output)
    {
        var image = TinyNetwork.Image(everyStep: everyStep);
        var set = InputBinder.Bind(image, new Dictionary<string, Tensor> { ["x"] = Ramp(input) }, "x.npz");
        var result = new ChipSession(new TinyNetwork.Device(), image).Run(set.Samples, RunRecording.All);
        var arrays = OutputArrays.Of(image, set, result);
        Assert.Equal([image.Readouts[0].Name, "spk:n"], arrays.Keys);
        var joined = arrays[image.Readouts[0].Name];
        Assert.Equal(output, joined.Shape.ToArray());
        Assert.Equal([set.Samples.Length, 3, 1, 2], arrays["spk:n"].Shape.ToArray());
        // Sample s has the values 4s .. 4s+3, so its class sums are 8s+1 and 8s+5 at step 0.
        for (var s = 0; s < set.Samples.Length; s++)
        {
            var at = everyStep ? (s / set.Batch * 3 * set.Batch * 2) + (s % set.Batch * 2) : s * 2;
            Assert.Equal((8f * s) + 1, joined.At(at));
            Assert.Equal((8f * s) + 5, joined.At(at + 1));
        }
    }

    [Fact]
    public void ExactValuesOfOtherTypesAreTaken()
    {
        var set = Bind(Tensor.Of([1, 4], [1L, 0, 2, 3]), perStep: false);
        Assert.Equal([1f, 0, 2, 3], set.Samples[0]["x"].Span<float>().ToArray());
    }

    [Fact]
    public void ArraysThatAreNoInputAreToldOf()
    {
        var warnings = new DiagnosticBag();
        var arrays = new Dictionary<string, Tensor> { ["x"] = Ramp(2, 1, 4), ["labels"] = Tensor.Vector(0, 1) };
        InputBinder.Bind(TinyNetwork.Image(), arrays, "x.npz", null, warnings);
        Assert.Equal("NC5005", warnings.Diagnostics.Single().Code);
        var none = new DiagnosticBag();
        InputBinder.Bind(TinyNetwork.Image(), arrays, "x.npz", "labels", none);
        Assert.Empty(none.Diagnostics);
    }

    [Theory]
    [InlineData("2..4", 2, 4)]
    [InlineData("..2", 0, 2)]
    [InlineData("3..", 3, 5)]
    [InlineData("4", 4, 5)]
    public void PartOfTheSamples(string range, int first, int end)
    {
        var part = Bind(Ramp(5, 1, 4), perStep: false).Part(range);
        Assert.Equal(end - first, part.Outer);
        Assert.Equal(Enumerable.Range(first, end - first).Select(s => 4f * s), part.Samples.Select(s => s["x"].Span<float>()[0]));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void AccuracyIsTheShareOfGreatestOutputs(bool everyStep)
    {
        var image = TinyNetwork.Image(everyStep: everyStep);
        var x = Tensor.Of([4, 1, 4], new float[] { 1, 1, 0, 0, 0, 0, 1, 1, 5, 0, 0, 1, 1, 0, 1, 0 });
        var arrays = new Dictionary<string, Tensor> { ["x"] = x, ["y"] = Tensor.Vector(0L, 1, 1, 0) };
        var set = InputBinder.Bind(image, arrays, "x.npz", "y");
        var result = new ChipSession(new TinyNetwork.Device(), image).Run(set.Samples, RunRecording.Outputs);
        var labels = Labels.Read(arrays, "y", set, null, "x.npz");
        // The third is wrong; the fourth is a tie, which the lowest class wins.
        Assert.Equal(new Accuracy(3, 4), Labels.Judge(image.Readouts[0], result.Samples, labels, "y", "x.npz"));
        Assert.Equal([1], Labels.Read(arrays, "y", set, "2", "x.npz").ToArray());
    }
}
