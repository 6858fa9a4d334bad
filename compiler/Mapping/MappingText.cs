using System.Globalization;
using System.Text;
using System.Text.Json;
using NeuroChip.Ir.Ncir;

namespace NeuroChip.Compiler.Mapping;

/// <summary>A mapping as text for people and as JSON for programs (<c>--emit mapping=FILE</c>); both list slices in their order.</summary>
public static class MappingText
{
    /// <summary>One line per core: where, which neurons, keys, memory, listeners' chips; then the routing tables.</summary>
    public static string ToText(ChipMapping mapping, Module module)
    {
        var text = new StringBuilder();
        void Line(FormattableString line) => text.Append(line.ToString(CultureInfo.InvariantCulture)).Append('\n');

        Line($"mapping of '{mapping.Module}' on '{mapping.Chip}': {mapping.Slices.Length} cores on {mapping.ChipsUsed} chips, placer {mapping.Placer}, router {mapping.Router}, seed {mapping.Seed}");
        foreach (var population in module.Populations)
        {
            Line($"\npopulation {population.Id} '{population.Name}', {population.Size} neurons, stage {population.Stage}");
            for (var s = 0; s < mapping.Slices.Length; s++)
            {
                var slice = mapping.Slices[s];
                if (slice.Population != population.Id) continue;
                var (x, y) = mapping.ChipOf(s);
                Line($"  core ({x},{y},{mapping.Placement.CoreOf[s]}): neurons {slice.First}..{slice.Last}, key 0x{mapping.Keys[s].Key:x8}/{mapping.Keys[s].Mask:x8}, DTCM {slice.Bytes(SliceMemory.Dtcm)} B, SDRAM {slice.Bytes(SliceMemory.Sdram)} B, {mapping.Trees[s].Nodes.Length} chips in its tree");
            }
        }
        foreach (var table in mapping.Tables)
        {
            Line($"\nrouter ({table.X},{table.Y}), {table.Entries.Length} entries");
            foreach (var entry in table.Entries) Line($"  0x{entry.Key:x8}/{entry.Mask:x8} -> {Route(entry.Route)}");
        }
        return text.ToString();
    }

    /// <summary>Everything in the mapping as one JSON document.</summary>
    public static string ToJson(ChipMapping mapping, Module module)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true, NewLine = "\n" }))
        {
            json.WriteStartObject();
            json.WriteString("module", mapping.Module);
            json.WriteString("chip", mapping.Chip);
            json.WriteString("placer", mapping.Placer);
            json.WriteString("router", mapping.Router);
            json.WriteNumber("seed", mapping.Seed);
            json.WriteStartArray("cores");
            for (var s = 0; s < mapping.Slices.Length; s++) WriteCore(json, mapping, module, s);
            json.WriteEndArray();
            json.WriteStartArray("routers");
            foreach (var table in mapping.Tables)
            {
                json.WriteStartObject();
                json.WriteNumber("x", table.X);
                json.WriteNumber("y", table.Y);
                json.WriteStartArray("entries");
                foreach (var entry in table.Entries) json.WriteStringValue($"{entry.Key:x8}/{entry.Mask:x8} -> {Route(entry.Route)}");
                json.WriteEndArray();
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(stream.ToArray()) + "\n";
    }

    private static void WriteCore(Utf8JsonWriter json, ChipMapping mapping, Module module, int s)
    {
        var slice = mapping.Slices[s];
        var (x, y) = mapping.ChipOf(s);
        json.WriteStartObject();
        json.WriteString("population", module[slice.Population].Name);
        json.WriteNumber("first", slice.First);
        json.WriteNumber("count", slice.Count);
        json.WriteNumber("x", x);
        json.WriteNumber("y", y);
        json.WriteNumber("core", mapping.Placement.CoreOf[s]);
        json.WriteString("key", $"{mapping.Keys[s].Key:x8}/{mapping.Keys[s].Mask:x8}");
        json.WriteStartObject("memory");
        foreach (var use in slice.Memory) json.WriteNumber($"{use.Memory}: {use.Purpose}", use.Bytes);
        json.WriteEndObject();
        json.WriteStartArray("tree");
        foreach (var node in mapping.Trees[s].Nodes)
        {
            var (nx, ny) = mapping.Machine.Chips[node.Chip];
            json.WriteStringValue($"({nx},{ny}) -> {Route(node.Route)}");
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static string Route(uint route)
    {
        var parts = new List<string>();
        for (var link = 0; link < HexLink.Count; link++)
            if ((route >> link & 1) != 0) parts.Add(HexLink.Names[link]);
        for (var core = 0; core < 32 - HexLink.FirstCoreBit; core++)
            if ((route >> (HexLink.FirstCoreBit + core) & 1) != 0) parts.Add(core.ToString(CultureInfo.InvariantCulture));
        return string.Join(' ', parts);
    }
}
