using System.Text.Json;
using NeuroChip.Runtime.Arrays;

namespace NeuroChip.EndToEnd.Tests;

/// <summary>Shapes and recorded spikes on the command line.</summary>
public sealed class TraceTests : Scratch
{
    private static string Workloads => Path.Combine(CommandLine.Root, "tests", "golden", "workloads", "published.json");

    [Fact]
    public void ShapesAloneRunOnADenseMachine()
    {
        using var json = JsonDocument.Parse(CommandLine.RunWell("run", Workloads, "--network", "lenet5", "--chip", "eyeriss", "--json").Output);
        Assert.Equal(114_178, json.RootElement.GetProperty("total").GetProperty("cycles").GetInt64());
        Assert.Equal("none", json.RootElement.GetProperty("spikes").GetProperty("source").GetString());
    }

    [Fact]
    public void DrawnSpikesGiveTheSameBytesEveryTime()
    {
        string[] arguments = ["run", Workloads, "--network", "lenet5", "--chip", "prosperity", "--density", "0.2", "--seed", "3", "--json", "--output", At("a.json")];
        var first = CommandLine.RunWell(arguments).Output;
        Assert.Equal(first, CommandLine.RunWell(arguments).Output);
        Assert.Equal(first, File.ReadAllText(At("a.json")));
        using var json = JsonDocument.Parse(first);
        Assert.InRange(json.RootElement.GetProperty("total").GetProperty("bitDensity").GetDouble(), 0.19, 0.21);
    }

    /// <summary>A model run on the spikes that it recorded itself gives the outputs it gave, without its input.</summary>
    [Fact]
    public void AModelRunsOnItsOwnSpikes()
    {
        CommandLine.RunWell("compile", CommandLine.DemoModel, "--precision", "float32", "-o", At("a.ncimg"));
        CommandLine.RunWell("run", At("a.ncimg"), "--input", CommandLine.DemoInput, "--samples", "0..3", "--record", "all", "--output", At("spikes.npz"));
        CommandLine.RunWell("run", At("a.ncimg"), "--spikes", At("spikes.npz"), "--record", "all", "--output", At("again.npz"));
        var (before, after) = (ArrayFile.Read(At("spikes.npz")), ArrayFile.Read(At("again.npz")));
        Assert.Equal(before.Keys, after.Keys);
        foreach (var (name, array) in before) Assert.Equal(array.ToFloats(), after[name].ToFloats());
    }
}
