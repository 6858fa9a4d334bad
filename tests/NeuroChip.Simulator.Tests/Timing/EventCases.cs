using System.Collections.Immutable;
using NeuroChip.HwModels;
using NeuroChip.Ir.Diagnostics;
using NeuroChip.Ir.Images;
using NeuroChip.Ir.Ncir;
using NeuroChip.Ir.Ncir.AddressFunctions;
using NeuroChip.Ir.Tensors;
using NeuroChip.Runtime;
using NeuroChip.Simulator.Timing.Events;

namespace NeuroChip.Simulator.Tests.Timing;

/// <summary>Small networks on hand-made chips for tests of event timing.</summary>
internal static class EventCases
{
    public static ManyCoreChip Chip { get; } = ChipModelReader.Load<ManyCoreChip>("spinnaker1");

    public static ManyCoreChip WithPipeline(ManyCoreChip chip, Func<PipelineModel, PipelineModel> change) => chip with { Pipeline = change(chip.Pipeline!) };

    public static ManyCoreChip Crowded(int sendQueue, int linkBuffer, int wait) =>
        WithPipeline(Chip, p => p with { SendQueue = p.SendQueue.With(sendQueue), LinkBuffer = p.LinkBuffer.With(linkBuffer) }) with
        {
            Noc = Chip.Noc with { RouterWait = Chip.Noc.RouterWait.With(wait) },
            Core = Chip.Core with { SpikeQueue = Chip.Core.SpikeQueue.With(4096) },
        };

    /// <summary>Eight cores on two chips send to two beyond them, all over the same links.</summary>
    public static (ChipImage Image, SampleInput Input) Crowd(ManyCoreChip chip) => Pair(
        chip, 320, 400, 10,
        [.. Enumerable.Range(0, 8).Select(i => new Seat(0, 50 * i, 50, i / 4, 0, 1 + (i % 4))), new(1, 0, 5, 3, 0, 1), new(1, 5, 5, 3, 2, 1)]);

    /// <summary>An input of which the first neurons spike in every step, and a dense layer.</summary>
    public static (ChipImage Image, SampleInput Input) Pair(ManyCoreChip chip, int spikes, int sources, int targets, params Seat[] seats)
    {
        var net = new NetworkBuilder(Arithmetic.Float32, seed: 4);
        var input = net.Input("x", Networks.Flat(sources), SpikeDomain.Binary, isStatic: true);
        var layer = net.Lif("layer", Networks.Flat(targets));
        net.Project(input, layer, new DenseMap(sources, targets));
        var values = Enumerable.Range(0, sources).Select(a => a < spikes ? 1f : 0f).ToArray();
        return (Images.OnCores(net.Build(), chip, seats), SampleInput.Of("x", Tensor.Vector(values)));
    }

    public static SampleResult Run(ChipImage image, SampleInput input, Simulator.Timing.ITimingModel? timing = null)
    {
        using var chip = new SimulatedChip(null, timing ?? new EventTiming());
        chip.Load(image);
        return chip.Run(input, RunRecording.All);
    }
}
