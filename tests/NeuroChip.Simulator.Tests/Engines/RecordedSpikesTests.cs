using System.Collections.Immutable;
using NeuroChip.Ir.Images;
using NeuroChip.Ir.Ncir;
using NeuroChip.Ir.Neurons;
using NeuroChip.Ir.Tensors;
using NeuroChip.Runtime;
using NeuroChip.Simulator.Engines;

namespace NeuroChip.Simulator.Tests.Engines;

/// <summary>Recorded spikes take the place of computed ones, in every engine.</summary>
public sealed class RecordedSpikesTests
{
    public static TheoryData<string, string, string> Cases
    {
        get
        {
            var cases = new TheoryData<string, string, string>();
            foreach (var network in new[] { "dense count", "conv 3x3", "pool sum", "csr" })
                foreach (var arithmetic in new[] { "float32", "int8" })
                    foreach (var engine in SpikeEngines.Entries) cases.Add(network, arithmetic, engine.Name);
            return cases;
        }
    }

    /// <summary>A network fed with its own spikes does what it did, inputs or not: outputs, spikes and counts are the same.</summary>
    [Theory]
    [MemberData(nameof(Cases))]
    public void Its_own_spikes_change_nothing(string network, string arithmetic, string engine)
    {
        var (test, _) = Oracle.Of(network, arithmetic, 1);
        var image = Images.WithoutCores(test.Module);
        using var chip = new SimulatedChip(SpikeEngines.Find(engine));
        chip.Load(image);
        var everything = RunRecording.Of([.. image.Populations.Select(p => p.Name)]);
        var before = chip.Run(new SampleInput([.. test.Inputs]), everything);
        var after = chip.Run(new SampleInput(Silent(image)) { Recorded = before.Recorded.ToImmutableDictionary(r => r.Key, r => Doubles(r.Value)) }, everything);
        foreach (var (name, emissions) in before.Recorded) Assert.Equal(Doubles(emissions).Array<double>(), Doubles(after.Recorded[name]).Array<double>());
        Assert.Equal(before.Activity.Projections.AsEnumerable(), after.Activity.Projections);
        foreach (var (name, output) in before.Outputs) Assert.Equal(output.Array<float>(), after.Outputs[name].Array<float>());
    }

    /// <summary>A recorded layer emits what was recorded, whatever its inputs say, and the layers after it work with that: both engines agree on them.</summary>
    [Theory]
    [InlineData("conv 3x3", "float32")]
    [InlineData("conv 3x3", "int8")]
    [InlineData("pool sum", "int8")]
    public void Foreign_spikes_are_emitted_and_heard(string network, string arithmetic)
    {
        var (test, _) = Oracle.Of(network, arithmetic, 1);
        var image = Images.WithoutCores(test.Module);
        var population = image.Populations.First(p => p.Neuron is not SourceNeuron);
        var random = new Random(3);
        var foreign = Tensor.Of([image.Steps, .. population.Layout.FrameworkShape], Enumerable.Range(0, image.Steps * population.Size).Select(_ => (double)random.Next(2)).ToArray());
        var everything = RunRecording.Of([.. image.Populations.Select(p => p.Name)]);
        var results = SpikeEngines.Entries.Select(entry =>
        {
            using var chip = new SimulatedChip(entry);
            chip.Load(image);
            return chip.Run(new SampleInput([.. test.Inputs]) { Recorded = ImmutableDictionary<string, Tensor>.Empty.Add(population.Name, foreign) }, everything);
        }).ToArray();
        foreach (var result in results)
        {
            Assert.Equal(foreign.Array<double>(), Doubles(result.Recorded[population.Name]).Array<double>());
            foreach (var (name, emissions) in results[0].Recorded) Assert.Equal(Doubles(emissions).Array<double>(), Doubles(result.Recorded[name]).Array<double>());
            Assert.Equal(results[0].Activity.Projections.AsEnumerable(), result.Activity.Projections);
        }
    }

    private static ImmutableDictionary<string, Tensor> Silent(ChipImage image) => image.Populations.Where(p => p.Neuron is SourceNeuron).ToImmutableDictionary(
        p => ((SourceNeuron)p.Neuron).Input,
        p => Tensor.Of([p.Size * (((SourceNeuron)p.Neuron).Static ? 1 : image.Steps)], new float[p.Size * (((SourceNeuron)p.Neuron).Static ? 1 : image.Steps)]));

    private static Tensor Doubles(Tensor tensor) => Tensor.Of(tensor.Shape, Enumerable.Range(0, tensor.Length).Select(tensor.At).ToArray());
}
