using NeuroChip.Compiler.SanaFe;
using NeuroChip.HwModels.Pipelines;
using NeuroChip.Ir.Diagnostics;
using NeuroChip.Simulator.Pipelines;

namespace NeuroChip.EndToEnd.Tests.SanaFe;

/// <summary>
/// The text of every error and warning about SANA-FE's files is a golden in tests/golden/sanafe-errors: of an architecture (*.arch.yaml) alone, or with a network
/// that uses it; of a network (other *.yaml) on tests/golden/sanafe/mesh.arch.yaml.
/// </summary>
public sealed class SanaFeErrorTests
{
    private static readonly string Folder = Golden.Folder("sanafe-errors");

    public static TheoryData<string> Cases => [.. Directory.GetFiles(Folder, "*.yaml").Select(f => Path.GetFileName(f)!).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Cases))]
    public void TextIsAsAgreed(string name)
    {
        var file = Path.Combine(Folder, name);
        var found = Found(file);
        var text = string.Join("\n\n", found.Select(d => d.ToString())).Replace(Folder + Path.DirectorySeparatorChar, "").Replace(Golden.Folder("sanafe") + Path.DirectorySeparatorChar, "") + "\n";
        Golden.AssertEqual(Path.ChangeExtension(file, ".expect"), text);
        Assert.All(found, d => Assert.True(DiagnosticCatalog.Entries.ContainsKey(d.Code), d.Code));
    }

    [Fact]
    public void MissingFilesAreNamed()
    {
        var stop = Assert.Throws<DiagnosticException>(() => PipelineChipReader.Load("none.yaml", new()));
        Assert.Equal("error NC1200: 'none.yaml' cannot be read: there is no such file", stop.Message);
    }

    [Fact]
    public void ACurrentIntoAnInputNeuronStopsTheRun()
    {
        var chip = PipelineChipReader.Load(Path.Combine(Golden.Folder("sanafe"), "mesh.arch.yaml"), new());
        var network = Ir.Yaml.YamlTree.Parse(
            "network: {groups: [{name: a, attributes: {soma_hw_name: 'given[0]', rate: 1}, neurons: [0]}], edges: [a.0 -> a.0: {weight: 2}]}\nmappings: [a: {core: 0.0}]", "loop.yaml", "NC1200");
        var stop = Assert.Throws<DiagnosticException>(() => new PipelineSimulator(chip, SanaFeNetworkReader.Read(network, chip, new())).Run(new(5)));
        Assert.Equal("NC5120", stop.Diagnostics.Single().Code);
        Assert.Contains("'a.0' is on an input unit and receives a current of 2 in step 2", stop.Message);
    }

    private static IReadOnlyList<Diagnostic> Found(string file)
    {
        var warnings = new DiagnosticBag();
        var isArchitecture = file.EndsWith(".arch.yaml", StringComparison.Ordinal);
        var sound = Golden.Folder("sanafe");
        try
        {
            var chip = PipelineChipReader.Load(isArchitecture ? file : Path.Combine(sound, "mesh.arch.yaml"), warnings);
            SanaFeNetworkReader.Load(isArchitecture ? Path.Combine(sound, "chain.snn.yaml") : file, chip, warnings);
        }
        catch (DiagnosticException stop)
        {
            return [.. warnings.Diagnostics, .. stop.Diagnostics];
        }

        return warnings.Diagnostics;
    }
}
