using System.Text;
using NeuroChip.HwModels;
using NeuroChip.Ir;
using NeuroChip.Ir.Diagnostics;
using NeuroChip.Ir.Images;
using NeuroChip.Ir.Ncir;
using NeuroChip.Ir.Tensors;
using NeuroChip.Runtime.Energy;
using NeuroChip.Runtime.Reports;

namespace NeuroChip.Runtime.Tests;

/// <summary>Reports of a chip of tiles: prices, the papers' formula, forms, saved reports.</summary>
public sealed class TileReportTests
{
    private static readonly TileChip Chip = ChipModelReader.Load<TileChip>(Path.Combine(Golden.Folder("chips"), "tiny-tiles.yaml"));

    private static readonly TileActivity Did = new(1, 20, 30, 40, 50, 60, 70, 80, 90, 100, 110, 120, 130, 140, 150, 160, 170);

    private static RunReport Report()
    {
        var tiny = TinyNetwork.Image();
        var image = tiny with
        {
            ChipYaml = Chip.ToYaml(),
            Cores = [],
            Routers = [],
            Schedule = new("spatial", [new TileStage(new(1), "linear", [2], 0, 64, false, 64, MembraneHome.Tile, 4, 2)]),
            Decisions = [new Decision("convolution form", "n", "merged", "additions per step", [new("merged", 8), new("kept", 12)], "cheaper")],
        };
        var timing = new TimingResult(4, new(0), 0, 2, 4, [], [])
        {
            Tiles = new(1e8, new(1000), new(400), new(1000), new(500), "dram", [new(new(900), new(800), [new("adders", new(700))], [new("adders", new(800)), new("dram", new(100))])], [new(0), new(0), new(800), new(0)], new(500), new(0), new(7)),
        };
        var activity = new Activity([], [new(0, [4, 4, 4], 0, 0, 0, 0) { NeuronSteps = 12 }, new(6, [1, 1, 0], 0, 0, 0, 0) { NeuronSteps = 6 }], [new(12, 0, 18, 24) { DenseSlots = 24 }], []) { Tiles = [Did] };
        var sample = new SampleResult(System.Collections.Immutable.ImmutableDictionary<string, Tensor>.Empty, System.Collections.Immutable.ImmutableDictionary<string, Tensor>.Empty, activity, timing);
        return RunReportBuilder.Build(image, Chip, new SessionResult([sample], activity, timing), "a device for tests");
    }

    [Fact]
    public void EveryActionHasItsPrice()
    {
        var energy = Report().Energy!;
        // 1 mW for 1000 cycles of 100 MHz.
        Assert.Equal(1e-3 * 1e-5, energy.ByComponent.Single(c => c.Name == "chip, powered on").Joules, 15);
        var picojoules = (20 * 1) + (30 * 4) + (40 * 0.1) + (50 * 2) + (60 * 0.1) + (70 * 0.2) + (80 * 0.1) + (90 * 0.2) + (100 * 0.1) + (110 * 0.2) + (120 * 0.1) + (130 * 0.2) + (140 * 0.5) + (150 * 0.05) + (330 * 10);
        Assert.Equal(picojoules, energy.ByLayer.Single(l => l.Name == "n").Joules * 1e12, 6);
        Assert.Equal(energy.ByComponent.Sum(c => c.Joules) * 1e12, energy.Joules * 1e12, 6);
        Assert.Empty(energy.NotPriced);
    }

    [Fact]
    public void SavedReportIsPricedAgainByTheOtherTable()
    {
        var path = Path.GetTempFileName();
        try
        {
            using (var stream = File.Create(path)) new JsonReport().Write(Report(), stream);
            var saved = JsonReport.Read(path);
            var chip = ChipModelReader.Parse(saved.Chip.Yaml, "saved");
            var again = CostModels.For(saved, chip, "additions-only").Price(saved);
            Assert.Equal(20 * 0.9, again.Joules * 1e12, 6);
            Assert.Contains("multiply-accumulates", Assert.Single(again.NotPriced));
            Assert.Equal(Report().Energy!.Joules, CostModels.For(saved, chip).Price(saved).Joules);
            Assert.Equal("NC6034", Assert.Throws<DiagnosticException>(() => CostModels.For(saved, TinyNetwork.Chip)).Diagnostics[0].Code);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void TimesComeFromCycles()
    {
        var report = Report();
        Assert.Equal(1e-5, report.Timing.LatencySeconds, 15);
        Assert.Equal(2e5, report.Tiles!.InferencesPerSecond(), 6);
        Assert.Equal(0.8, report.Tiles.Tiles[2].Utilisation, 12);
        Assert.Equal(("adders", "merged"), (report.Tiles.Layers[0].Bound, report.Tiles.Layers[0].Form));
    }

    /// <summary>4 x 2 weights behind a static input: 8 MACs, counted once.</summary>
    [Fact]
    public void PapersFormulaPricesTheFirstLayerAsMacsOnce()
    {
        var paper = Report().Paper!;
        Assert.Equal((8, 0, 0), (paper.FirstLayerMacs, paper.SynapticOperations, paper.OtherMacs));
        Assert.Equal(8 * 4.6, paper.Joules * 1e12, 6);
    }

    [Fact]
    public void PapersFormulaPricesSpikesByRateAndNamesOtherProducts()
    {
        var image = TinyNetwork.Image(domain: SpikeDomain.Binary);
        var hidden = image with { Projections = [image.Projections[0] with { Kind = ProjectionKind.Sparse }] };
        var activity = new Activity([], [new(0, [], 0, 0, 0, 0) { NeuronSteps = 12 }], [new(6, 9, 0, 24) { DenseSlots = 24 }], []);
        var result = new SessionResult([null!], activity, null!);
        // 6 events of 4 x 3 chances: half of 8 x 3 slots.
        Assert.Equal((0, 12, 0), (PaperEnergy.Of(hidden, result).FirstLayerMacs, PaperEnergy.Of(hidden, result).SynapticOperations, PaperEnergy.Of(hidden, result).OtherMacs));
        Assert.Equal(12 * 0.9, PaperEnergy.Of(hidden, result).Joules * 1e12, 6);
        var behind = image with { Populations = [image.Populations[0] with { Neuron = image.Populations[1].Neuron }, image.Populations[1]] };
        var paper = PaperEnergy.Of(behind, result);
        Assert.Equal((0, 0, 12), (paper.FirstLayerMacs, paper.SynapticOperations, paper.OtherMacs));
        Assert.Equal(0, paper.Joules);
        Assert.Equal(12 * 4.6, paper.OtherMacJoules * 1e12, 6);
    }

    [Fact]
    public void PageAndTableShowLayersTilesAndChoices()
    {
        using var stream = new MemoryStream();
        new HtmlReport().Write(Report(), stream);
        var page = Encoding.UTF8.GetString(stream.ToArray());
        foreach (var named in (string[])["Where the time goes", "papers' table", "the DRAM channel", "convolution form: merged", "kept: 12", "1 linear", "no labels"]) Assert.Contains(named, page);
        foreach (var outside in (string[])["<script", "<link", "<img", "src=", "href="]) Assert.DoesNotContain(outside, page);
        using var table = new MemoryStream();
        new CsvReport().Write(Report(), table);
        var rows = Encoding.UTF8.GetString(table.ToArray()).Split("\r\n");
        Assert.Equal(rows[0].Split(',').Length, rows[2].Replace("\"IF, hard reset\"", "IF", StringComparison.Ordinal).Split(',').Length);
        Assert.Contains("merged,linear,1,0,no,tile,", rows[2]);
    }
}
