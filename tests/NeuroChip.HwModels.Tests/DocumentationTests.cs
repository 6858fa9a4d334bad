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
        foreach (var dimension in new[] { Dimension.Time, Dimension.Frequency, Dimension.Memory, Dimension.Bandwidth, Dimension.Power, Dimension.Energy, Dimension.EnergyPerBit, Dimension.Cycles })
            Assert.Contains($"| {dimension.Name} | {string.Join(", ", dimension.Units.Select(u => u.Symbol))}", Page, StringComparison.Ordinal);
        foreach (var grade in EvidenceLetters.Grades) Assert.Contains(grade == "2" ? "| `\"2\"` |" : $"| `{grade}` |", Page, StringComparison.Ordinal);
        foreach (var chip in ChipModels.Names)
        {
            if (ChipModelReader.Load(chip) is not ManyCoreChip model) continue;
            var cores = (model.Machine.ChipCount * model.Core.Usable.Count).ToString("#,0", System.Globalization.CultureInfo.InvariantCulture).Replace(',', ' ');
            var line = Page.Split('\n').Single(l => l.StartsWith($"| `{chip}` |", StringComparison.Ordinal));
            Assert.Contains($"{cores} cores for neurons", line, StringComparison.Ordinal);
        }
        foreach (var table in ChipModelReader.Load("spinnaker1").CostTables) Assert.Contains($"| `{table}`", Page, StringComparison.Ordinal);
    }

    [Fact]
    public void WhatIsNotModelledIsListed() =>
        Assert.All(ChipModelReader.Load("spinnaker1").NotModelled, item => Assert.Contains($"\n* {item}\n", Page, StringComparison.Ordinal));

    [Fact]
    public void SourcesOfVendorCodeBeginWithAListedDocumentAndEachIsUsed()
    {
        var chip = ChipModelReader.Load("spinnaker1");
        var numbers = chip.Rows().Where(r => r.Unit.Length > 0).ToArray();
        var code = numbers.Where(r => r.Grade.StartsWith('C')).ToArray();
        Assert.NotEmpty(code);
        Assert.All(code, r => Assert.Contains(chip.Sources.Keys, a => r.Source.StartsWith(a + " ", StringComparison.Ordinal)));
        Assert.All(chip.Sources.Keys, a => Assert.Contains(numbers, r => r.Source.Contains(a, StringComparison.Ordinal)));
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
