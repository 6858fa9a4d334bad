using System.Collections.Immutable;
using System.Globalization;
using NeuroChip.HwModels.Fields;
using NeuroChip.HwModels.Pipelines;
using NeuroChip.Ir.Pipelines;
using NeuroChip.Ir.Yaml;

namespace NeuroChip.Compiler.SanaFe;

/// <summary>The section <c>edges</c>: from neuron to neuron, and hyperedges from group to group.</summary>
internal sealed class EdgeSection(GroupSection groups, MappingSection mapping, PipelineChip chip, FileProblems bag)
{
    /// <summary>Slots of SANA-FE's accumulator_with_delay: delays 0 to 5.</summary>
    public const int MostDelay = 5;

    private readonly List<(YamlNode Edge, int Source, int Target)> hyperedges = [];
    private readonly ExplicitEdges explicitEdges = new();
    private readonly bool anyDelays = chip.Cores.Any(c => c.Type.Dendrites.Any(d => d.Model == DendriteModel.AccumulatorWithDelay));

    /// <summary>What a spike adds where.</summary>
    public List<GroupConnection> Connections { get; } = [];

    /// <summary>The groups, with the numbering of addresses that their convolutions need.</summary>
    public ImmutableArray<NeuronGroup> Groups => [.. groups.Groups.Select(g => g.Group)];

    public void Read(YamlNode section)
    {
        foreach (var entry in section.Children)
        {
            if (entry.Kind != YamlKind.Mapping) bag.Add(entry.Error("NC1202", "an entry of 'edges' is an edge with its attributes", "- GROUP.NEURON -> GROUP.NEURON: {weight: 1.0}"));
            foreach (var edge in entry.Children) Edge(edge);
        }

        bag.Stop();
        var hyper = new HyperEdges(groups, this, explicitEdges, bag);
        foreach (var (edge, source, target) in hyperedges) hyper.Prepare(edge, source, target);
        bag.Stop();
        hyper.Build();
        bag.Stop();
        foreach (var connection in explicitEdges.Build([.. groups.Groups])) Connections.Add(connection);
    }

    /// <summary>The delay of a synapse at its target: only dendrites that have delays read it.</summary>
    public int DelayAt(int neuron, int delay) => anyDelays && mapping.DendriteOf(neuron).Model == DendriteModel.AccumulatorWithDelay ? delay : 0;

    private void Edge(YamlNode edge)
    {
        var name = edge.Name;
        var arrow = name.IndexOf("->");
        if (arrow < 0)
        {
            bag.Add(edge.Key.Error("NC1203", $"'{name}' is no edge", "write SOURCE -> TARGET, both as GROUP.NEURON or both as GROUP"));
            return;
        }

        if (!End(edge, name[..arrow].Trim(), "source", out var source, out var from) || !End(edge, name[(arrow + 2)..].Trim(), "target", out var target, out var to)) return;
        if (from < 0 != to < 0) bag.Add(edge.Key.Error("NC1203", $"'{name}' goes from {(from < 0 ? "a group" : "a neuron")} to {(to < 0 ? "a group" : "a neuron")}", "both ends are neurons (GROUP.NEURON), or both are groups"));
        else if (from < 0) hyperedges.Add((edge, source, target));
        else Single(edge, source, from, target, to);
    }

    private void Single(YamlNode edge, int source, int from, int target, int to)
    {
        var (weight, delay) = (double.NaN, 0);
        Attributes(edge, edge, ref weight, ref delay);
        if (double.IsNaN(weight)) bag.Add(edge.Key.Error("NC1207", $"'{edge.Name}' has no weight", "write {weight: 1.0}"));
        explicitEdges.Add(source, from, target, to, weight, DelayAt(groups.Groups[target].First + to, delay));
    }

    private void Attributes(YamlNode edge, YamlNode node, ref double weight, ref int delay)
    {
        if (node.Kind == YamlKind.Scalar && node.Text.Length > 0) bag.Add(node.Error("NC1206", $"attributes are a map or a list of maps, not {node.KindName}"));
        foreach (var attribute in node.Children)
        {
            if (node.Kind == YamlKind.Sequence || attribute.Name is "synapse") Attributes(edge, attribute, ref weight, ref delay);
            else if (attribute.Name is "weight" or "w")
            {
                if (!attribute.TryNumber(out weight)) bag.Add(attribute.Error("NC1206", $"'{attribute.Name}' is {attribute.KindName}, not a number"));
            }
            else if (attribute.Name is "delay" or "d") delay = Delay(attribute);
            else PassOver(attribute);
        }
    }

    /// <summary>A number of steps a dendrite can wait.</summary>
    public int Delay(YamlNode node)
    {
        if (node.TryInteger(out var delay) && delay is >= 0 and <= MostDelay) return delay;
        bag.Add(node.Error("NC1206", $"'{node.Name}' is {node.KindName}, not a whole number of steps from 0 to {MostDelay}"));
        return 0;
    }

    public void PassOver(YamlNode attribute)
    {
        // SANA-FE itself never hands attributes of this section on.
        if (attribute.Name is "dendrite") bag.Add(attribute.Key.Warning("NC1205", "attributes of edges under 'dendrite' are passed over, as SANA-FE does", "a delay is given beside the weight, not under 'dendrite'"));
        else bag.Add(attribute.Key.Warning("NC1205", $"attribute '{attribute.Name}' is passed over: no built-in model of a synapse reads it", Suggestion.Notes("attributes of edges", attribute.Name.ToString(), ["weight", "w", "delay", "d"])));
    }

    private bool End(YamlNode edge, ReadOnlySpan<char> text, string what, out int group, out int neuron)
    {
        neuron = -1;
        var dot = text.IndexOf('.');
        var name = dot < 0 ? text : text[..dot];
        group = groups.Find(name);
        if (group < 0)
        {
            bag.Add(edge.Key.Error("NC1208", $"there is no {what} group '{name}'", Suggestion.Notes("groups", name.ToString(), groups.Groups.Select(g => g.Name))));
            return false;
        }

        if (dot < 0) return true;
        if (int.TryParse(text[(dot + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out neuron) && neuron < groups.Groups[group].Count) return true;
        bag.Add(edge.Key.Error("NC1208", $"there is no {what} neuron '{text}': group '{name}' has {groups.Groups[group].Count} neurons, numbered from 0"));
        return false;
    }
}
