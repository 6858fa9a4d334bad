using System.Text.Json;
using NeuroChip.Ir.Tensors;
using NeuroChip.Runtime.Arrays;

namespace NeuroChip.EndToEnd.Tests;

/// <summary>A spiking transformer on a chip of tiles, and on ordinary cores.</summary>
public sealed class TileWayTests : Scratch
{
    private static readonly string Network = Path.Combine(CommandLine.Root, "tests", "golden", "networks", "transformer-v1");
    private static readonly string Model = Path.Combine(Network, "model.onnx");

    [Fact]
    public void AScheduleIsShownAsPeopleReadIt()
    {
        var compiled = CommandLine.RunWell("compile", Model, "--chip", "transformer-core", "--precision", "float32", "-o", At("a.ncimg"), "--emit", $"mapping={At("a.map")}", "--verify").Output;
        foreach (var said in (string[])["mapped to transformer-core, spatial", "attention tiles", "nothing is streamed", "membranes:", "why spatial", "assumed rate"]) Assert.Contains(said, compiled);
        Assert.Contains("schedule, spatial, 1 phase", File.ReadAllText(At("a.map")));
        var shown = CommandLine.RunWell("inspect", At("a.ncimg")).Output;
        foreach (var said in (string[])["transformer-core", "attention", "resident", "weight memory"]) Assert.Contains(said.Split(' ')[0], shown);
        Assert.Contains("schedule, spatial", CommandLine.RunWell("disasm", At("a.ncimg")).Output);
        using var json = JsonDocument.Parse(CommandLine.RunWell("inspect", At("a.ncimg"), "--json").Output);
        var schedule = json.RootElement.GetProperty("schedule");
        Assert.Equal("spatial", schedule.GetProperty("policy").GetString());
        Assert.Contains(schedule.GetProperty("stages").EnumerateArray(), s => s.GetProperty("kind").GetString() == "attention");
    }

    [Fact]
    public void CoresDoAttentionWhenAsked()
    {
        var golden = ArrayFile.Read(Path.Combine(Network, "golden.npz"));
        CommandLine.RunWell(
            "simulate", Model, "--chip", "spinnaker1", "--precision", "float32", "--attention", "ordinary", "--placer", "hilbert", "--input", Path.Combine(Network, "inputs.npz"), "--output", At("y.npz"));
        var outputs = ArrayFile.Read(At("y.npz"));
        foreach (var (name, expected) in golden.Where(g => outputs.ContainsKey(g.Key)))
        {
            var (a, b) = (expected.ToFloats().ToArray(), outputs[name].ToFloats().ToArray());
            Assert.Equal(a.Length, b.Length);
            for (var i = 0; i < a.Length; i++) Assert.InRange(b[i], a[i] - 1e-3, a[i] + 1e-3);
        }

        Assert.Contains(outputs.Keys, golden.ContainsKey);
    }
}
