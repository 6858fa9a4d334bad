using System.Collections.Immutable;
using NeuroChip.HwModels;
using NeuroChip.Ir;
using NeuroChip.Ir.Images;
using NeuroChip.Ir.Ncir;
using NeuroChip.Ir.Ncir.AddressFunctions;
using NeuroChip.Ir.Neurons;
using NeuroChip.Ir.Tensors;

namespace NeuroChip.Runtime.Tests;

/// <summary>A network of one analog input and one spiking layer on two cores of two chips, and a device that needs no simulator.</summary>
internal static class TinyNetwork
{
    public const int Steps = 3;

    public static ManyCoreChip Chip { get; } = ChipModelReader.Load<ManyCoreChip>("spinnaker1");

    /// <summary>Input 'x' [1,4]: static or fed per step; layer 'n' [1,2]; output 'rate' [1,2], or 'spikes' [3,1,2] when every step is kept.</summary>
    public static ChipImage Image(bool perStep = false, bool everyStep = false, SpikeDomain domain = SpikeDomain.Real, int steps = Steps)
    {
        var one = new Parameter(1);
        var lif = new LifNeuron("IF, hard reset", one, Parameter.Zero, Parameter.Zero, Parameter.Zero, one, one, false, Parameter.Zero);
        var readout = everyStep
            ? new Readout("spikes", [Signal.Emission(new(1))], [null], ElementwiseProgram.PassThrough, TimeReduction.Each, 0, [steps, 1, 2])
            : new Readout("rate", [Signal.Emission(new(1))], [null], ElementwiseProgram.PassThrough, TimeReduction.Mean, 0, [1, 2]);
        return new ChipImage(
            "tiny",
            Chip.ToYaml(),
            Arithmetic.Float32,
            steps,
            1,
            [
                new Population(new(0), "x", new Layout([1, 4], false), new SourceNeuron("x", !perStep), domain, [], 0),
                new Population(new(1), "n", new Layout([1, 2], false), lif, SpikeDomain.Binary, [null], 1),
            ],
            [new Projection("x->n", new(0), new(1), 0, new DenseMap(4, 2), Tensor.Of([4, 2], [0f, 1, 2, 0, 1, 1, 1, 1]), 0, ProjectionKind.Analog)],
            [readout],
            [
                new ImageCore(0, 0, 1, new CoreSlice(new(0), 0, 4, 0x100, 0xffffff00), [new MemoryUse("DTCM", "neuron state", 64)]),
                new ImageCore(1, 0, 2, new CoreSlice(new(1), 0, 2, 0x200, 0xffffff00), [new MemoryUse("DTCM", "neuron state", 32), new MemoryUse("SDRAM", "synaptic rows", 128)]),
            ],
            [new ImageRouter(0, 0, [new RoutingEntry(0x100, 0xffffff00, 1)]), new ImageRouter(1, 0, [new RoutingEntry(0x100, 0xffffff00, 1 << 8)])]);
    }

    /// <summary>Adds up the first half of the input for class 0 and the second half for class 1, and reports fixed activity.</summary>
    public sealed class Device : IChipDevice
    {
        private ChipImage image = null!;

        public string Description => "a device for tests";

        public void Load(ChipImage image) => this.image = image;

        public IReadOnlyList<SampleResult> Run(IReadOnlyList<SampleInput> inputs, RunRecording recording) => [.. inputs.Select(input => Run(input, recording))];

        private SampleResult Run(SampleInput input, RunRecording recording)
        {
            var x = input["x"].Span<float>().ToArray();
            var readout = image.Readouts[0];
            var scores = new float[Tensor.Count(readout.FrameworkShape.AsSpan())];
            for (var i = 0; i < x.Length; i++) scores[((i % 4) / 2) + (scores.Length > 2 ? i / 4 * 2 % scores.Length : 0)] += x[i];
            var recorded = image.Populations.Where(recording.Keeps).ToImmutableDictionary(
                p => p.Name, p => Tensor.Of(p.Layout.FrameworkShape.Insert(0, image.Steps), new sbyte[p.Size * image.Steps]));
            return new SampleResult(
                ImmutableDictionary<string, Tensor>.Empty.Add(readout.Name, Tensor.Of(readout.FrameworkShape, scores)), recorded, ActivityOf(image.Steps), TimingOf(image.Steps));
        }

        private static Activity ActivityOf(int steps) => new(
            [new CoreActivity(0, 4 * steps, 0, 0, 0, 0, 0), new CoreActivity(2 * steps, 2, 4 * steps, 0, 7 * steps, 4 * steps, 8 * steps)],
            [
                new PopulationActivity(0, [.. Enumerable.Repeat(4L, steps)], 4 * steps, 4 * steps, 8 * steps, 4 * steps) { NeuronSteps = 4 * steps },
                new PopulationActivity(2 * steps, [.. Enumerable.Range(0, steps).Select(t => t < 2 ? 1L : 0L)], 0, 0, 0, 0) { NeuronSteps = 2 * steps },
            ],
            [new ProjectionActivity(4 * steps, 0, 6 * steps, 8 * steps) { DenseSlots = 8 * steps }],
            [new LinkActivity(new LinkId(0, 0, 0), 4 * steps, 4 * steps, 4)]);

        private static TimingResult TimingOf(int steps) => new(
            steps + 1,
            new Cycles(200_000),
            1e-3,
            2,
            steps + 1,
            [new CoreTiming(new(1000), new(0), new(199_000), new(300), 0), new CoreTiming(new(50_000), new(10_000), new(140_000), new(250_000), 1)],
            [.. Enumerable.Range(0, steps + 1).Select(t => new Cycles(t == 1 ? 250_000 : 900))]);
    }
}
