using System.Collections.Immutable;
using NeuroChip.HwModels.Fields;
using NeuroChip.Ir.Diagnostics;
using NeuroChip.Ir.Yaml;

namespace NeuroChip.HwModels.Pipelines;

/// <summary>
/// Reads SANA-FE's architecture files (its arch/README.md; commit 8951ab0). All problems of a file are reported in one run, as a <see cref="DiagnosticException"/>.
/// </summary>
public sealed class PipelineChipReader
{
    private readonly DiagnosticBag bag = new();
    private readonly PipelineFields fields;
    private readonly PipelineCoreReader coreReader;
    private readonly ImmutableArray<PipelineTile>.Builder tiles = ImmutableArray.CreateBuilder<PipelineTile>();
    private readonly ImmutableArray<PipelineCore>.Builder cores = ImmutableArray.CreateBuilder<PipelineCore>();

    private PipelineChipReader()
    {
        fields = new(bag);
        coreReader = new(fields, bag);
    }

    /// <summary>Reads a file.</summary>
    /// <param name="path">Path.</param>
    /// <param name="warnings">Takes what the user should know.</param>
    public static PipelineChip Load(string path, DiagnosticBag warnings) => Read(YamlTree.Load(path, "NC1200"), warnings);

    /// <summary>Reads a file that is parsed already.</summary>
    public static PipelineChip Read(YamlTree file, DiagnosticBag warnings)
    {
        var reader = new PipelineChipReader();
        var chip = reader.Chip(file);
        reader.bag.ThrowIfErrors();
        foreach (var warning in reader.bag.Diagnostics) warnings.Add(warning);
        return chip!;
    }

    private PipelineChip? Chip(YamlTree file)
    {
        if (fields.Required(file.Root, "architecture") is not { } architecture) return null;
        var name = architecture.Field("name")?.Text.ToString() ?? "";
        var attributes = fields.Required(architecture, "attributes");
        var (width, height) = (fields.Integer(attributes, "width", 1), fields.Integer(attributes, "height", 1));
        var mesh = new PipelineMesh(width, height, fields.Integer(attributes, "link_buffer_size", 1));
        if (attributes?.Field("topology") is { } topology && topology.Text is not "mesh") bag.Add(topology.Error("NC1203", $"topology {topology.KindName} is not known", "known: mesh"));
        var sync = attributes is { } a ? Sync(a) : null;
        if (fields.Required(architecture, "tile") is { } section)
        {
            foreach (var tile in PipelineFields.OneOrMore(section)) Tiles(tile, mesh);
        }

        if (bag.HasErrors) return null;
        return new PipelineChip(name, file.File, mesh, tiles.ToImmutable(), cores.ToImmutable(), sync!);
    }

    private void Tiles(YamlNode tile, PipelineMesh mesh)
    {
        var costs = Hops(fields.Required(tile, "attributes"));
        var types = new List<(YamlNode Node, PipelineCoreType? Type)>();
        if (fields.Required(tile, "core") is { } section)
        {
            foreach (var core in PipelineFields.OneOrMore(section)) types.Add((core, coreReader.Read(core)));
        }

        foreach (var name in fields.Names(tile, always: true))
        {
            var id = tiles.Count;
            if (id == mesh.Width * mesh.Height)
            {
                bag.Add(tile.Error("NC1203", $"there are more tiles than the mesh of {mesh.Width} x {mesh.Height} has places", "enlarge 'width' or 'height' under the architecture's attributes"));
                return;
            }

            var first = cores.Count;
            foreach (var (node, type) in types)
            {
                if (type is null) continue;
                foreach (var core in fields.Names(node, always: true)) cores.Add(new(core, id, cores.Count - first, type));
            }

            tiles.Add(new(name, id / mesh.Height, id % mesh.Height, first, cores.Count - first, costs));
        }
    }

    private HopCosts Hops(YamlNode? attributes) => new(
        fields.Cost(attributes, "energy_north_hop", "latency_north_hop"),
        fields.Cost(attributes, "energy_east_hop", "latency_east_hop"),
        fields.Cost(attributes, "energy_south_hop", "latency_south_hop"),
        fields.Cost(attributes, "energy_west_hop", "latency_west_hop"));

    private SyncLatency? Sync(YamlNode attributes)
    {
        var latency = attributes.Field("latency_sync");
        var model = attributes.Field("sync_model");
        if (model is null || model.Value.Text is "fixed") return new([(0, latency is { } fixedOne ? fields.Number(fixedOne) : 0)]);
        if (model.Value.Text is not "table")
        {
            bag.Add(model.Value.Error("NC1203", $"sync_model {model.Value.KindName} is not known", "known: fixed, table"));
            return null;
        }

        if (latency is not { } table)
        {
            bag.Add(attributes.Error("NC1202", "'latency_sync' is missing: the sync_model is 'table'"));
            return null;
        }

        if (table.Kind == YamlKind.Scalar) return new([(0, fields.Number(table))]);
        var rows = new SortedDictionary<int, double>();
        foreach (var row in table.Children)
        {
            var tilesInUse = rows.Count;
            if (table.Kind == YamlKind.Mapping && !row.Key.TryInteger(out tilesInUse)) bag.Add(row.Key.Error("NC1203", $"{row.Key.KindName} is not a number of tiles"));
            rows[tilesInUse] = fields.Number(row);
        }

        if (rows.Count == 0) bag.Add(table.Error("NC1203", "the table is empty"));
        return new([.. rows.Select(r => (r.Key, r.Value))]);
    }
}
