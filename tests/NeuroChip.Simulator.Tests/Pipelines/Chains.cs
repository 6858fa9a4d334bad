using System.Collections.Immutable;
using NeuroChip.HwModels.Pipelines;
using NeuroChip.Ir.Ncir.AddressFunctions;
using NeuroChip.Ir.Pipelines;
using NeuroChip.Ir.Tensors;
using NeuroChip.Simulator.Pipelines;

namespace NeuroChip.Simulator.Tests.Pipelines;

/// <summary>Small networks on a row of tiles with one core each, with costs that tests choose.</summary>
internal sealed record Chains
{
    public double Access { get; init; } = 1e-9;

    public double SpikeOut { get; init; } = 10e-9;

    public double MessageOut { get; init; }

    public double MessageIn { get; init; } = 5e-9;

    public double Hop { get; init; } = 20e-9;

    public double Synapse { get; init; } = 2e-9;

    public int Buffer { get; init; } = 4;

    public int Tiles { get; init; } = 8;

    /// <summary>Neurons of the group 's' by core, then those of 't'; every neuron of 's' fires in the first step.</summary>
    public required int[] Sources { get; init; }

    public required int[] Targets { get; init; }

    /// <summary>Pairs of a source and a target; in the order of sources, targets ascending.</summary>
    public required (int From, int To)[] Edges { get; init; }

    public PipelineChip Chip
    {
        get
        {
            var type = new PipelineCoreType(
                StepBuffer.BeforeSoma,
                1000,
                [new("synapse", null, new(0, Synapse))],
                [new("dendrite", null, DendriteModel.Accumulator, default)],
                [new("soma", null, SomaModel.LeakyIntegrateFire, new(0, Access), default, new(0, SpikeOut))],
                new(0, MessageIn),
                new(0, MessageOut));
            var hop = new ActionCost(1, Hop);
            return new(
                "row",
                "test",
                new(Tiles, 1, Buffer),
                [.. Enumerable.Range(0, Tiles).Select(t => new PipelineTile($"t{t}", t, 0, t, 1, new(hop, hop, hop, hop)))],
                [.. Enumerable.Range(0, Tiles).Select(t => new PipelineCore("c", t, 0, type))],
                new([(0, 0)]));
        }
    }

    public PipelineNetwork Network
    {
        get
        {
            int[] cores = [.. Sources, .. Targets];
            var (first, second) = (new NeuronParameters(Sources.Length), new NeuronParameters(Targets.Length));
            first.Set(NeuronParameter.Bias, 1);
            second.Set(NeuronParameter.Threshold, 1e6);
            var offsets = new int[Sources.Length + 1];
            foreach (var (from, _) in Edges) offsets[from + 1]++;
            for (var i = 0; i < Sources.Length; i++) offsets[i + 1] += offsets[i];
            var none = ImmutableDictionary<int, ImmutableArray<bool>>.Empty;
            var zeros = new ushort[cores.Length].ToImmutableArray();
            return new(
                "chain",
                [new("s", 0, Sources.Length, 1, first, none), new("t", Sources.Length, Targets.Length, 1, second, none)],
                [new(0, 1, new CsrMap([.. offsets], [.. Edges.Select(e => e.To)], Targets.Length), Tensor.Vector(Edges.Select(_ => 1f).ToArray()), 0)],
                new([.. Enumerable.Range(0, cores.Length)], [.. cores], zeros, zeros, zeros));
        }
    }

    /// <summary>Seconds of the first step.</summary>
    public double Seconds(string timing) => new PipelineSimulator(Chip, Network).Run(new(1, timing)).Totals.Seconds;
}
