using System.Collections.Immutable;
using NeuroChip.HwModels.Pipelines;
using NeuroChip.Ir.Pipelines;
using NeuroChip.Ir.Yaml;

namespace NeuroChip.Compiler.SanaFe;

/// <summary>A group while it is read: parameters, and the units its neurons ask for.</summary>
internal sealed class ReadGroup(string name, int first, int count)
{
    public string Name => name;

    public int First => first;

    public int Count => count;

    /// <summary>Where it is named.</summary>
    public required YamlNode Place { get; init; }

    public NeuronParameters Parameters { get; } = new(count);

    public Dictionary<int, ImmutableArray<bool>> SpikeTrains { get; } = [];

    /// <summary>Addresses have this many channels innermost; see <see cref="NeuronGroup.Channels"/>.</summary>
    public int Channels { get; set; } = 1;

    public NeuronGroup Group => new(name, first, count, Channels, Parameters, SpikeTrains.ToImmutableDictionary());
}

/// <summary>The section <c>groups</c>.</summary>
internal sealed class GroupSection
{
    private readonly Dictionary<string, int> numbers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> bySpan;
    private readonly NeuronAttributes attributes;
    private readonly FileProblems bag;

    public GroupSection(FileProblems bag)
    {
        this.bag = bag;
        bySpan = numbers.GetAlternateLookup<ReadOnlySpan<char>>();
        attributes = new(bag, Units);
    }

    public List<ReadGroup> Groups { get; } = [];

    /// <summary>The outermost node of the file.</summary>
    public YamlNode File { get; private set; }

    /// <summary>Names of units that neurons ask for.</summary>
    public UnitNames Units { get; } = new();

    public int NeuronCount => Groups.Count == 0 ? 0 : Groups[^1].First + Groups[^1].Count;

    public void Read(YamlNode section)
    {
        File = section.Tree.Root;
        foreach (var node in section.Children)
        {
            if (bag.Required(node, "name") is not { } name || bag.List(node, "neurons") is not { } neurons) continue;
            if (!numbers.TryAdd(name.Text.ToString(), Groups.Count))
            {
                bag.Add(name.Error("NC1203", $"there are two groups '{name.Text}'"));
                continue;
            }

            var group = new ReadGroup(name.Text.ToString(), NeuronCount, Count(neurons)) { Place = name };
            Groups.Add(group);
            Units.Grow(NeuronCount);
            if (node.Field("attributes") is { } shared) attributes.Read(shared, group, 0, group.Count);
            foreach (var entry in neurons.Children)
            {
                if (entry.Kind != YamlKind.Mapping) continue;
                foreach (var neuron in entry.Children)
                {
                    if (!IndexRange.TryParse(neuron.Name, out var range)) continue;
                    if (range.Last >= group.Count) bag.Add(neuron.Key.Error("NC1203", $"group '{group.Name}' has {group.Count} neurons, so there is no {range.Last}", "neurons are numbered from 0 without gaps"));
                    else attributes.Read(neuron, group, range.First, range.Count);
                }
            }
        }
    }

    /// <summary>The group of that name, -1 if there is none.</summary>
    public int Find(ReadOnlySpan<char> name) => bySpan.TryGetValue(name, out var number) ? number : -1;

    /// <summary>What a neuron is called.</summary>
    public string NameOf(int neuron)
    {
        var group = Groups.FindLast(g => g.First <= neuron)!;
        return $"{group.Name}.{neuron - group.First}";
    }

    /// <summary>Neurons are as many as the entries say.</summary>
    private int Count(YamlNode neurons)
    {
        long count = 0;
        foreach (var entry in neurons.Children)
        {
            if (entry.Kind == YamlKind.Scalar) count += Size(entry, entry.Text);
            else
            {
                foreach (var neuron in entry.Children) count += Size(neuron.Key, neuron.Name);
            }
        }

        if (count is > 0 and < int.MaxValue / 2) return (int)count;
        bag.Add(neurons.Error("NC1203", $"a group of {count} neurons cannot be"));
        return 0;
    }

    private int Size(YamlNode place, ReadOnlySpan<char> text)
    {
        if (IndexRange.TryParse(text, out var range)) return range.Count;
        bag.Add(place.Error("NC1203", $"'{text}' is no number of a neuron and no range of them", "write 3 or 0..9"));
        return 0;
    }
}

/// <summary>The units that neurons ask for by name: an id of the name per neuron, -1 where none is asked for.</summary>
internal sealed class UnitNames
{
    private readonly Dictionary<string, int> ids = new(StringComparer.Ordinal);
    private readonly int[][] wanted = [[], [], []];

    public List<string> Names { get; } = [];

    public void Grow(int neurons)
    {
        for (var kind = 0; kind < wanted.Length; kind++)
        {
            var before = wanted[kind].Length;
            Array.Resize(ref wanted[kind], neurons);
            wanted[kind].AsSpan(before).Fill(-1);
        }
    }

    public Span<int> Of(UnitKind kind) => wanted[(int)kind];

    public int IdOf(ReadOnlySpan<char> name)
    {
        var text = name.ToString();
        if (ids.TryGetValue(text, out var id)) return id;
        Names.Add(text);
        return ids[text] = Names.Count - 1;
    }
}

/// <summary>A unit of a pipeline that a neuron uses.</summary>
internal enum UnitKind
{
    Synapse,
    Dendrite,
    Soma,
}
