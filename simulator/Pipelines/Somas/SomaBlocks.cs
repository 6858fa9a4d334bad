using NeuroChip.HwModels.Pipelines;
using NeuroChip.Ir.Pipelines;

namespace NeuroChip.Simulator.Pipelines.Somas;

/// <summary>Cuts the neurons of the cores into blocks.</summary>
internal static class SomaBlocks
{
    /// <summary>The blocks of each core in use, in the order in which it visits them.</summary>
    public static SomaBlock[][] Of(PipelineLayout layout)
    {
        var blocks = new SomaBlock[layout.Cores.Length][];
        var seeds = FirstSeeds(layout.Chip);
        for (var core = 0; core < blocks.Length; core++)
        {
            var span = layout.Cores[core];
            var inputs = new InputSources(layout.TypeOfCore[core], seeds[span.Core]);
            var ofCore = new List<SomaBlock>();
            for (var first = span.First; first < span.End;)
            {
                var kind = Kind(layout, core, first);
                var end = first + 1;
                while (end < span.End && Kind(layout, core, end) == kind) end++;
                ofCore.Add(Block(layout, core, first, end - first, kind, inputs));
                first = end;
            }

            blocks[core] = [.. ofCore];
        }

        return blocks;
    }

    private static SomaBlock Block(PipelineLayout layout, int core, int first, int count, BlockKind kind, InputSources inputs)
    {
        var type = layout.TypeOfCore[core];
        var unit = type.Somas[kind.Soma];
        var visited = type.Buffer == StepBuffer.BeforeSoma ? null : type.Dendrites[kind.Dendrite];
        switch (unit.Model)
        {
            case SomaModel.Input:
                return new InputBlock(layout, core, first, count, unit, visited, inputs.Of(kind.Soma));
            case SomaModel.TrueNorth:
                return new TrueNorthBlock(layout, core, first, count, unit, visited);
            default:
                return kind.IsPlain ? new PlainLifBlock(layout, core, first, count, unit, visited, kind.Reset, kind.IsForced) : new LifBlock(layout, core, first, count, unit, visited);
        }
    }

    /// <summary>Seed of the first input unit of each core.</summary>
    private static uint[] FirstSeeds(PipelineChip chip)
    {
        var seeds = new uint[chip.Cores.Length];
        var next = 1u;
        for (var core = 0; core < seeds.Length; core++)
        {
            seeds[core] = next;
            next += (uint)chip.Cores[core].Type.Somas.Count(s => s.Model == SomaModel.Input && s.Refusal is null);
        }

        return seeds;
    }

    private static BlockKind Kind(PipelineLayout layout, int core, int position)
    {
        var placement = layout.Network.Placement;
        var neuron = layout.Neuron[position];
        var type = layout.TypeOfCore[core];
        var soma = placement.Soma[neuron];
        var dendrite = type.Buffer == StepBuffer.BeforeSoma ? (ushort)0 : placement.Dendrite[neuron];
        if (type.Somas[soma].Model != SomaModel.LeakyIntegrateFire) return new(soma, dendrite, false, ResetMode.Hard, false);
        var group = layout.Network.Groups[layout.Group[position]];
        var (parameters, number) = (group.Parameters, neuron - group.First);
        var isPlain = parameters.Of(NeuronParameter.RefractoryDelay, number, 0) <= 1
            && parameters.Of(NeuronParameter.InputDecay, number, 0) == 0
            && parameters.Of(NeuronParameter.ReverseResetMode, number, (int)ResetMode.None) == (int)ResetMode.None;
        return isPlain
            ? new(soma, dendrite, true, (ResetMode)parameters.Of(NeuronParameter.ResetMode, number, (int)ResetMode.Hard), parameters.Of(NeuronParameter.ForceUpdate, number, 0) != 0)
            : new(soma, dendrite, false, ResetMode.Hard, false);
    }

    /// <summary>The input units of a core, as neurons come to use them.</summary>
    private sealed class InputSources(PipelineCoreType type, uint firstSeed)
    {
        private readonly Dictionary<int, InputSource> sources = [];

        public InputSource Of(int unit)
        {
            if (sources.TryGetValue(unit, out var source)) return source;
            var before = type.Somas.AsSpan(0, unit);
            var seed = firstSeed;
            foreach (var other in before)
                if (other.Model == SomaModel.Input && other.Refusal is null) seed++;
            return sources[unit] = new(seed);
        }
    }

    private readonly record struct BlockKind(ushort Soma, ushort Dendrite, bool IsPlain, ResetMode Reset, bool IsForced);
}
