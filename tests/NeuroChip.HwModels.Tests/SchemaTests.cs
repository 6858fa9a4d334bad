using System.Text.Json.Nodes;
using NeuroChip.HwModels.Fields;
using YamlDotNet.RepresentationModel;

namespace NeuroChip.HwModels.Tests;

/// <summary>The JSON Schema that editors use says the same as the reader.</summary>
public sealed class SchemaTests
{
    private static readonly JsonObject Schema = JsonNode.Parse(ChipModels.Schema)!.AsObject();

    public static TheoryData<string> Names => [.. ChipModels.Names];

    [Fact]
    public void SchemaFileIsWhatTheFieldsSay() =>
        Golden.AssertEqual(Path.Combine(Golden.Root, "hw-models", "chip.schema.json"), ChipFieldSchema.Derive());

    [Theory]
    [MemberData(nameof(Names))]
    public void ChipFilesFollowTheSchema(string name)
    {
        Assert.Empty(Check(ChipModels.Text(name)!));
        Assert.Empty(Check(ChipModelReader.Load(name).ToYaml()));
        Assert.StartsWith("# yaml-language-server: $schema=../chip.schema.json\n", ChipModels.Text(name)!, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("bad-field")]
    [InlineData("bad-number")]
    [InlineData("no-source")]
    [InlineData("bad-choice")]
    [InlineData("wrong-type")]
    [InlineData("missing-fields")]
    [InlineData("family-unknown")]
    [InlineData("tiles-choice")]
    [InlineData("tiles-fields")]
    public void WhatTheReaderRefusesTheSchemaRefuses(string name) =>
        Assert.NotEmpty(Check(File.ReadAllText(Path.Combine(Golden.Folder("chip-errors"), name + ".yaml"))));

    [Theory]
    [InlineData("spinnaker1-chip")]
    [InlineData("tests/golden/chips/tiny-tiles.yaml")]
    public void EveryRequiredFieldIsRequiredByBoth(string chip)
    {
        // Take any one line out of a complete chip: the reader and the schema must both refuse it, or both accept it. What a tile needs for what it
        // does is for the reader alone to know.
        var lines = ChipModelReader.Load(chip.Contains('/', StringComparison.Ordinal) ? Path.Combine(Golden.Root, chip) : chip).ToYaml().Split('\n');
        for (var i = 0; i < lines.Length - 1; i++)
        {
            if (!lines[i].Contains('{', StringComparison.Ordinal) && lines[i].EndsWith(':')) continue;
            var text = string.Join('\n', lines.Where((_, j) => j != i));
            var refusedBySchema = Check(text).Count > 0;
            var refusedByReader = Refuses(text);
            Assert.True(refusedBySchema == refusedByReader || lines[i].Contains("default_energy", StringComparison.Ordinal), $"without '{lines[i]}': schema {refusedBySchema}, reader {refusedByReader}");
        }
    }

    private static bool Refuses(string text)
    {
        try
        {
            ChipModelReader.Parse(text, "t.yaml");
            return false;
        }
        catch (Ir.Diagnostics.DiagnosticException e)
        {
            return e.Diagnostics.Any(d => d.Code != "NC6031");
        }
    }

    private static List<string> Check(string yaml)
    {
        var stream = new YamlStream();
        stream.Load(new StringReader(yaml));
        return JsonSchemaChecker.Check(Schema, stream.Documents[0].RootNode);
    }
}
