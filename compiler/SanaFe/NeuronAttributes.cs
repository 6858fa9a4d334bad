using System.Collections.Immutable;
using NeuroChip.HwModels.Fields;
using NeuroChip.Ir.Pipelines;
using NeuroChip.Ir.Yaml;

namespace NeuroChip.Compiler.SanaFe;

/// <summary>Reads attributes of neurons, given as a map or as a list of maps, at a group or at neurons of it.</summary>
internal sealed class NeuronAttributes(FileProblems bag, UnitNames units)
{
    private static readonly Dictionary<string, NeuronParameter> Numbers = new(StringComparer.Ordinal)
    {
        ["threshold"] = NeuronParameter.Threshold,
        ["reverse_threshold"] = NeuronParameter.ReverseThreshold,
        ["reset"] = NeuronParameter.Reset,
        ["reverse_reset"] = NeuronParameter.ReverseReset,
        ["leak_decay"] = NeuronParameter.LeakDecay,
        ["input_decay"] = NeuronParameter.InputDecay,
        ["bias"] = NeuronParameter.Bias,
        ["refractory_delay"] = NeuronParameter.RefractoryDelay,
        ["potential"] = NeuronParameter.Potential,
        ["leak"] = NeuronParameter.Leak,
        ["rate"] = NeuronParameter.Rate,
        ["poisson"] = NeuronParameter.Poisson,
    };

    private static readonly Dictionary<string, NeuronParameter> Truths = new(StringComparer.Ordinal)
    {
        ["force_update"] = NeuronParameter.ForceUpdate,
        ["force_update_every_timestep"] = NeuronParameter.ForceUpdate,
        ["leak_towards_zero"] = NeuronParameter.LeakTowardsZero,
        ["log_spikes"] = NeuronParameter.LogSpikes,
    };

    private static readonly Dictionary<string, NeuronParameter> Modes = new(StringComparer.Ordinal)
    {
        ["reset_mode"] = NeuronParameter.ResetMode,
        ["reverse_reset_mode"] = NeuronParameter.ReverseResetMode,
    };

    private static readonly Dictionary<string, NeuronParameter>.AlternateLookup<ReadOnlySpan<char>> NumbersBySpan = Numbers.GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>Have no effect on what is computed here.</summary>
    private static readonly string[] PassedOver = ["log_potential", "log_u", "log_v", "connections_out"];

    public static IEnumerable<string> Known => Numbers.Keys.Concat(Truths.Keys).Concat(Modes.Keys).Append("spikes").Append("random_mask").Concat(PassedOver).Concat(["synapse_hw_name", "dendrite_hw_name", "soma_hw_name"]);

    /// <summary>Reads them for the neurons <paramref name="first"/> to <paramref name="first"/> + <paramref name="length"/> - 1 of a group.</summary>
    public void Read(YamlNode node, ReadGroup group, int first, int length)
    {
        if (node.Kind == YamlKind.Scalar)
        {
            if (node.Text.Length > 0) bag.Add(node.Error("NC1206", $"attributes are a map or a list of maps, not {node.KindName}"));
            return;
        }

        foreach (var attribute in node.Children)
        {
            if (node.Kind == YamlKind.Sequence) Read(attribute, group, first, length);
            else Set(attribute, group, first, length);
        }

        // Attributes for one unit come after those for all.
        if (node.Field("soma") is { } soma) Read(soma, group, first, length);
    }

    private void Set(YamlNode attribute, ReadGroup group, int first, int length)
    {
        var name = attribute.Name;
        if (NumbersBySpan.TryGetValue(name, out var number))
        {
            if (attribute.TryNumber(out var value)) group.Parameters.Set(number, first, length, value);
            else Wrong(attribute, "a number");
            if (number == NeuronParameter.Rate && value > 1) Wrong(attribute, "a rate of at most one spike per step");
            return;
        }

        var key = name.ToString();
        if (Truths.TryGetValue(key, out var truth))
        {
            if (attribute.TryTruth(out var value)) group.Parameters.Set(truth, first, length, value ? 1 : 0);
            else Wrong(attribute, "true or false");
        }
        else if (Modes.TryGetValue(key, out var mode))
        {
            if (Enum.TryParse<ResetMode>(attribute.Text, ignoreCase: true, out var value) && !char.IsDigit(attribute.Text[0])) group.Parameters.Set(mode, first, length, (int)value);
            else Wrong(attribute, "none, soft, hard or saturate");
        }
        else if (key == "spikes")
        {
            Spikes(attribute, group, first, length);
        }
        else if (key == "random_mask")
        {
            if (!attribute.TryInteger(out var mask)) Wrong(attribute, "a whole number");
            else if (mask != 0) bag.Add(attribute.Key.Error("NC1204", "'random_mask' adds random numbers of the C library to thresholds, which is not run here", "leave it out, or set it to 0"));
        }
        else if (key.EndsWith("_hw_name", StringComparison.Ordinal) && Enum.TryParse<UnitKind>(key[..^"_hw_name".Length], ignoreCase: true, out var kind))
        {
            units.Of(kind).Slice(group.First + first, length).Fill(units.IdOf(attribute.Text));
        }
        else if (key is not ("synapse" or "dendrite" or "soma") && Array.IndexOf(PassedOver, key) < 0)
        {
            bag.Add(attribute.Key.Warning("NC1205", $"attribute '{key}' is passed over: no built-in model of a soma reads it", Suggestion.Notes("attributes of neurons", key, Known)));
        }
    }

    private void Spikes(YamlNode attribute, ReadGroup group, int first, int length)
    {
        var train = ImmutableArray.CreateBuilder<bool>();
        foreach (var step in attribute.Children)
        {
            if (step.TryTruth(out var fires)) train.Add(fires);
            else Wrong(attribute, "a list of 0 and 1");
        }

        if (attribute.Kind != YamlKind.Sequence) Wrong(attribute, "a list of 0 and 1");
        for (var neuron = first; neuron < first + length; neuron++) group.SpikeTrains[neuron] = train.ToImmutable();
    }

    private void Wrong(YamlNode attribute, string what) => bag.Add(attribute.Error("NC1206", $"'{attribute.Name}' is {attribute.KindName}, not {what}"));
}
