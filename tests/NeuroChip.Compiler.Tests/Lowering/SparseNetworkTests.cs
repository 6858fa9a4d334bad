using NeuroChip.Compiler.Lowering;
using NeuroChip.Compiler.Onnx;
using NeuroChip.Compiler.Onnx.Sparse;
using NeuroChip.Compiler.Passes;
using NeuroChip.Compiler.Rolling;
using NeuroChip.Compiler.Tests.Onnx;
using NeuroChip.Ir.Ncir;
using NeuroChip.Ir.Ncir.AddressFunctions;
using NeuroChip.Ir.Ncir.Sites;
using NeuroChip.Ir.Tensors;

namespace NeuroChip.Compiler.Tests.Lowering;

/// <summary>
/// Networks over active sites, in both ONNX dialects: small ones of ours (tests/golden/sparse3d, written by tools/export/make_sparse_goldens.py) and the E-3DSNN classes
/// of the corpus. Lowered and interpreted they emit the spikes that the framework's arithmetic gives, site by site, and outputs equal to rounding.
/// </summary>
public class SparseNetworkTests
{
    private static readonly string Golden = Path.GetFullPath(Path.Combine(OperatorGoldenTests.Golden("."), "..", "sparse3d"));

    public static TheoryData<string> Files()
    {
        var data = new TheoryData<string>();
        foreach (var path in Directory.GetFiles(Golden, "*.onnx", SearchOption.AllDirectories).Order(StringComparer.Ordinal)) data.Add(Path.GetRelativePath(Golden, path));
        return data;
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void ComputesWhatTheFrameworkComputes(string file)
    {
        var suffix = file.EndsWith("_autoware.onnx", StringComparison.Ordinal) ? "_autoware" : "";
        Compare(Path.Combine(Golden, file), $"inputs{suffix}.npz", $"golden{suffix}.npz");
    }

    [CorpusTheory]
    [InlineData("cls_stage", "model.onnx", "_exptool")]
    [InlineData("cls_stage", "model_autoware.onnx", "")]
    [InlineData("cls_T", "model.onnx", "_exptool")]
    [InlineData("cls_T", "model_autoware.onnx", "")]
    public void CorpusComputesWhatTheFrameworkComputes(string network, string file, string suffix) =>
        Compare(Path.Combine(Environment.GetEnvironmentVariable("NEUROCHIP_CORPUS")!, "sparse3d", "e3dsnn", network, file), $"inputs{suffix}.npz", $"golden{suffix}.npz");

    [Fact]
    public void BothDialectsAreTheSameNetwork()
    {
        var (a, b) = (Lower("model.onnx", "inputs.npz"), Lower("model_autoware.onnx", "inputs_autoware.npz"));
        Assert.Equal(Structure(a), Structure(b));
        Assert.Equal(a.Sites.Select(s => (s.Capacity, string.Join('x', s.Extent))), b.Sites.Select(s => (s.Capacity, string.Join('x', s.Extent))));

        static Module Lower(string model, string inputs) =>
            SparseNetworkTests.Lower(Path.Combine(Golden, "cls_tiny", model), new() { Clouds = _ => [.. Clouds(Arrays.ReadNpz(Path.Combine(Golden, "cls_tiny", inputs))).Select(c => c.Coordinates)] });

        static string Structure(Module m) => string.Join('\n', m.Populations.Select(p => $"{p.Size} {p.Domain} {p.Sites}").Concat(m.Projections.Select(p => $"{p.Source}->{p.Target} {p.Map.Keyword}")));
    }

    [Fact]
    public void TablesAreSizedByTheLargestCloudAndTheMarginButNeverForMoreThanCanBe()
    {
        var path = Path.Combine(Golden, "cls_tiny", "model.onnx");
        var cloud = Clouds(Arrays.ReadNpz(Path.Combine(Golden, "cls_tiny", "inputs.npz")))[0].Coordinates;
        var some = Tensor.Of([40, 3], cloud.Span<int>()[..120].ToArray());
        var half = Tables(new() { Clouds = _ => [some, cloud], Margin = 0.5 });
        Assert.Equal([243, 72, 3 * 3 * 1], half.Select(t => t.Capacity)); // 162, 48 and 9 sites; 9 are all voxels there are
        Assert.Equal([200, 60, 9], Tables(new() { Clouds = _ => [cloud], Sites = 200 }).Select(t => t.Capacity)); // in proportion
        Assert.Equal([100, 100, 9], Tables(new() { Sites = 100 }).Select(t => t.Capacity)); // every site may reach one of its own
        Assert.Equal([13 * 13 * 7, 6 * 6 * 3, 3 * 3 * 1], Tables(new() { Sites = 1_000_000 }).Select(t => t.Capacity));
        Assert.Equal((int[])[20, 20, 14], Tables(new() { Sites = 5, Extent = [20, 20, 14] })[0].Extent.ToArray());

        SiteTable[] Tables(SitePlan plan) => [.. Lower(path, plan).Sites];
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void IntegersEmitNearlyTheSameSpikes(string file)
    {
        var suffix = file.EndsWith("_autoware.onnx", StringComparison.Ordinal) ? "_autoware" : "";
        var inputs = Arrays.ReadNpz(Path.Combine(Golden, Path.GetDirectoryName(file)!, $"inputs{suffix}.npz"));
        var clouds = Clouds(inputs);
        var module = new InferDomains().Run(Lower(Path.Combine(Golden, file), new() { Clouds = _ => [.. clouds.Select(c => c.Coordinates)] }), new PassContext());
        var (wide, seen) = Quantiser.Quantise(module, new() { WeightBits = 8, AccumulatorBits = 24, Calibration = [.. clouds.Select(c => Given(inputs, c))] });
        Verifier.VerifyOrThrow(wide);
        // Untrained networks without a membrane pass on every spike that flips; the first layers have few before them.
        var first = seen.Populations.Where(p => p.Agreement is not null).Take(3).Select(p => p.Agreement!.Value).ToArray();
        Assert.True(first.Min() > 0.95, $"{file}: {string.Join(", ", first)}");

        // Without samples the bounds hold: no accumulator of 24 bits may saturate.
        var (blind, bounds) = Quantiser.Quantise(module, new() { WeightBits = 8, AccumulatorBits = 24 });
        Verifier.VerifyOrThrow(blind);
        Assert.DoesNotContain(bounds.Populations, p => p.MaySaturate);
    }

    [Fact]
    public void LoadsOfAConvolutionOverSitesBoundEveryTarget()
    {
        var (fine, coarse) = (new SiteTable(new(0), "fine", [5, 4, 4], 80, "coors"), new SiteTable(new(1), "coarse", [3, 2, 2], 12, ""));
        var window = new SiteWindow(new(5, 3, 3, 2, 1), new(4, 2, 2, 2), new(4, 2, 2, 2));
        coarse = coarse with { Reach = new(new(0), window) };
        var every = Tensor.Of([80, 3], Enumerable.Range(0, 80).SelectMany(v => (int[])[v / 16, v / 4 % 4, v % 4]).ToArray());
        var sites = new SiteBinding([fine, coarse], new Dictionary<string, Tensor> { ["coors"] = every });
        AddressFunction[] maps =
        [
            new SparseConvMap(new(0), new(1), 80, 12, window, 4, 6, 2, 0),
            new InverseConvMap(new(1), new(0), 12, 80, window, 4, 6, 2, 0),
        ];
        foreach (var map in maps)
        {
            var magnitude = Enumerable.Range(0, map.RowCount).Select(row => (double)((row * 7919 % 101) + 1)).ToArray();
            var (afferents, most) = (new List<Afferent>(), new double[6]);
            var bound = sites.Bind(map);
            for (var target = 0; target < map.TargetSize; target++)
            {
                afferents.Clear();
                bound.Invert(target, afferents);
                foreach (var a in afferents) Assert.Equal(target % 6, QuantiseRows.Channel(map, 6)(a.Row));
                most[target % 6] = Math.Max(most[target % 6], afferents.Sum(a => magnitude[a.Row]));
            }

            // In a full grid, away from its border, the bound is reached.
            Assert.Equal(most, QuantiseRows.Load(map, row => magnitude[row], 6, Reduction.Sum));
        }
    }

    private static void Compare(string path, string inputFile, string goldenFile)
    {
        var folder = Path.GetDirectoryName(path)!;
        var (inputs, golden) = (Arrays.ReadNpz(Path.Combine(folder, inputFile)), Arrays.ReadNpz(Path.Combine(folder, goldenFile)));
        var clouds = Clouds(inputs);
        var module = Verifier.VerifyOrThrow(Lower(path, new() { Clouds = _ => [.. clouds.Select(c => c.Coordinates)] }));
        var interpreter = new ModuleInterpreter(module);
        var runs = clouds.Select(cloud =>
        {
            var given = Given(inputs, cloud);
            return (Run: interpreter.Run(given, record: true), Sites: new SiteBinding(module.Sites, given));
        }).ToArray();
        foreach (var (name, expected) in golden.Where(g => !g.Key.Contains(':', StringComparison.Ordinal)))
        {
            var actual = runs.SelectMany(r => r.Run.Outputs[name].ToFloats()).ToArray();
            Assert.Equal(expected.Length, actual.Length);
            var scale = Math.Max(1, Enumerable.Range(0, expected.Length).Max(i => Math.Abs(expected.At(i))));
            for (var i = 0; i < actual.Length; i++) Assert.True(Math.Abs(expected.At(i) - actual[i]) <= 1e-4 * scale, $"{name}: element {i} is {actual[i]}, not {expected.At(i)}");
        }

        var spiking = module.Populations.Where(p => p.Domain == SpikeDomain.Count && p.Neuron is not Ir.Neurons.RelayNeuron).ToList();
        foreach (var (name, expected) in golden.Where(g => g.Key.StartsWith("spk:", StringComparison.Ordinal)))
        {
            var same = spiking.FirstOrDefault(p => Emissions(p).SequenceEqual(expected.ToFloats()));
            Assert.True(same is not null, $"no population emits {name}");
            spiking.Remove(same);
        }

        float[] Emissions(Population p) => [.. runs.SelectMany(r => r.Sites.Rows(p.Sites, r.Run.Emissions[p.Id.Index].Reshape([1, .. p.Layout.FrameworkShape])).ToFloats())];
    }

    private static Module Lower(string path, SitePlan plan) => GraphLowering.Lower(TimeRolling.Roll(OnnxLoader.Load(path, FlattenOptions.Default with { Sites = plan }), RollOptions.Default));

    /// <summary>The clouds of a file, by batch index.</summary>
    private static List<(Tensor Coordinates, int[] Rows)> Clouds(Dictionary<string, Tensor> inputs)
    {
        var all = inputs["coors"].Span<int>().ToArray();
        return [.. Enumerable.Range(0, all.Length / 4).GroupBy(r => all[4 * r]).OrderBy(g => g.Key)
            .Select(g => (Tensor.Of([g.Count(), 3], g.SelectMany(r => all[((4 * r) + 1)..((4 * r) + 4)]).ToArray()), g.ToArray()))];
    }

    private static Dictionary<string, Tensor> Given(Dictionary<string, Tensor> inputs, (Tensor Coordinates, int[] Rows) cloud)
    {
        var features = inputs.Single(i => i.Key is not ("coors" or "spatial_shape"));
        return new() { ["coors"] = cloud.Coordinates, [features.Key] = Rows(features.Value, cloud.Rows) };
    }

    private static Tensor Rows(Tensor all, int[] rows)
    {
        var channels = all.Shape[1];
        return Tensor.Of([rows.Length, channels], rows.SelectMany(r => all.Span<float>().Slice(r * channels, channels).ToArray()).ToArray());
    }
}
