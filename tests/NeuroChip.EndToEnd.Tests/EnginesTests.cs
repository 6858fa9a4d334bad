using System.Text.Json;

namespace NeuroChip.EndToEnd.Tests;

/// <summary>Which engines there are: it depends on the build and on the machine, and every one that is missing says why.</summary>
public sealed class EnginesTests
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
}
