using System.Text.RegularExpressions;
using NeuroChip.Ir.Diagnostics;

namespace NeuroChip.HwModels.Tests;

/// <summary>The text of every error of a chip file is a golden: a *.yaml that is read or a *.name that is looked up, and its *.expect.</summary>
public sealed class ChipErrorTests
{
    private static readonly string Folder = Golden.Folder("chip-errors");

    public static TheoryData<string> Cases =>
        [.. Directory.GetFiles(Folder).Where(f => f.EndsWith(".yaml", StringComparison.Ordinal) || f.EndsWith(".name", StringComparison.Ordinal)).Select(f => Path.GetFileName(f)!).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Cases))]
    public void TextOfErrorIsAsAgreed(string name)
    {
        var file = Path.Combine(Folder, name);
        var argument = name.EndsWith(".name", StringComparison.Ordinal) ? File.ReadAllText(file).Trim() : file;
        var stop = Assert.Throws<DiagnosticException>(() => ChipModelReader.Load(argument));
        var text = string.Join("\n\n", stop.Diagnostics.Select(d => d.ToString())).Replace(Folder + Path.DirectorySeparatorChar, "") + "\n";
        Golden.AssertEqual(Path.ChangeExtension(file, ".expect"), text);
    }

    [Fact]
    public void UnknownCostTableListsTheTables()
    {
        var stop = Assert.Throws<DiagnosticException>(() => ChipModelReader.Load<ManyCoreChip>("spinnaker1").EnergyTable("davies2018"));
        Assert.Equal(
            "error NC6016: chip 'spinnaker1' has no cost table 'davies2018'\n  note: its cost tables are hoeppner2019, production, sharp2012, stromatias2013",
            stop.Diagnostics.Single().ToString());
    }

    [Fact]
    public void AChipOfAnotherFamilyNamesThoseThatFit()
    {
        var stop = Assert.Throws<DiagnosticException>(() => ChipModelReader.Load<TileChip>("spinnaker1"));
        var found = stop.Diagnostics.Single();
        Assert.Equal("NC6034", found.Code);
        Assert.Equal("chip 'spinnaker1' is of family 'many-core', which cannot be used here", found.Message);
        Assert.Equal("built-in chips that can: eyeriss, prosperity, transformer-core, transformer-core-small", found.Notes.Single());
        var others = Assert.Throws<DiagnosticException>(() => ChipModelReader.Load<ManyCoreChip>(Path.Combine(Golden.Folder("chips"), "tiny-tiles.yaml")));
        Assert.Equal("built-in chips that can: spinnaker1, spinnaker1-120boards, spinnaker1-board, spinnaker1-chip, spinnaker1-spin3", others.Diagnostics.Single().Notes.Single());
    }

    [Fact]
    public void EveryCodeOfChipModelsHasACaseAndAnExplanation()
    {
        var shown = Directory.GetFiles(Folder, "*.expect").SelectMany(f => Regex.Matches(File.ReadAllText(f), "NC6[0-9]{3}")).Select(m => m.Value).Concat(["NC6016", "NC6034"]).ToHashSet();
        var explained = DiagnosticCatalog.Entries.Keys.Where(c => c.StartsWith("NC6", StringComparison.Ordinal));
        Assert.Equal(explained.Order(StringComparer.Ordinal), shown.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void FileThatCannotBeReadIsReported()
    {
        var stop = Assert.Throws<DiagnosticException>(() => ChipModelReader.Load(Folder + "/none.yaml"));
        Assert.Equal("NC6002", stop.Diagnostics.Single().Code);
    }
}
