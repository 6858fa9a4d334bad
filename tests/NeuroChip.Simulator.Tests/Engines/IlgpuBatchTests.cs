#if GPU
using System.Collections.Immutable;
using NeuroChip.Ir.Images;
using NeuroChip.Ir.Ncir;
using NeuroChip.Ir.Tensors;
using NeuroChip.Runtime;
using NeuroChip.Simulator.Engines;
using NeuroChip.Simulator.Gpu;
using NeuroChip.TestKit;

namespace NeuroChip.Simulator.Tests.Engines;

/// <summary>Several samples side by side on the GPU engine: each is what it is alone.</summary>
[Collection("device")]
public sealed class IlgpuBatchTests
{
    private static SpikeEngineEntry OnDevice { get; } = new("device", (_, _) => throw new InvalidOperationException("only batches")) { CreateBatch = Create };

    /// <summary>Networks that use every kernel between them, and what a sample has of its own: states, delays, recurrence, rows from payloads, a static input.</summary>
    public static TheoryData<string, string> Cases
    {
        get
        {
            var cases = new TheoryData<string, string>();
            foreach (var network in new[]
            {
                "dense count", "conv 3x3", "conv grouped", "deconv", "pool max real", "attention keys and values first", "attention mask", "csr", "permutation", "recurrent", "delays", "shortcut", "deep",
            })
                foreach (var arithmetic in new[] { "float32", "int8" }) cases.Add(network, arithmetic);
            return cases;
        }
    }

    /// <summary>Batches of three different samples, then of two: the second must find nothing of the first.</summary>
    [Theory]
    [MemberData(nameof(Cases))]
    public void Samples_of_a_batch_do_not_influence_each_other(string network, string arithmetic) => AssertEqual(Oracle.Of(network, arithmetic, 1).Test.Module);

    /// <summary>The same for generated modules, active sites of each sample among them.</summary>
    [Fact]
    public void Samples_of_generated_modules_do_not_influence_each_other()
    {
        for (var seed = 300; seed < 330; seed++) AssertEqual(ModuleGenerator.Generate(seed));
    }

    /// <summary>What cores, tiles and projections did, counted on the device, is what the host counts event by event; times, outputs and recordings follow.</summary>
    [Theory]
    [MemberData(nameof(Cases))]
    public void Activity_counted_on_the_device_is_that_of_the_host(string network, string arithmetic)
    {
        var test = Oracle.Of(network, arithmetic, 1).Test;
        SampleInput[] samples = [.. BatchTests.Samples(test.Inputs).Take(3)];
        foreach (var image in BatchTests.OnEverything(test.Module))
        {
            var recording = RunRecording.Outputs with { CoreTicks = true };
            Assert.Equal(BatchTests.Results(image, SpikeEngines.Cpu, samples, 1, recording), BatchTests.Results(image, OnDevice, samples, 2, recording));
        }
    }

    /// <summary>Populations that the sample brings are not computed, but counted.</summary>
    [Fact]
    public void Recorded_populations_are_counted_on_the_device()
    {
        foreach (var network in new[] { "attention mask", "recurrent", "delays" })
        {
            var test = Oracle.Of(network, "int8", 1).Test;
            var image = BatchTests.OnEverything(test.Module).First();
            var emissions = new ChipSession(new SimulatedChip(), image).Run([new(test.Inputs)], RunRecording.All).Samples[0].Recorded;
            var sample = new SampleInput(test.Inputs) { Recorded = emissions.ToImmutableDictionary(e => e.Key, e => Tensor.Of(e.Value.Shape, Enumerable.Range(0, e.Value.Length).Select(e.Value.At).ToArray())) };
            Assert.Equal(
                BatchTests.Results(image, SpikeEngines.Cpu, [sample, sample], 1, RunRecording.All), BatchTests.Results(image, OnDevice, [sample, sample], 2, RunRecording.All));
        }
    }

    /// <summary>The capacity is what the memory holds, and a sample that does not fit in is refused.</summary>
    [Fact]
    public void As_many_samples_go_at_once_as_fit()
    {
        var image = Images.WithoutCores(Oracle.Of("conv many pixels", "float32", 1).Test.Module);
        var kept = All(image);
        long NeededFor(int samples)
        {
            var (least, most) = (0L, 1L << 40);
            while (most - least > 1)
            {
                var middle = (least + most) / 2;
                if (CapacityWith(middle) >= samples) most = middle;
                else least = middle;
            }

            return most;
        }

        int CapacityWith(long bytes)
        {
            try
            {
                using var engine = IlgpuEngineTests.Device.Create(image, kept, 4, bytes);
                return engine.Capacity;
            }
            catch (Ir.Diagnostics.DiagnosticException e) when (e.Diagnostics[0].Code == "NC5150")
            {
                return 0;
            }
        }

        var (one, two, three) = (NeededFor(1), NeededFor(2), NeededFor(3));
        Assert.True(one < two, $"{one} bytes for one sample, {two} for two");
        Assert.Equal(two - one, three - two);
        Assert.Equal(4, CapacityWith(1L << 40));
    }

    private static void AssertEqual(Module module)
    {
        var image = Images.WithoutCores(module);
        SampleFeed[] feeds = [.. Enumerable.Range(1, 3).Select(seed => new SampleFeed(image, ModuleGenerator.Inputs(module, seed)))];
        var request = All(image);
        using var device = Create(image, request, 3);
        Assert.Equal(3, device.Capacity);
        foreach (var batch in new[] { feeds, [feeds[2], feeds[0]] })
        {
            var run = device.Run(batch);
            for (var s = 0; s < batch.Length; s++)
            {
                using var alone = SpikeEngines.Cpu.Create(image, 1);
                alone.Reset(image.Sites.IsEmpty ? null : batch[s].Sites);
                for (var step = 0; step < image.Steps; step++)
                {
                    alone.Step(batch[s]);
                    foreach (var signal in request.Kept)
                    {
                        var (expected, actual) = (Bits(alone, image, signal), Bits(run.At(s, step), image, signal));
                        var size = image.Populations[signal.Population.Index].Size;
                        var at = actual.AsSpan(0, size).CommonPrefixLength(expected.AsSpan(0, size));
                        Assert.True(at == size, $"'{module.Name}': {image.Populations[signal.Population.Index].Name}[{at}], signal {signal.State}, sample {s}, step {step} differs");
                    }
                }
            }
        }
    }

    /// <summary>Events are followed in some of the networks, and threads have several outputs.</summary>
    private static IBatchEngine Create(ChipImage image, BatchRequest request, int samples) =>
        IlgpuEngineTests.Device.Create(image, request, samples, IlgpuEngineTests.Device.Memory, new(Bucket: 4, FanOut: 8, Lanes: 4));

    private static BatchRequest All(ChipImage image) =>
        new([.. image.Populations.SelectMany(p => Enumerable.Range(-1, 1 + p.Neuron.States).Select(s => new Signal(p.Id, s)))], TallyPlan.None);

    private static int[] Bits(IStepView view, ChipImage image, Signal signal) => image.Arithmetic.Kind == ArithmeticKind.Integer
        ? view.Numbers<int>(signal)
        : Array.ConvertAll(view.Numbers<float>(signal), BitConverter.SingleToInt32Bits);
}
#endif
