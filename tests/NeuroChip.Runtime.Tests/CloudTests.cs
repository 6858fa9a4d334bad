using System.Collections.Immutable;
using NeuroChip.Ir.Diagnostics;
using NeuroChip.Ir.Images;
using NeuroChip.Ir.Ncir;
using NeuroChip.Ir.Ncir.Sites;
using NeuroChip.Ir.Neurons;
using NeuroChip.Ir.Tensors;
using NeuroChip.Runtime.Inputs;

namespace NeuroChip.Runtime.Tests;

/// <summary>Files of voxelised clouds: cut by batch index into samples, and results put together again.</summary>
public sealed class CloudTests
{
    private static readonly SiteTable Table = new(new(0), "coors", [8, 8, 8], 10, "coors");

    private static readonly Dictionary<string, Tensor> File = new()
    {
        ["f"] = Tensor.Of([4, 2], [0f, 1, 10, 11, 20, 21, 30, 31]),
        ["coors"] = Tensor.Of([4, 4], [5, 1, 2, 3, 2, 4, 5, 6, 5, 0, 0, 7, 2, 1, 1, 1]),
        ["spatial_shape"] = Tensor.Vector(8L, 8, 7),
    };

    /// <summary>An input of two features for each of at most ten voxels.</summary>
    internal static ModelInput Features { get; } = new("f", true, [10, 2], 1, SpikeDomain.Real) { Sites = Table };

    /// <summary>The tiny network with its input at a single site.</summary>
    internal static ChipImage AtSites
    {
        get
        {
            var image = TinyNetwork.Image(steps: 1);
            return image with { Sites = [Table with { Capacity = 1 }], Populations = image.Populations.SetItem(0, image.Populations[0] with { Sites = new(0) }) };
        }
    }

    [Fact]
    public void ABatchIndexIsASample()
    {
        var warnings = new DiagnosticBag();
        var set = InputBinder.Bind([Features], File, "cloud.npz", null, warnings);
        Assert.Empty(warnings.Diagnostics);
        Assert.Equal((int[])[2, 5], set.Clouds.ToArray());
        Assert.Equal((int[])[4, 5, 6, 1, 1, 1], set.Samples[0]["coors"].Span<int>().ToArray());
        Assert.Equal((float[])[10, 11, 30, 31], set.Samples[0]["f"].ToFloats());
        Assert.Equal((float[])[0, 1, 20, 21], set.Samples[1]["f"].ToFloats());
        Assert.Equal("[2,2]", Tensor.FormatShape(set.Samples[1]["f"].Shape));
    }

    [Fact]
    public void ThreeColumnsOfAnyIntegerAreOneCloud()
    {
        var set = InputBinder.Bind([Features], new Dictionary<string, Tensor> { ["f"] = File["f"], ["coors"] = Tensor.Of([4, 3], Enumerable.Range(0, 12).Select(i => (long)i).ToArray()) }, "cloud.npz");
        Assert.Equal(Enumerable.Range(0, 12), Assert.Single(set.Samples)["coors"].Span<int>().ToArray());
    }

    [Fact]
    public void FeaturesOfEveryStepAreCutAlongTheVoxels()
    {
        var input = Features with { Static = false, Steps = 2, Shape = [2, 10, 2] };
        var steps = Tensor.Of([2, 4, 2], Enumerable.Range(0, 16).Select(i => (float)i).ToArray());
        var set = InputBinder.Bind([input], new Dictionary<string, Tensor> { ["f"] = steps, ["coors"] = File["coors"] }, "cloud.npz");
        Assert.Equal((float[])[2, 3, 6, 7, 10, 11, 14, 15], set.Samples[0]["f"].ToFloats());
    }

    [Fact]
    public void SamplesOfAFileOfCloudsAreClouds()
    {
        var part = InputBinder.Bind([Features], File, "cloud.npz").Part("1");
        Assert.Equal(5, Assert.Single(part.Clouds));
        Assert.Equal((float[])[0, 1, 20, 21], Assert.Single(part.Samples)["f"].ToFloats());
    }

    [Fact]
    public void RowsOfAllCloudsFollowOneAnother()
    {
        var image = AtSites with { Readouts = [new Readout("y", [Signal.Emission(new(0))], [null], ElementwiseProgram.PassThrough, TimeReduction.Last, 0, [10, 2])] };
        var set = InputBinder.Bind([Features], File, "cloud.npz");
        var any = new ChipSession(new TinyNetwork.Device(), TinyNetwork.Image()).Run([SampleInput.Of("x", Tensor.Of([1, 4], new float[4]))], RunRecording.Outputs).Samples[0];
        SampleResult Result(int sample) => any with
        {
            Outputs = Named("y", set.Samples[sample]["f"]),
            Recorded = Named("x", set.Samples[sample]["f"].Reshape([1, 2, 2])),
            Sites = Named("coors", set.Samples[sample]["coors"]),
        };
        var (first, second) = (Result(0), Result(1));
        var arrays = OutputArrays.Of(image, set, new([first, second], first.Activity, first.Timing));
        Assert.Equal((float[])[10, 11, 30, 31, 0, 1, 20, 21], arrays["y"].ToFloats());
        Assert.Equal((int[])[2, 4, 5, 6, 2, 1, 1, 1, 5, 1, 2, 3, 5, 0, 0, 7], arrays["y:coors"].Span<int>().ToArray());
        Assert.Equal("[4,2]", Tensor.FormatShape(arrays["spk:x"].Shape));
        Assert.Equal(arrays["y:coors"].Span<int>().ToArray(), arrays["spk:x:coors"].Span<int>().ToArray());
    }

    private static ImmutableDictionary<string, Tensor> Named(string name, Tensor tensor) => ImmutableDictionary<string, Tensor>.Empty.Add(name, tensor);
}
