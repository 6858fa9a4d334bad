using System.Text.Json.Nodes;

namespace NeuroChip.HwModels.Tests;

/// <summary>docs/chip-model.md keeps up with the fields, units, grades and chips there are.</summary>
public sealed class DocumentationTests
{
    private static readonly string Page = File.ReadAllText(Path.Combine(Golden.Root, "docs", "chip-model.md")).ReplaceLineEndings("\n");

    [Fact]
    public void EveryFieldIsInATableWithItsMeaning()
    {
        var schema = JsonNode.Parse(ChipModels.Schema)!.AsObject();
        var lines = Page.Split('\n').Where(l => l.StartsWith('|')).ToArray();
        foreach (var (name, about) in schema["anyOf"]!.AsArray().SelectMany(d => Fields(schema["$defs"]![((string)d!["$ref"]!)["#/$defs/".Length..]]!.AsObject())))
            Assert.Contains(lines, l => l.StartsWith($"| `{name}` |", StringComparison.Ordinal) && l.Contains(about, StringComparison.Ordinal));
    }

    [Fact]
    public void EveryUnitGradeAndChipIsNamed()
    {
        foreach (var dimension in new[] { Dimension.Time, Dimension.Frequency, Dimension.Memory, Dimension.Bandwidth, Dimension.Power, Dimension.Energy, Dimension.EnergyPerBit, Dimension.PowerPerMemory, Dimension.Ratio, Dimension.Cycles })
            Assert.Contains($"| {dimension.Name} | {string.Join(", ", dimension.Units.Select(u => u.Symbol))}", Page, StringComparison.Ordinal);
        foreach (var grade in EvidenceLetters.Grades) Assert.Contains(grade == "2" ? "| `\"2\"` |" : $"| `{grade}` |", Page, StringComparison.Ordinal);
        foreach (var chip in ChipModels.Names)
        {
            var model = ChipModelReader.Load(chip);
            var size = model switch
            {
                ManyCoreChip c => $"{(c.Machine.ChipCount * c.Core.Usable.Count).ToString("#,0", System.Globalization.CultureInfo.InvariantCulture).Replace(',', ' ')} cores for neurons",
                TileChip t => $"{t.TileCount} tile",
                _ => throw new NotSupportedException(),
            };
            Assert.Contains(size, Page.Split('\n').Single(l => l.StartsWith($"| `{chip}` |", StringComparison.Ordinal)), StringComparison.Ordinal);
            Assert.All(model.CostTables, table => Assert.Contains($"| `{table}`", Page, StringComparison.Ordinal));
        }
    }

    [Theory]
    [InlineData("spinnaker1")]
    [InlineData("transformer-core")]
    public void WhatIsNotModelledIsListed(string name) =>
        Assert.All(ChipModelReader.Load(name).NotModelled, item => Assert.Contains($"\n* {item}\n", Page, StringComparison.Ordinal));

    [Theory]
    [InlineData("spinnaker1")]
    [InlineData("transformer-core")]
    [InlineData("transformer-core-small")]
    [InlineData("prosperity")]
    [InlineData("eyeriss")]
    public void SourcesOfVendorCodeBeginWithAListedDocumentAndEachIsUsed(string name)
    {
        var chip = ChipModelReader.Load(name);
        var numbers = chip.Rows().Where(r => r.Unit.Length > 0).ToArray();
        var code = numbers.Where(r => r.Grade.StartsWith('C')).ToArray();
        Assert.NotEmpty(code);
        Assert.All(code, r => Assert.Contains(chip.Sources.Keys, a => r.Source.StartsWith(a + " ", StringComparison.Ordinal)));
        Assert.All(chip.Sources.Keys, a => Assert.Contains(numbers, r => r.Source.Contains(a, StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("name: wide", "transformer-core")]
    [InlineData("name: fast-core", "spinnaker1")]
    public void ExamplesOfFilesAreChips(string line, string basis)
    {
        // The indented block around a line of the page.
        var lines = Page.Split('\n');
        var at = Array.IndexOf(lines, "    " + line);
        static bool Inside(string l) => l.StartsWith("    ", StringComparison.Ordinal);
        var block = lines[..at].Reverse().TakeWhile(Inside).Reverse().Concat(lines[at..].TakeWhile(Inside)).Select(l => l[4..]);
        var chip = ChipModelReader.Parse(string.Join('\n', block), "example.yaml");
        Assert.Equal(ChipModelReader.Load(basis).Family, chip.Family);
        Assert.NotEqual(ChipModelReader.Load(basis).Rows().Length, chip.Rows().Count(r => ChipModelReader.Load(basis).Rows().Contains(r)));
    }

    private static IEnumerable<(string Name, string About)> Fields(JsonObject schema)
    {
        foreach (var (name, node) in schema["properties"]?.AsObject() ?? [])
        {
            var property = node!.AsObject();
            yield return (name, (string)property["description"]!);
            foreach (var inner in Fields(property)) yield return inner;
            if (property["additionalProperties"] is JsonObject items)
                foreach (var inner in Fields(items)) yield return inner;
        }
    }
}
