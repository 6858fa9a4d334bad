using System.Text;
using NeuroChip.Compiler.Emit;
using NeuroChip.Compiler.Mapping;
using NeuroChip.Compiler.Targets.TransformerCore;
using NeuroChip.Compiler.Tests.Mapping;
using NeuroChip.HwModels;
using NeuroChip.Ir.Images;
using NeuroChip.Ir.Ncir;
using NeuroChip.Ir.Tensors;
using NeuroChip.Runtime;
using NeuroChip.Runtime.Energy;
using NeuroChip.Runtime.Reports;
using NeuroChip.Simulator;
using NeuroChip.TestKit;

namespace NeuroChip.Compiler.Tests.Targets;

/// <summary>Reports of networks over active sites: vanilla spike convolution addressing beside SSC addressing.</summary>
public sealed class SiteReportTests
{
    private static readonly SiteNetwork Network = SiteNetworks.Random(2);

    [Fact]
    public void OnTilesTheComparisonIsThatOfTheCounts()
    {
        var (report, run) = OnTiles();
        var sites = report.Sites!;
        Assert.Equal(["stem", "down", "deep", "up"], sites.Layers.Select(l => l.Name));
        Assert.Equal(["submanifold", "sparse_conv", "submanifold", "inverse_conv"], sites.Layers.Select(l => l.Map));
        Assert.Equal(["fine", "coarse", "coarse", "fine"], sites.Layers.Select(l => l.Sites));
        foreach (var layer in sites.Layers)
        {
            var index = Network.Module.Projections.Index().First(p => Network.Module[p.Item.Target].Name == layer.Name).Index;
            var did = run.Activity.Projections[index].Sites;
            // The address unit of the chip looks up for every event.
            Assert.Equal((did.Probes, did.Probes, did.SharedProbes, did.Operations, did.VanillaOperations), (layer.Probes, layer.EventProbes, layer.SiteProbes, layer.Operations, layer.VanillaOperations));
            // A strided convolution creates the sites it reaches: it looks up their numbers, and finds all of them.
            Assert.Equal(layer.Map == "sparse_conv", layer.VanillaOperations == layer.Operations);
            Assert.True(layer.VanillaOperations >= layer.Operations && layer.Cycles > 0 && layer.VanillaCycles > 0 && layer.Joules > 0);
            Assert.Equal(report.Energy!.ByLayer.Single(l => l.Name == layer.Name).Joules, layer.Joules);
        }

        Assert.Equal(report.Energy!.Joules, sites.Total.Joules);
        Assert.Equal((run.Timing.Tiles!.Total.Count, run.Vanilla!.Timing.Tiles!.Total.Count), (sites.Total.Cycles, sites.Total.VanillaCycles));
        Assert.Equal(run.Timing.Tiles.TableBuild.Count, sites.TableBuildCycles);
        Assert.Contains(report.Energy.ByLayer, l => l.Name == TileCostModel.Tables);
        Assert.Contains(report.Energy.ByComponent, l => l.Name == "lookups of sites");
    }

    /// <summary>Where only additions cost anything, vanilla addressing costs exactly its extra additions more.</summary>
    [Fact]
    public void ASavedReportIsPricedAgainBothWays()
    {
        var report = Saved(OnTiles().Report);
        var chip = ChipModelReader.Parse(report.Chip.Yaml, "saved");
        Assert.Equal(OnTiles().Report.Sites!.Total.VanillaJoules, CostModels.Price(report, chip).Sites!.Total.VanillaJoules);
        var sites = CostModels.Price(report, chip, "additions-only").Sites!;
        foreach (var row in sites.Layers.Append(sites.Total)) Assert.Equal(0.9 * (row.VanillaOperations - row.Operations), (row.VanillaJoules - row.Joules) * 1e12, 6);
        // Energies of additions, bits of weights and accumulators, lookups and tables: a layer's difference to the last picojoule.
        var priced = CostModels.Price(report, chip).Sites!.Layers[0];
        var saved = priced.VanillaOperations - priced.Operations;
        var tile = report.Tiles!.Layers.Single(l => l.Name == priced.Name).Counts;
        var other = report.Sites!.Vanilla.Tiles!.Layers.Single(l => l.Name == priced.Name).Counts;
        var expected = (saved * 1) + (saved * 8 * 0.1) + (saved * 24 * (0.1 + 0.2)) - (tile.SiteProbes * 3) - ((tile.TableBitsRead - other.TableBitsRead) * 0.1);
        Assert.Equal(expected, (priced.VanillaJoules - priced.Joules) * 1e12, 4);
    }

    [Fact]
    public void OnCoresBothAreTimedAndPriced()
    {
        var module = SiteMappingTests.Balanced(SiteMappingTests.Narrow(Network.Module));
        var chip = Networks.Board with { Core = Networks.Board.Core with { Neurons = Networks.Board.Core.Neurons.With(60) } };
        var run = Run(ImageEmitter.Emit(module, MappingPipeline.Map(module, chip, new(Placer: "hilbert")), chip), 2);
        var report = RunReportBuilder.Build(run.Image, chip, run.Result, "a device for tests");
        var total = report.Sites!.Total;
        Assert.Equal(run.Result.Activity.Cores.Sum(c => c.SiteProbes), total.Probes);
        Assert.Equal(report.Cores.Sum(c => c.BusyCycles), total.Cycles);
        var cycles = chip.Cycles;
        var difference = ((total.VanillaOperations - total.Operations) * cycles.SynapticEvent.Cycles.Count) - (total.Probes * cycles.SiteProbe!.Cycles.Count);
        Assert.Equal(difference, total.VanillaCycles - total.Cycles);
        var priced = CostModels.Price(Saved(report), chip, "stromatias2013");
        Assert.Contains(priced.Energy!.NotPriced, n => n.Contains("lookups of sites", StringComparison.Ordinal));
        var perEvent = priced.Sites!.Layers.Sum(l => l.VanillaJoules - l.Joules);
        Assert.Equal((total.VanillaOperations - total.Operations) * 8e-9, perEvent, 12);
    }

    [Fact]
    public void EveryFormShowsIt()
    {
        var report = OnTiles().Report;
        var page = Text(new HtmlReport(), report);
        foreach (var named in (string[])["Active sites", "Vanilla spike convolution addressing against SSC addressing", "inverse_conv", "coarse", "the whole run", "sites planned"]) Assert.Contains(named, page);
        foreach (var outside in (string[])["<script", "<link", "<img", "src=", "href="]) Assert.DoesNotContain(outside, page);
        var rows = Text(new CsvReport(), report).Split("\r\n");
        var stem = rows.Single(r => r.StartsWith("stem,", StringComparison.Ordinal)).Split(',');
        var column = Array.IndexOf(rows[0].Split(','), "vanilla_operations");
        Assert.Equal(rows[0].Split(',').Length, stem.Length);
        Assert.Equal(report.Sites!.Layers[0].VanillaOperations.ToString(System.Globalization.CultureInfo.InvariantCulture), stem[column]);
        Assert.Equal(Text(new JsonReport(), report), Text(new JsonReport(), OnTiles().Report));
        // The sites of the first sample come back as they were.
        var table = report.Sites.Tables[0];
        Assert.Equal(Rows(Network.Inputs["coors"].Array<int>()).Order(), Rows(SiteList.Read(table.First, table.Extent)));
    }

    [Fact]
    public void WithoutSitesThereIsNothingOfIt()
    {
        var module = new Networks("plain", new(ArithmeticKind.Integer, 8, 24));
        module.Dense("fc", module.Input("x", 1, 16), 8);
        var plain = module.Raw();
        var image = ImageEmitter.Emit(plain, TileMapper.Map(plain, TileChips.Tiny, new(), new()), TileChips.Tiny);
        using var chip = new SimulatedChip();
        var result = new ChipSession(chip, image).Run([new([new("x", Tensor.Of([1, 16], new float[16]))])], RunRecording.Outputs);
        var report = RunReportBuilder.Build(image, TileChips.Tiny, result, "a device for tests");
        Assert.Null(report.Sites);
        Assert.DoesNotContain("Active sites", Text(new HtmlReport(), report));
        // Table memory is off: what leaks is all memory but that.
        var leaking = TileChips.Tiny.OnChipMemory.Count / 8192.0 * 10e-6 * report.Timing.Seconds;
        Assert.Equal(leaking, report.Energy!.ByComponent.Single(c => c.Name == "on-chip memory, powered on").Joules, 15);
    }

    private static (RunReport Report, SessionResult Run) OnTiles()
    {
        var chip = TileChips.Tiny.WithTiles("linear", 3).WithTables("linear", 64);
        var run = Run(ImageEmitter.Emit(Network.Module, TileMapper.Map(Network.Module, chip, new(), new()), chip), 2);
        return (RunReportBuilder.Build(run.Image, chip, run.Result, "a device for tests"), run.Result);
    }

    private static (ChipImage Image, SessionResult Result) Run(ChipImage image, int samples)
    {
        using var chip = new SimulatedChip();
        return (image, new ChipSession(chip, image).Run([.. Enumerable.Repeat(new SampleInput([.. Network.Inputs]), samples)], RunRecording.Outputs));
    }

    private static IEnumerable<(int, int, int)> Rows(int[] coordinates) => coordinates.Chunk(3).Select(c => (c[0], c[1], c[2]));

    private static RunReport Saved(RunReport report)
    {
        var path = Path.GetTempFileName();
        try
        {
            using (var stream = File.Create(path)) new JsonReport().Write(report, stream);
            return JsonReport.Read(path);
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static string Text(IReportWriter writer, RunReport report)
    {
        using var stream = new MemoryStream();
        writer.Write(report, stream);
        return Encoding.UTF8.GetString(stream.ToArray());
    }
}
