using System.Text;
using NeuroChip.HwModels;
using NeuroChip.Ir.Tensors;
using NeuroChip.Runtime.Energy;
using NeuroChip.Runtime.Inputs;
using NeuroChip.Runtime.Reports;

namespace NeuroChip.Runtime.Tests;

/// <summary>Does the report say what happened, at the price the cost table states, in every form?</summary>
public sealed class ReportTests
{
    private static RunReport Report(int samples)
    {
        var image = TinyNetwork.Image();
        var set = InputBinder.Bind(image, new Dictionary<string, Tensor> { ["x"] = Tensor.Of([samples, 1, 4], new float[samples * 4]) }, "x.npz");
        var result = new ChipSession(new TinyNetwork.Device(), image).Run(set.Samples, RunRecording.Outputs);
        return RunReportBuilder.Build(image, TinyNetwork.Chip, result, "a device for tests", new Accuracy(1, samples), "labels");
    }

    private static byte[] Bytes(IReportWriter writer, RunReport report)
    {
        using var stream = new MemoryStream();
        writer.Write(report, stream);
        return stream.ToArray();
    }

    [Fact]
    public void JsonIsAsAgreed() => Golden.AssertEqual(
        Path.Combine(Golden.Folder("reports"), "tiny.json"),
        Encoding.UTF8.GetString(Bytes(new JsonReport(), Report(2) with { Chip = Report(2).Chip with { Yaml = "" } })));

    [Fact]
    public void CsvIsAsAgreed() => Golden.AssertEqual(Path.Combine(Golden.Folder("reports"), "tiny.csv"), Encoding.UTF8.GetString(Bytes(new CsvReport(), Report(2))).ReplaceLineEndings("\n"));

    [Fact]
    public void EnergyIsPowerTimesTimePlusPriceTimesCount()
    {
        // 2 samples of 4 ticks of 1 ms; the peak of 250 000 cycles in ticks of 200 000 slows time by 1.25.
        const double seconds = 2 * 4 * 1e-3 * 1.25;
        var energy = Report(2).Energy!;
        double Of(string component) => energy.ByComponent.Single(c => c.Name == component).Joules;
        Assert.Equal(10.02 * seconds, Of("boards, idle"), 12);
        Assert.Equal(48 * 0.35 * seconds, Of("chips, idle"), 12);
        Assert.Equal(2 * 0.034 * seconds, Of("cores in use"), 12);
        // 2 samples x 24 router visits of 72-bit packets at 25 pJ per bit.
        Assert.Equal(2 * 24 * 72 * 25e-12, Of("routers"), 15);
        Assert.Equal(energy.ByComponent.Sum(c => c.Joules), energy.Joules, 12);
        Assert.Equal(energy.ByLayer.Sum(c => c.Joules), energy.Joules, 12);
        Assert.Equal(energy.Joules / 2, energy.JoulesPerInference, 12);
        Assert.Equal("board", energy.Boundary);
    }

    [Fact]
    public void TablesOfEventEnergiesPriceEvents()
    {
        var energy = new TableCostModel(TinyNetwork.Chip, "hoeppner2019").Price(Report(2));
        Assert.Equal(2 * 2 * 3 * 26e-9, energy.ByComponent.Single(c => c.Name == "neuron updates").Joules, 15);
        Assert.Contains("happened, but this table has no price for them: multiply-accumulates, spikes sent, words moved by DMA", energy.NotPriced);
    }

    [Fact]
    public void SavedReportIsPricedAgainWithoutTheRun()
    {
        var path = Path.GetTempFileName();
        try
        {
            File.WriteAllBytes(path, Bytes(new JsonReport(), Report(3)));
            var saved = JsonReport.Read(path);
            var again = saved with { Energy = new TableCostModel(ChipModelReader.Parse(saved.Chip.Yaml, "saved").As<ManyCoreChip>()).Price(saved) };
            Assert.Equal(Bytes(new JsonReport(), Report(3)), Bytes(new JsonReport(), again));
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void PriceNeverChangesTiming()
    {
        var report = Report(2);
        var again = report with { Energy = new TableCostModel(TinyNetwork.Chip, "sharp2012").Price(report) };
        Assert.Equal(report.Timing, again.Timing);
        Assert.NotEqual(report.Energy!.Joules, again.Energy!.Joules);
    }

    [Fact]
    public void TwiceTheSamplesCostTheSameEach()
    {
        var (one, two) = (Report(1), Report(2));
        Assert.Equal(one.Energy!.JoulesPerInference, two.Energy!.JoulesPerInference, 12);
        Assert.Equal(one.Timing.LatencySeconds, two.Timing.LatencySeconds);
        Assert.Equal(one.NeuroBench, two.NeuroBench);
        Assert.Equal(2 * one.Timing.Ticks, two.Timing.Ticks);
    }

    [Fact]
    public void MetricsFollowTheirDefinitions()
    {
        var metrics = Report(2).NeuroBench;
        Assert.Equal((8 * 4) + (2 * 4), metrics.FootprintBytes);
        Assert.Equal(2 / 8.0, metrics.ConnectionSparsity);
        Assert.Equal(1 - (2 / 6.0), metrics.ActivationSparsity, 12);
        Assert.Equal((24, 18, 0, 6), (metrics.DenseOperations, metrics.EffectiveMacs, metrics.EffectiveAcs, metrics.MembraneUpdates));
    }

    [Fact]
    public void PageNeedsNothingBesideItAndNamesWhatItMust()
    {
        var page = Encoding.UTF8.GetString(Bytes(new HtmlReport(), Report(2)));
        foreach (var outside in (string[])["<script", "<link", "<img", "src=", "href=", "url(h", "@import"]) Assert.DoesNotContain(outside, page);
        var chip = TinyNetwork.Chip;
        foreach (var named in (string[])["spinnaker1", "boundary: board", "vendor code", "Not modelled", "(1,0)/2", "1.25 times", "50.0 %"]) Assert.Contains(named, page);
        Assert.All(chip.NotModelled, what => Assert.Contains(System.Net.WebUtility.HtmlEncode(what), page));
        Assert.Equal(page, Encoding.UTF8.GetString(Bytes(new HtmlReport(), Report(2))));
    }

    [Theory]
    [InlineData(0.00241, "2.41 mJ")]
    [InlineData(0.9999, "1.00 J")]
    [InlineData(26.84, "26.8 J")]
    [InlineData(5e-10, "500 pJ")]
    [InlineData(0, "0 J")]
    public void ValuesHaveThreeDigits(double value, string text) => Assert.Equal(text, ReportText.Si(value, "J"));
}
