using System.Globalization;
using NeuroChip.Compiler.SanaFe;
using NeuroChip.HwModels.Pipelines;
using NeuroChip.Simulator.Pipelines;

namespace NeuroChip.EndToEnd.Tests.SanaFe;

/// <summary>A theory over the folder of recorded results of other simulators that NEUROCHIP_REFERENCE names; skipped, and shown as skipped, without it.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class ReferenceTheoryAttribute : TheoryAttribute
{
    /// <summary>Skips where there is no such folder.</summary>
    public ReferenceTheoryAttribute()
    {
        if (Folder is null) Skip = "set NEUROCHIP_REFERENCE to the folder of recorded results (sanafe/SET/arch.yaml, snn.yaml, out_simple/, out_detailed/)";
    }

    /// <summary>The folder; null if there is none.</summary>
    public static string? Folder { get; } = Environment.GetEnvironmentVariable("NEUROCHIP_REFERENCE");
}

/// <summary>Every set of recorded runs of SANA-FE: its spikes exactly, its counts exactly, its energies and times to the digits it prints.</summary>
public sealed class SanaFeReferenceTests
{
    /// <summary>Seven digits are printed; the last may be rounded the other way.</summary>
    private const double Printed = 1.01e-6;

    private static string Recorded => Path.Combine(Golden.Folder("sanafe"), "recorded");

    public static TheoryData<string, string> OwnSets() => Sets(Recorded);

    public static TheoryData<string, string> ReferenceSets() => Sets(ReferenceTheoryAttribute.Folder is { } folder ? Path.Combine(folder, "sanafe") : "");

    /// <summary>Random networks on random chips with every soma model, kind of edge and delay, and one that crowds its buffers.</summary>
    [Theory]
    [MemberData(nameof(OwnSets))]
    public void ARandomRunIsReproduced(string set, string timing) => Reproduce(Path.Combine(Recorded, set), timing);

    [ReferenceTheory]
    [MemberData(nameof(ReferenceSets))]
    public void ARecordedRunIsReproduced(string set, string timing) => Reproduce(Path.Combine(ReferenceTheoryAttribute.Folder!, "sanafe", set), timing);

    private static TheoryData<string, string> Sets(string root)
    {
        var data = new TheoryData<string, string>();
        foreach (var set in Directory.Exists(root) ? Directory.GetDirectories(root).Order(StringComparer.Ordinal).ToArray() : [])
            foreach (var timing in new[] { "simple", "detailed" }) data.Add(Path.GetFileName(set), timing);
        return data;
    }

    private static void Reproduce(string folder, string timing)
    {
        var perf = File.ReadAllLines(Path.Combine(folder, "out_" + timing, "perf.csv"));
        var chip = PipelineChipReader.Load(Path.Combine(folder, "arch.yaml"), new());
        var network = SanaFeNetworkReader.Load(Path.Combine(folder, "snn.yaml"), chip, new());
        var run = new PipelineSimulator(chip, network).Run(new(perf.Length - 1, timing, 2, KeepSteps: true, KeepSpikes: true));

        var spikes = new StringWriter();
        PipelineCsv.WriteSpikes(spikes, run, network);
        Assert.Equal(File.ReadAllText(Path.Combine(folder, "out_" + timing, "spikes.csv")), spikes.ToString());

        var columns = perf[0].Split(',');
        for (var step = 1; step < perf.Length; step++)
        {
            var (recorded, ours) = (perf[step].Split(',').Select(v => double.Parse(v, CultureInfo.InvariantCulture)).ToArray(), run.Steps[step - 1]);
            double[] values = [step, ours.Fired, ours.Updated, ours.Packets, ours.Hops, ours.Spikes, ours.Seconds, ours.Energy.Synapse, ours.Energy.Dendrite, ours.Energy.Soma, ours.Energy.Network, ours.Energy.Total];
            for (var c = 0; c < values.Length; c++)
                Assert.True(c <= 5 ? values[c] == recorded[c] : Math.Abs(values[c] - recorded[c]) <= Printed * recorded[c], $"step {step}, {columns[c]}: {values[c]:R}, recorded {recorded[c]:R}");
        }
    }
}
