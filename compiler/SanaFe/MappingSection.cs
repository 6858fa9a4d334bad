using System.Collections.Immutable;
using System.Runtime.InteropServices;
using NeuroChip.HwModels.Fields;
using NeuroChip.HwModels.Pipelines;
using NeuroChip.Ir.Pipelines;
using NeuroChip.Ir.Yaml;

namespace NeuroChip.Compiler.SanaFe;

/// <summary>The section <c>mappings</c>: the core of every neuron, the order in which cores visit them, and the units they use.</summary>
internal sealed class MappingSection(GroupSection groups, PipelineChip chip, FileProblems bag)
{
    private readonly int[] core = Filled(groups.NeuronCount);
    private readonly ushort[][] units = [new ushort[groups.NeuronCount], new ushort[groups.NeuronCount], new ushort[groups.NeuronCount]];
    private readonly int[] rank = new int[groups.NeuronCount];
    private readonly int[] synapseOfMapping = Filled(groups.NeuronCount);
    private readonly Dictionary<(PipelineCoreType Type, UnitKind Kind, int Name), ushort> known = [];
    private int ranks;

    /// <summary>Core of each neuron.</summary>
    public ReadOnlySpan<int> Core => core;

    public void Read(YamlNode section)
    {
        foreach (var entry in section.Children)
        {
            if (entry.Kind == YamlKind.Mapping && entry.Count == 1) Place(entry);
            else bag.Add(entry.Error("NC1202", "an entry of 'mappings' is one neuron, range or group with its core", "- GROUP.NEURON: {core: TILE.CORE}"));
        }

        bag.Stop();
        RequireAllPlaced();
        RequireRoom();
        bag.Stop();
        ResolveUnits(section);
    }

    /// <summary>The dendrite unit of a neuron.</summary>
    public DendriteUnit DendriteOf(int neuron) => chip.Cores[core[neuron]].Type.Dendrites[units[(int)UnitKind.Dendrite][neuron]];

    /// <summary>The placement of all neurons.</summary>
    public PipelinePlacement Placement()
    {
        var order = new int[core.Length];
        for (var neuron = 0; neuron < order.Length; neuron++) order[neuron] = neuron;
        Array.Sort((int[])rank.Clone(), order);
        return new(Immutable(order), Immutable(core), Immutable(units[0]), Immutable(units[1]), Immutable(units[2]));
    }

    private static ImmutableArray<T> Immutable<T>(T[] array) => ImmutableCollectionsMarshal.AsImmutableArray(array);

    private static int[] Filled(int count)
    {
        var array = new int[count];
        Array.Fill(array, -1);
        return array;
    }

    private void Place(YamlNode entry)
    {
        var children = entry.Children;
        children.MoveNext();
        var info = children.Current;
        var name = info.Name;
        var dot = name.IndexOf('.');
        var number = groups.Find(dot < 0 ? name : name[..dot]);
        if (number < 0)
        {
            bag.Add(info.Key.Error("NC1208", $"there is no group '{(dot < 0 ? name : name[..dot])}' to map", Suggestion.Notes("groups", (dot < 0 ? name : name[..dot]).ToString(), groups.Groups.Select(g => g.Name))));
            return;
        }

        var group = groups.Groups[number];
        var range = new IndexRange(0, group.Count - 1);
        if (dot >= 0 && !IndexRange.TryParse(name[(dot + 1)..], out range))
        {
            bag.Add(info.Key.Error("NC1203", $"'{name[(dot + 1)..]}' is no number of a neuron and no range of them", "write GROUP.3 or GROUP.0..9"));
            return;
        }

        if (range.Last >= group.Count)
        {
            bag.Add(info.Key.Error("NC1208", $"group '{group.Name}' has {group.Count} neurons, so there is no {range.Last} to map"));
            return;
        }

        Info(info, group.First + range.First, range.Count);
    }

    private void Info(YamlNode info, int first, int count)
    {
        if (info.Kind == YamlKind.Scalar)
        {
            bag.Add(info.Error("NC1202", $"what a neuron is mapped to is a map, not {info.KindName}", "write {core: TILE.CORE}"));
            return;
        }

        foreach (var field in info.Children)
        {
            if (info.Kind == YamlKind.Sequence) Info(field, first, count);
            else if (field.Name is "core") PlaceOn(field, first, count);
            else if (field.Name is "synapse") synapseOfMapping.AsSpan(first, count).Fill(groups.Units.IdOf(field.Text));
            else if (field.Name is "dendrite") groups.Units.Of(UnitKind.Dendrite).Slice(first, count).Fill(groups.Units.IdOf(field.Text));
            else if (field.Name is "soma") groups.Units.Of(UnitKind.Soma).Slice(first, count).Fill(groups.Units.IdOf(field.Text));
            else bag.Add(field.Key.Warning("NC1205", $"'{field.Name}' of a mapping is passed over", "known: core, synapse, dendrite, soma"));
        }
    }

    private void PlaceOn(YamlNode field, int first, int count)
    {
        var text = field.Text;
        var dot = text.IndexOf('.');
        if (dot < 0 || !int.TryParse(text[..dot], out var tile) || !int.TryParse(text[(dot + 1)..], out var offset) || tile < 0 || offset < 0)
        {
            bag.Add(field.Error("NC1203", $"{field.KindName} is no core", "write TILE.CORE, both as numbers from 0"));
            return;
        }

        if (tile >= chip.Tiles.Length)
        {
            bag.Add(field.Error("NC1208", $"there is no tile {tile}: '{chip.Name}' has {chip.Tiles.Length}, numbered from 0"));
            return;
        }

        if (offset >= chip.Tiles[tile].CoreCount)
        {
            bag.Add(field.Error("NC1208", $"there is no core {offset} on tile {tile}: it has {chip.Tiles[tile].CoreCount}, numbered from 0"));
            return;
        }

        core.AsSpan(first, count).Fill(chip.Tiles[tile].FirstCore + offset);
        for (var neuron = first; neuron < first + count; neuron++) rank[neuron] = ranks++;
    }

    private void RequireAllPlaced()
    {
        foreach (var group in groups.Groups)
        {
            var missing = Enumerable.Range(0, group.Count).Where(n => core[group.First + n] < 0).ToArray();
            if (missing.Length == 0) continue;
            var some = string.Join(", ", missing.Take(5).Select(n => $"{group.Name}.{n}")) + (missing.Length > 5 ? ", ..." : "");
            bag.Add(group.Place.Error("NC1209", $"{missing.Length} of the {group.Count} neurons of group '{group.Name}' are mapped to no core: {some}"));
        }
    }

    private void RequireRoom()
    {
        var held = new int[chip.Cores.Length];
        foreach (var c in core)
            if (c >= 0) held[c]++;
        for (var c = 0; c < held.Length; c++)
        {
            var (place, most) = (chip.Cores[c], chip.Cores[c].Type.MostNeurons);
            if (held[c] > most) bag.Add(groups.File.Error("NC1210", $"{held[c]} neurons are mapped to core {place.Tile}.{place.Offset}; it has room for {most}", "map some of them to another core, or raise 'max_neurons_supported' in the architecture"));
        }
    }

    /// <summary>
    /// A unit that the network asks for by name, else the first of its core. For synapses the name at the neuron counts before that of the mapping, for the
    /// others it is the other way round.
    /// </summary>
    private void ResolveUnits(YamlNode section)
    {
        var asked = groups.Units.Of(UnitKind.Synapse);
        for (var neuron = 0; neuron < core.Length; neuron++)
        {
            var type = chip.Cores[core[neuron]].Type;
            units[0][neuron] = Unit(section, type, UnitKind.Synapse, type.Synapses, asked[neuron] >= 0 ? asked[neuron] : synapseOfMapping[neuron], neuron);
            units[1][neuron] = Unit(section, type, UnitKind.Dendrite, type.Dendrites, groups.Units.Of(UnitKind.Dendrite)[neuron], neuron);
            units[2][neuron] = Unit(section, type, UnitKind.Soma, type.Somas, groups.Units.Of(UnitKind.Soma)[neuron], neuron);
        }
    }

    private ushort Unit<T>(YamlNode section, PipelineCoreType type, UnitKind kind, ImmutableArray<T> units, int name, int neuron) where T : PipelineUnit
    {
        if (known.TryGetValue((type, kind, name), out var unit)) return unit;
        var index = 0;
        var word = kind.ToString().ToLowerInvariant();
        if (name >= 0)
        {
            var wanted = groups.Units.Names[name];
            while (index < units.Length && units[index].Name != wanted) index++;
            if (index == units.Length)
            {
                bag.Add(section.Error("NC1211", $"{groups.NameOf(neuron)} asks for {word} unit '{wanted}', which its core {Address(neuron)} does not have", Suggestion.Notes($"{word} units there", wanted, units.Select(u => u.Name).Take(12))));
                return known[(type, kind, name)] = 0;
            }
        }

        if (units[index].Refusal is { } refusal) bag.Add(section.Error("NC1204", $"{groups.NameOf(neuron)} is mapped to {word} unit '{units[index].Name}' of core {Address(neuron)}: {refusal}"));
        else if (kind == UnitKind.Dendrite) RequireCut(section, type, (DendriteUnit)(object)units[index], neuron);
        return known[(type, kind, name)] = (ushort)index;
    }

    /// <summary>The two places of the step buffer at which no input is lost.</summary>
    private void RequireCut(YamlNode section, PipelineCoreType type, DendriteUnit unit, int neuron)
    {
        var fits = unit.Model == DendriteModel.Accumulator ? type.Buffer == StepBuffer.BeforeSoma : type.Buffer == StepBuffer.InsideDendrite;
        if (fits) return;
        bag.Add(section.Error(
            "NC1204",
            $"{groups.NameOf(neuron)} is mapped to dendrite unit '{unit.Name}' of core {Address(neuron)}, which would lose currents where the core buffers them",
            "'accumulator' goes with {buffer_position: soma}, 'accumulator_with_delay' with {buffer_position: dendrite, buffer_inside_unit: true}"));
    }

    private string Address(int neuron) => $"{chip.Cores[core[neuron]].Tile}.{chip.Cores[core[neuron]].Offset}";
}
