using System.Text.Json;
using NeuroChip.Runtime.Arrays;
using NeuroChip.Runtime.Reports;

namespace NeuroChip.EndToEnd.Tests;

/// <summary>From an exported network to outputs, spikes and a report, on the bundled network and real samples.</summary>
public sealed class WholeWayTests : Scratch
{
    [Fact]
    public void DemoSaysWhatItDidAndWhereTheReportIs()
    {
        var result = CommandLine.RunWell("demo", "--report", At("report"));
        foreach (var said in (string[])["Accuracy", "of 48", "Latency", "Energy", "boundary: board", "Quantised", "Not modelled", At("report") + "/report.html"]) Assert.Contains(said, result.Output);
        Assert.Equal("", result.Error);
        Assert.Contains("digits-csnn", File.ReadAllText(At("report/report.html")));
    }

    [Fact]
    public void EnginesThreadsAndBatchesGiveTheSameBytes()
    {
        (byte[] Image, byte[] Outputs, string Report) Make(string engine, string threads, string batch)
        {
            CommandLine.RunWell("compile", CommandLine.DemoModel, "-o", At("a.ncimg"), "--threads", threads);
            CommandLine.RunWell(
                "run", At("a.ncimg"), "--input", CommandLine.DemoInput, "--labels", "labels", "--samples", "0..8", "--record", "all",
                "--engine", engine, "--threads", threads, "--batch", batch, "--output", At("y.npz"), "--report", At("report"));
            var report = File.ReadAllText(At("report/report.json")).Replace($"{engine} engine", "ENGINE engine");
            return (File.ReadAllBytes(At("a.ncimg")), File.ReadAllBytes(At("y.npz")), report);
        }

        var one = Make("cpu", "1", "1");
        foreach (var other in new[] { Make("cpu", "2", "3"), Make("reference", "1", "16") })
        {
            Assert.Equal(one.Image, other.Image);
            Assert.Equal(one.Outputs, other.Outputs);
            Assert.Equal(one.Report, other.Report);
        }
    }

    [Fact]
    public void SimulateIsCompileAndRun()
    {
        CommandLine.RunWell("compile", CommandLine.DemoModel, "--precision", "float32", "-o", At("digits-csnn.ncimg"));
        CommandLine.RunWell("run", At("digits-csnn.ncimg"), "--input", CommandLine.DemoInput, "--record", "n1,n3", "--output", At("a.npz"));
        CommandLine.RunWell("simulate", CommandLine.DemoModel, "--precision", "float32", "--input", CommandLine.DemoInput, "--record", "n1,n3", "--output", At("b.npz"));
        Assert.Equal(File.ReadAllBytes(At("a.npz")), File.ReadAllBytes(At("b.npz")));
        var arrays = ArrayFile.Read(At("a.npz"));
        Assert.Equal(["rate", "spk:n1", "spk:n3"], arrays.Keys);
        Assert.Equal([48, 1, 10], arrays["rate"].Shape.ToArray());
        Assert.Equal([48, 4, 1, 16, 8, 8], arrays["spk:n1"].Shape.ToArray());
    }

    [Fact]
    public void OutputIsTheMeanOfTheSpikesOfTheLastLayer()
    {
        CommandLine.RunWell("simulate", CommandLine.DemoModel, "--precision", "float32", "--input", CommandLine.DemoInput, "--record", "n3", "--output", At("y.npz"), "--samples", "..5");
        var arrays = ArrayFile.Read(At("y.npz"));
        for (var s = 0; s < 5; s++)
        {
            for (var c = 0; c < 10; c++)
            {
                var spikes = Enumerable.Range(0, 4).Sum(t => arrays["spk:n3"].At((((s * 4) + t) * 10) + c));
                Assert.Equal(spikes / 4, arrays["rate"].At((s * 10) + c), 6);
            }
        }
    }

    [Fact]
    public void IntegersKeepTheAccuracy()
    {
        (int Correct, double? Quantised) Of(string precision)
        {
            CommandLine.RunWell("simulate", CommandLine.DemoModel, "--precision", precision, "--input", CommandLine.DemoInput, "--labels", "labels", "--report", At(precision));
            var report = JsonReport.Read(At(precision + "/report.json"));
            return (report.Accuracy!.Correct, report.Quantisation?.QuantisedAccuracy);
        }

        var (inFloat, none) = Of("float32");
        var (inIntegers, quantised) = Of("int8");
        Assert.Equal(44, inFloat);
        Assert.Null(none);
        Assert.InRange(inIntegers, inFloat - 1, 48);
        Assert.Equal(inIntegers / 48.0, quantised!.Value, 12);
    }

    [Fact]
    public void JsonOnStandardOutputIsTheReport()
    {
        var result = CommandLine.RunWell("simulate", CommandLine.DemoModel, "--precision", "float32", "--input", CommandLine.DemoInput, "--labels", "labels", "--json", "--report", At("report"));
        Assert.Equal(File.ReadAllText(At("report/report.json")), result.Output);
        using var json = JsonDocument.Parse(result.Output);
        Assert.Equal(44, json.RootElement.GetProperty("accuracy").GetProperty("correct").GetInt32());
        var report = JsonReport.Read(At("report/report.json"));
        Assert.Equal(report.Layers.Sum(l => l.Cores), report.Cores.Length);
        Assert.Equal(report.Energy!.Joules, report.Energy.ByLayer.Sum(e => e.Joules), 12);
        Assert.Equal(report.Projections.Sum(p => p.SynapticEvents), report.Cores.Sum(c => c.Counts.SynapticEvents));
        Assert.Equal(report.Layers.Sum(l => l.Counts.NeuronUpdates), report.Cores.Where(c => !report.Layers.Single(l => l.Name == c.Layer).Input).Sum(c => c.Counts.NeuronUpdates));
    }

    [Fact]
    public void ReportIsPricedAgainAndCompared()
    {
        CommandLine.RunWell("simulate", CommandLine.DemoModel, "--precision", "float32", "--input", CommandLine.DemoInput, "--samples", "0", "--report", At("report"));
        var repriced = CommandLine.RunWell("report", At("report/report.json"), "--reprice", "hoeppner2019", "--json");
        using var json = JsonDocument.Parse(repriced.Output);
        Assert.Equal("hoeppner2019", json.RootElement.GetProperty("energy").GetProperty("table").GetString());
        var compared = CommandLine.RunWell("report", At("report/report.json"), At("report/report.json"), "--compare");
        Assert.Contains("energy per inference", compared.Output);
    }

    [Fact]
    public void EveryStageIsWrittenAndReadBack()
    {
        CommandLine.RunWell("compile", CommandLine.DemoModel, "-o", At("a.ncimg"), "--emit", $"ncir={At("a.ncir")}", "--emit", $"graph={At("a.graph")}", "--emit", $"mapping={At("a.map")}", "--verify");
        Assert.Equal(File.ReadAllText(At("a.ncir")), CommandLine.RunWell("opt", At("a.ncir")).Output);
        Assert.StartsWith("graph digits-csnn steps=4", File.ReadAllText(At("a.graph")));
        Assert.Contains("n2", File.ReadAllText(At("a.map")));
        Assert.Contains("'n1'", CommandLine.RunWell("disasm", At("a.ncimg")).Output.Replace('"', '\''));
        Assert.Contains("p1.max", CommandLine.RunWell("inspect", At("a.ncimg")).Output);
        using var json = JsonDocument.Parse(CommandLine.RunWell("inspect", At("a.ncimg"), "--json").Output);
        Assert.Equal(1866, json.RootElement.GetProperty("cores").EnumerateArray().Sum(c => c.GetProperty("count").GetInt32()));
    }

    [Fact]
    public void TraceShowsWhatTheReportSumsUp()
    {
        string Trace(string engine, string threads)
        {
            CommandLine.RunWell(
                "simulate", CommandLine.DemoModel, "--input", CommandLine.DemoInput, "--samples", "3..4", "--engine", engine, "--threads", threads,
                "--trace", At("trace.json"), "--report", At("report"));
            return File.ReadAllText(At("trace.json"));
        }

        var text = Trace("cpu", "1");
        Assert.Equal(text, Trace("cpu", "2"));
        Assert.Equal(text, Trace("reference", "1"));

        var report = JsonReport.Read(At("report/report.json"));
        using var json = JsonDocument.Parse(text);
        var events = json.RootElement.GetProperty("traceEvents").EnumerateArray().ToArray();
        var slices = events.Where(e => e.GetProperty("ph").GetString() == "X").ToLookup(e => e.GetProperty("tid").GetInt32());
        Assert.Equal(report.Cores.Length, slices.Count);
        for (var core = 0; core < report.Cores.Length; core++)
        {
            long Sum(string name) => slices[core + 1].Sum(e => e.GetProperty("args").TryGetProperty(name, out var value) ? value.GetInt64() : 0);
            var (reported, did) = (report.Cores[core], report.Cores[core].Counts);
            Assert.Equal((reported.BusyCycles, reported.WaitingCycles), (Sum("busyCycles"), Sum("waitingCycles")));
            Assert.Equal(
                (did.PacketsReceived, did.SynapticEvents, did.Macs, did.NeuronUpdates, did.SpikesSent),
                (Sum("packetsReceived"), Sum("synapticEvents"), Sum("macs"), Sum("neuronUpdates"), Sum("spikesSent")));
        }

        Assert.Contains(report.Cores, c => c.Counts.SynapticEvents > 0);
        var counters = events.Where(e => e.GetProperty("ph").GetString() == "C").ToLookup(e => e.GetProperty("name").GetString(), e => e.GetProperty("args").GetProperty("emissions").GetInt64());
        Assert.All(report.Layers, l => Assert.Equal([.. l.EmissionsPerStep, 0], counters[l.Name]));
    }

    [Fact]
    public void ImportSaysWhatIsRecognised()
    {
        var text = CommandLine.RunWell("import", CommandLine.DemoModel).Output;
        foreach (var said in (string[])["4 steps", "unrolled", "'x' float32 [1,1,8,8]", "LIF, tau 2", "Not spike-driven", "'x' to 'n1'"]) Assert.Contains(said, text);
        using var json = JsonDocument.Parse(CommandLine.RunWell("import", CommandLine.DemoModel, "--json").Output);
        Assert.Equal(5, json.RootElement.GetProperty("layers").GetArrayLength());
    }

    [Fact]
    public void ChipsAndCodesAreExplained()
    {
        Assert.Contains("spinnaker1-spin3", CommandLine.RunWell("chips").Output);
        Assert.Contains("vendor code", CommandLine.RunWell("chips", "spinnaker1").Output);
        var tiles = CommandLine.RunWell("chips", "transformer-core").Output;
        Assert.Contains("1024 G sparse additions a second", tiles);
        Assert.Contains("l l l e e", tiles);
        Assert.Contains("What to do", CommandLine.RunWell("explain", "nc5006").Output);
        Assert.Contains("NC5013", CommandLine.RunWell("explain").Output);
        using var json = JsonDocument.Parse(CommandLine.RunWell("chips", "spinnaker1", "--json").Output);
        Assert.Equal(18_432, json.RootElement.GetProperty("cores").GetInt32());
    }
}
