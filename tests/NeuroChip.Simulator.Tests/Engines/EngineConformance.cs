using System.Collections.Immutable;
using FsCheck;
using FsCheck.Fluent;
using NeuroChip.Ir.Images;
using NeuroChip.Ir.Ncir;
using NeuroChip.Simulator.Engines;
using NeuroChip.TestKit;

namespace NeuroChip.Simulator.Tests.Engines;

/// <summary>What every engine must do: give the bits of the interpreter. One class per engine inherits this.</summary>
public abstract class EngineConformance
{
    /// <summary>Names of networks and of arithmetics.</summary>
    public static TheoryData<string, string> Cases
    {
        get
        {
            var cases = new TheoryData<string, string>();
            foreach (var network in Networks.All.Keys)
                foreach (var arithmetic in new[] { "float32", "int8", "int16 in 16" }) cases.Add(network, arithmetic);
            return cases;
        }
    }

    /// <summary>Makes the engine under test.</summary>
    protected abstract ISpikeEngine Create(ChipImage image);

    /// <summary>Every payload and every state of every step is that of the interpreter.</summary>
    [Theory]
    [MemberData(nameof(Cases))]
    public void Gives_the_bits_of_the_interpreter(string network, string arithmetic)
    {
        foreach (var seed in new[] { 1, 2 })
        {
            var (test, expected) = Oracle.Of(network, arithmetic, seed);
            AssertEqual(test, expected);
        }
    }

    /// <summary>The same for random modules over everything ncir has.</summary>
    [Theory]
    [InlineData(ArithmeticKind.Float32)]
    [InlineData(ArithmeticKind.Integer)]
    public void Gives_the_bits_of_the_interpreter_on_generated_modules(ArithmeticKind kind)
    {
        Prop.ForAll(ModuleGenerator.Modules(kind), module =>
        {
            var inputs = ModuleGenerator.Inputs(module, seed: 1).ToImmutableDictionary();
            AssertEqual(new(module, inputs), new ModuleInterpreter(module).Run(inputs, record: true));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(60));
    }

    /// <summary>The same for two hundred generated modules that never change, so that one that failed once is run again.</summary>
    [Theory]
    [InlineData(ArithmeticKind.Float32)]
    [InlineData(ArithmeticKind.Integer)]
    public void Gives_the_bits_of_the_interpreter_on_pinned_modules(ArithmeticKind kind)
    {
        for (var seed = 1; seed <= 200; seed++)
        {
            var (test, expected) = Oracle.OfGenerated(seed, kind);
            try
            {
                AssertEqual(test, expected);
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"module of seed {seed} in {kind}: {e.Message}", e);
            }
        }
    }

    /// <summary>Sums start from 0 where the bias is -0: a relay would show the sign.</summary>
    [Fact]
    public void A_bias_of_minus_zero_is_zero()
    {
        var test = Oracle.Of("shortcut", "float32", 1).Test;
        var module = test.Module with { Populations = [.. test.Module.Populations.Select(p => p.Neuron is Ir.Neurons.RelayNeuron ? p with { Bias = [Ir.Tensors.Tensor.Vector(-0f)] } : p)] };
        Assert.NotEqual(test.Module, module);
        var silent = test.Inputs.ToImmutableDictionary(i => i.Key, i => Ir.Tensors.Tensor.Of(i.Value.Shape, new float[i.Value.Length]));
        AssertEqual(new(module, silent), new ModuleInterpreter(module).Run(silent, record: true));
    }

    /// <summary>A second sample is not influenced by the first.</summary>
    [Fact]
    public void Reset_forgets_everything()
    {
        foreach (var name in new[] { "delays", "recurrent", "csr" })
        {
            var test = Oracle.Of(name, "float32", 3).Test;
            var image = Images.WithoutCores(test.Module);
            using var engine = Create(image);
            var first = Run(engine, test, image);
            engine.Reset();
            Assert.Equal(first, Run(engine, test, image));
        }
    }

    internal void AssertEqual(TestCase test, ModuleRun expected)
    {
        var image = Images.WithoutCores(test.Module);
        using var engine = Create(image);
        var feed = new SampleFeed(image, test.Inputs);
        if (!image.Sites.IsEmpty) engine.Reset(feed.Sites);
        for (var step = 0; step < image.Steps; step++)
        {
            engine.Step(feed);
            foreach (var population in image.Populations)
            {
                var payloads = Compare(engine, image, Signal.Emission(population.Id), expected.Emissions[population.Id.Index], step);
                Assert.Equal(Enumerable.Range(0, population.Size).Where(a => (payloads[a] & int.MaxValue) != 0), engine.Active(population.Id).ToArray());
                for (var s = 0; s < population.Neuron.States; s++)
                    Compare(engine, image, new Signal(population.Id, s), expected.States[population.Id.Index][s], step);
            }
        }
    }

    private static int[] Compare(ISpikeEngine engine, ChipImage image, Signal signal, Ir.Tensors.Tensor expected, int step)
    {
        var population = image.Populations[signal.Population.Index];
        var actual = Bits(engine, image, signal).AsSpan(0, population.Size).ToArray();
        var wanted = expected.Type == Ir.Tensors.DType.Int32
            ? expected.Array<int>()
            : System.Runtime.InteropServices.MemoryMarshal.Cast<float, int>(expected.Array<float>());
        var at = actual.AsSpan().CommonPrefixLength(wanted.Slice(step * population.Size, population.Size));
        Assert.True(at == actual.Length, $"{population.Name}[{at}], signal {signal.State}, step {step} differs");
        return actual;
    }

    /// <summary>All payloads of all steps.</summary>
    internal static List<int> Run(ISpikeEngine engine, TestCase test, ChipImage image)
    {
        var all = new List<int>();
        var feed = new SampleFeed(image, test.Inputs);
        for (var step = 0; step < image.Steps; step++)
        {
            engine.Step(feed);
            foreach (var population in image.Populations) all.AddRange(Bits(engine, image, Signal.Emission(population.Id)).Take(population.Size));
        }

        return all;
    }

    private static int[] Bits(ISpikeEngine engine, ChipImage image, Signal signal) => image.Arithmetic.Kind == ArithmeticKind.Integer
        ? engine.Numbers<int>(signal)
        : Array.ConvertAll(engine.Numbers<float>(signal), BitConverter.SingleToInt32Bits);
}

/// <summary>The slow engine.</summary>
public sealed class ReferenceEngineTests : EngineConformance
{
    /// <inheritdoc/>
    protected override ISpikeEngine Create(ChipImage image) => SpikeEngines.Reference.Create(image, 1);
}

/// <summary>The fast engine with the registers of this machine.</summary>
public sealed class CpuEngineTests : EngineConformance
{
    /// <inheritdoc/>
    protected override ISpikeEngine Create(ChipImage image) => SpikeEngines.Cpu.Create(image, 1);
}

/// <summary>The fast engine on two threads.</summary>
public sealed class CpuEngineOnTwoThreadsTests : EngineConformance
{
    /// <inheritdoc/>
    protected override ISpikeEngine Create(ChipImage image) => SpikeEngines.Cpu.Create(image, 2);
}

/// <summary>The fast engine as on a machine with 256-bit registers, on three threads.</summary>
public sealed class CpuEngineWithNarrowRegistersTests : EngineConformance
{
    /// <inheritdoc/>
    protected override ISpikeEngine Create(ChipImage image) => image.Arithmetic.Kind == ArithmeticKind.Integer
        ? new CpuEngine<int>(image, 3, Simulator.Engines.Kernels.RegisterWidth.Bits256)
        : new CpuEngine<float>(image, 3, Simulator.Engines.Kernels.RegisterWidth.Bits256);
}
