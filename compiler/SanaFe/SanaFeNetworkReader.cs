using System.Collections.Immutable;
using NeuroChip.HwModels.Pipelines;
using NeuroChip.Ir.Diagnostics;
using NeuroChip.Ir.Pipelines;
using NeuroChip.Ir.Yaml;

namespace NeuroChip.Compiler.SanaFe;

/// <summary>
/// Reads SANA-FE's network files: groups, edges and hyperedges, and the mapping to the cores of a chip (its snn/README.md; commit 8951ab0).
/// Problems are collected section by section and reported in one run, as a <see cref="DiagnosticException"/>.
/// </summary>
public static class SanaFeNetworkReader
{
    /// <summary>Reads a file.</summary>
    /// <param name="path">Path.</param>
    /// <param name="chip">The chip that its mapping is for.</param>
    /// <param name="warnings">Takes what the user should know.</param>
    public static PipelineNetwork Load(string path, PipelineChip chip, DiagnosticBag warnings) => Read(YamlTree.Load(path, "NC1200"), chip, warnings);

    /// <summary>Reads a file that is parsed already.</summary>
    public static PipelineNetwork Read(YamlTree file, PipelineChip chip, DiagnosticBag warnings)
    {
        var bag = new FileProblems(warnings);
        var network = bag.Required(file.Root, "network");
        var mappings = bag.Required(file.Root, "mappings");
        bag.Stop();
        var name = network!.Value.Field("name") is { } named ? named.Text.ToString() : "";
        var groupNodes = bag.List(network.Value, "groups");
        var edgeNodes = bag.List(network.Value, "edges");
        if (mappings!.Value.Kind != YamlKind.Sequence) bag.Add(mappings.Value.Error("NC1202", "'mappings' must be a list", "one entry: - GROUP.NEURON: {core: TILE.CORE}"));
        bag.Stop();

        var groups = new GroupSection(bag);
        groups.Read(groupNodes!.Value);
        bag.Stop();
        var mapping = new MappingSection(groups, chip, bag);
        mapping.Read(mappings.Value);
        bag.Stop();
        var edges = new EdgeSection(groups, mapping, chip, bag);
        edges.Read(edgeNodes!.Value);
        bag.Stop();
        return new(name, edges.Groups, [.. edges.Connections], mapping.Placement());
    }
}

/// <summary>The problems of a file; it stops at a number of errors that nobody reads through.</summary>
internal sealed class FileProblems(DiagnosticBag warnings)
{
    private const int MostErrors = 20;

    private readonly DiagnosticBag errors = new();

    public void Add(Diagnostic diagnostic)
    {
        (diagnostic.Severity == Severity.Error ? errors : warnings).Add(diagnostic);
        if (errors.Diagnostics.Count == MostErrors) Stop();
    }

    public void Stop() => errors.ThrowIfErrors();

    public YamlNode? Required(YamlNode node, string name)
    {
        if (node.Field(name) is { } field) return field;
        Add(node.Error("NC1202", $"'{name}' is missing"));
        return null;
    }

    public YamlNode? List(YamlNode node, string name)
    {
        if (Required(node, name) is not { } list) return null;
        if (list.Kind == YamlKind.Sequence) return list;
        Add(list.Error("NC1202", $"'{name}' must be a list, not {list.KindName}"));
        return null;
    }
}
