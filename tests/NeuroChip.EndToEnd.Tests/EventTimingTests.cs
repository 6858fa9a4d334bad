using System.Text.Json;

namespace NeuroChip.EndToEnd.Tests;

/// <summary>Event timing on the command line: what the reports and the trace say of single spikes.</summary>
public sealed class EventTimingTests : Scratch
{
    [Fact]
    public void ReportsSayWhereTimeGoes()
    {
        CommandLine.RunWell("compile", CommandLine.DemoModel, "--calibrate", CommandLine.DemoInput, "-o", At("a.ncimg"));
        string[] run = ["run", At("a.ncimg"), "--input", CommandLine.DemoInput, "--samples", "0..3"];
        var shown = CommandLine.RunWell([.. run, "--timing", "event", "--report", At("events"), "--trace", At("trace.json"), "--output", At("events.npz")]).Output;
        CommandLine.RunWell([.. run, "--report", At("formulas"), "--output", At("formulas.npz")]);
        Assert.Equal(File.ReadAllBytes(At("formulas.npz")), File.ReadAllBytes(At("events.npz")));
        Assert.Contains("Critical path of the longest tick", shown, StringComparison.Ordinal);
        Assert.Contains("<h3>Critical path</h3>", File.ReadAllText(Path.Combine(At("events"), "report.html")), StringComparison.Ordinal);

        using var withEvents = JsonDocument.Parse(File.ReadAllText(Path.Combine(At("events"), "report.json")));
        using var withFormulas = JsonDocument.Parse(File.ReadAllText(Path.Combine(At("formulas"), "report.json")));
        Assert.False(withFormulas.RootElement.TryGetProperty("events", out _));
        var events = withEvents.RootElement.GetProperty("events");
        Assert.Equal(Long(events, "injected"), Long(events, "delivered") + Long(events, "dropped"));
        var path = events.GetProperty("criticalPath").EnumerateArray().ToArray();
        Assert.Equal(0, Long(path[0], "startCycle"));
        Assert.Equal(withEvents.RootElement.GetProperty("timing").GetProperty("slowestCoreCyclesPerTick").EnumerateArray().Max(c => c.GetInt64()), Long(path[^1], "endCycle"));
        var (timed, counted) = (withEvents.RootElement.GetProperty("cores").EnumerateArray().ToArray(), withFormulas.RootElement.GetProperty("cores").EnumerateArray().ToArray());
        foreach (var (units, i) in events.GetProperty("cores").EnumerateArray().Select((c, i) => (c, i)))
        {
            Assert.Equal(Long(counted[i], "busyCycles"), Long(timed[i], "busyCycles"));
            Assert.Equal(Long(timed[i], "busyCycles"), Long(units, "updateCycles") + Long(units, "decodeCycles") + Long(units, "addCycles"));
        }

        using var trace = JsonDocument.Parse(File.ReadAllText(At("trace.json")));
        var slices = trace.RootElement.GetProperty("traceEvents").EnumerateArray().Where(e => e.GetProperty("ph").GetString() == "X").ToLookup(e => e.GetProperty("name").GetString(), e => e.GetProperty("args"));
        Assert.All(slices["busy"], a => Assert.InRange(Long(a, "busyCycles") - Long(a, "updateCycles") - Long(a, "decodeCycles") - Long(a, "addCycles"), -2, 2));
        Assert.All(slices["waiting"], a => Assert.InRange(Long(a, "waitingCycles") - Long(a, "forRowsCycles") - Long(a, "blockedCycles") - Long(a, "forPacketsCycles"), -2, 2));
        Assert.NotEmpty(slices["waiting"]);
    }

    private static long Long(JsonElement of, string name) => of.GetProperty(name).GetInt64();
}
