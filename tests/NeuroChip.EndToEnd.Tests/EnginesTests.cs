using System.Text.Json;

namespace NeuroChip.EndToEnd.Tests;

/// <summary>Which engines there are: it depends on the build and on the machine, and every one that is missing says why.</summary>
public sealed class EnginesTests : Scratch
{
    [Fact]
    public void EveryEngineIsListedWithWhatItMisses()
    {
        using var json = JsonDocument.Parse(CommandLine.RunWell("engines", "--json").Output);
        var lines = json.RootElement.EnumerateArray().Select(l => (Engine: l.GetProperty("engine").GetString(), State: l.GetProperty("state").GetString())).ToArray();
        Assert.Equal(["cpu", "reference", "ilgpu"], lines.Select(l => l.Engine).Distinct().Take(3));
        Assert.All(lines, l => Assert.NotEqual("", l.State));
        Assert.Contains("ilgpu", CommandLine.RunWell("engines").Output);
    }

    [Fact]
    public void AnEngineThatIsNotThereSaysHowToGetIt()
    {
        using var json = JsonDocument.Parse(CommandLine.RunWell("engines", "--json").Output);
        if (json.RootElement.EnumerateArray().Any(l => l.GetProperty("engine").GetString() == "ilgpu" && l.GetProperty("state").GetString() == "ready")) return;
        var run = CommandLine.Run("simulate", CommandLine.DemoModel, "--input", CommandLine.DemoInput, "--engine", "ilgpu");
        Assert.Equal(1, run.ExitCode);
        Assert.Contains("NC5152", run.Error);
    }

#if GPU
    /// <summary>From a model to its report and its trace, two samples at once on the emulated device.</summary>
    [Fact]
    public void TheGpuEngineGivesTheBytesOfTheCpuEngine()
    {
        (byte[] Outputs, string Report, string Trace) Make(string engine)
        {
            CommandLine.RunWell(
                "simulate", CommandLine.DemoModel, "--input", CommandLine.DemoInput, "--labels", "labels", "--samples", "0..3", "--record", "all", "--engine", engine, "--batch", "2",
                "--output", At("y.npz"), "--report", At("report"), "--trace", At("trace.json"));
            return (File.ReadAllBytes(At("y.npz")), File.ReadAllText(At("report/report.json")).Replace($"{engine} engine", "ENGINE engine"), File.ReadAllText(At("trace.json")));
        }

        var (cpu, gpu) = (Make("cpu"), Make("ilgpu-emulator"));
        Assert.Equal(cpu.Outputs, gpu.Outputs);
        Assert.Equal((cpu.Report, cpu.Trace), (gpu.Report, gpu.Trace));
    }
#endif
}
