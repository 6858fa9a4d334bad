using System.Collections.Immutable;
using NeuroChip.Ir.Diagnostics;
using NeuroChip.Ir.Yaml;

namespace NeuroChip.HwModels.Pipelines;

/// <summary>Reads the pipeline of a core.</summary>
internal sealed class PipelineCoreReader(PipelineFields fields, DiagnosticBag bag)
{
    private static readonly string[] SynapseModels = ["current_based"];
    private static readonly string[] DendriteModels = ["accumulator", "accumulator_with_delay"];
    private static readonly string[] SomaModels = ["leaky_integrate_fire", "truenorth", "input"];

    public PipelineCoreType? Read(YamlNode core)
    {
        var attributes = fields.Required(core, "attributes");
        var buffer = attributes is { } a ? Buffer(a) : null;
        var most = fields.Integer(attributes, "max_neurons_supported", 1);
        var ins = Section(core, "axon_in", (node, name) => fields.Cost(fields.Required(node, "attributes"), "energy_message_in", "latency_message_in"));
        var outs = Section(core, "axon_out", (node, name) => fields.Cost(fields.Required(node, "attributes"), "energy_message_out", "latency_message_out"));
        var synapses = Section(core, "synapse", Synapse);
        var dendrites = Section(core, "dendrite", Dendrite);
        var somas = Section(core, "soma", Soma);
        if (buffer is null || bag.HasErrors || ins.Length * outs.Length * synapses.Length * dendrites.Length * somas.Length == 0) return null;
        return new(buffer.Value, most, synapses, dendrites, somas, ins[0], outs[0]);
    }

    private StepBuffer? Buffer(YamlNode attributes)
    {
        if (fields.Required(attributes, "buffer_position") is not { } position) return null;
        var inside = fields.Truth(attributes, "buffer_inside_unit");
        switch (position.Text)
        {
            case "soma" when !inside: return StepBuffer.BeforeSoma;
            case "dendrite" when inside: return StepBuffer.InsideDendrite;
            case "dendrite": return StepBuffer.BeforeDendrite;
            case "soma" or "axon_out":
                bag.Add(position.Error("NC1204", "a buffer in or behind the soma cannot be run: the soma would be updated once per message, which SANA-FE's leaky_integrate_fire refuses too", "cut the pipeline before the soma: {buffer_position: soma, buffer_inside_unit: false}"));
                return null;
            default:
                fields.Choice(position, "buffer_position", ["dendrite", "soma"]);
                return null;
        }
    }

    private ImmutableArray<T> Section<T>(YamlNode core, string name, Func<YamlNode, string, T> read)
    {
        if (fields.Required(core, name) is not { } section) return [];
        var units = ImmutableArray.CreateBuilder<T>();
        foreach (var node in PipelineFields.OneOrMore(section))
        {
            foreach (var unit in fields.Names(node, always: false)) units.Add(read(node, unit));
        }

        if (units.Count == 0 && !bag.HasErrors) bag.Add(section.Error("NC1202", $"the section '{name}' is empty"));
        return units.ToImmutable();
    }

    private SynapseUnit Synapse(YamlNode node, string name)
    {
        var (attributes, _, refusal) = Model(node, SynapseModels);
        return new(name, refusal, refusal is null ? fields.Cost(attributes, "energy_process_spike", "latency_process_spike") : default);
    }

    private DendriteUnit Dendrite(YamlNode node, string name)
    {
        var (attributes, model, refusal) = Model(node, DendriteModels, "taps");
        return new(name, refusal, (DendriteModel)model, refusal is null ? fields.Cost(attributes, "energy_update", "latency_update") : default);
    }

    private SomaUnit Soma(YamlNode node, string name)
    {
        var (attributes, model, refusal) = Model(node, SomaModels);
        if (attributes?.Field("noise") is not null) refusal = "it adds noise from a file";
        if (refusal is not null) return new(name, refusal, default, default, default, default);
        return new(
            name,
            null,
            (SomaModel)model,
            fields.Cost(attributes, "energy_access_neuron", "latency_access_neuron"),
            fields.Cost(attributes, "energy_update_neuron", "latency_update_neuron"),
            fields.Cost(attributes, "energy_spike_out", "latency_spike_out"));
    }

    /// <summary>Attributes of a unit, the number of its model, and why it cannot be used: a file may describe units that its network does not use.</summary>
    private (YamlNode? Attributes, int Model, string? Refusal) Model(YamlNode node, string[] known, string? refused = null)
    {
        if (fields.Required(node, "attributes") is not { } attributes) return (null, 0, null);
        if ((attributes.Field("log_energy") ?? attributes.Field("log_latency")) is { } log && log.TryTruth(out var asked) && asked)
            bag.Add(log.Key.Warning("NC1205", $"'{log.Name}' is passed over: columns for single units are not written"));
        if (attributes.Field("plugin") is not null) return (attributes, 0, "it is a plugin, and plugins are not run");
        if (fields.Required(attributes, "model") is not { } model) return (attributes, 0, null);
        var index = Array.IndexOf(known, model.Text.ToString());
        if (index >= 0) return (attributes, index, null);
        if (refused is not null && model.Text.SequenceEqual(refused)) return (attributes, 0, $"its model '{model.Text}' is not built in; built in: {string.Join(", ", known)}");
        fields.Choice(model, "model", known);
        return (attributes, 0, null);
    }
}
