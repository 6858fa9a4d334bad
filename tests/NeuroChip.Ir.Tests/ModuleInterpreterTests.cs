using NeuroChip.Ir.Ncir;
using NeuroChip.Ir.Ncir.AddressFunctions;
using NeuroChip.Ir.Neurons;
using NeuroChip.Ir.Tensors;

namespace NeuroChip.Ir.Tests;

/// <summary>The interpreter against hand calculation, on networks small enough to follow.</summary>
public sealed class ModuleInterpreterTests
{
    private static readonly Arithmetic Int8 = new(ArithmeticKind.Integer, 8, 16);

    [Fact]
    public void Leaky_neuron_fires_resets_and_decays()
    {
        // v = 0.5 v + x, threshold 1, hard reset to 0: 0.75 | 0.375+0.75=1.125 fires | 0+0.75 | 0.375+0.75=1.125 fires
        var lif = new LifNeuron("LIF", new(0.5), Parameter.Zero, Parameter.Zero, Parameter.Zero, Parameter.One, Parameter.One, false, Parameter.Zero);
        var module = Chain(Arithmetic.Float32, lif, 4, new DenseMap(1, 1), Tensor.Vector(0.75f), 1);
        var run = new ModuleInterpreter(module).Run(new Dictionary<string, Tensor> { ["x"] = Tensor.Vector(1f, 1f, 1f, 1f) }, record: true);
        Assert.Equal([0f, 1f, 0f, 1f], run.Outputs["y"].Array<float>());
        Assert.Equal([0.75f, 1.125f, 0.75f, 1.125f], run.States[1][0].Array<float>());
    }

    [Fact]
    public void Integer_sums_saturate_before_the_step()
    {
        var module = Chain(Int8, new RelayNeuron(new(FixedPoint.One)), 1, new DenseMap(3, 2), Tensor.Vector<sbyte>(127, -128, 127, -128, 127, -128), 2);
        var run = new ModuleInterpreter(module).Run(new Dictionary<string, Tensor> { ["x"] = Tensor.Vector(100f, 100f, 100f) }, record: true);
        Assert.Equal([32767, -32768], run.Emissions[1].Array<int>());
    }

    [Fact]
    public void Source_rounds_half_to_even_in_its_unit()
    {
        var module = Chain(Int8, new RelayNeuron(new(FixedPoint.One)), 1, new IdentityMap(4, 1), Tensor.Vector<sbyte>(1), 4, unit: 0.5);
        var run = new ModuleInterpreter(module).Run(new Dictionary<string, Tensor> { ["x"] = Tensor.Vector(1.25f, 0.75f, -0.25f, 1e9f) }, record: true);
        Assert.Equal([2, 2, 0, 32767], run.Emissions[0].Array<int>());
    }

    [Fact]
    public void Delayed_recurrence_sees_the_step_before()
    {
        // y(t) = x(t) + 2 y(t-1)
        var module = Chain(Arithmetic.Float32, new RelayNeuron(Parameter.One), 4, new IdentityMap(1, 1), Tensor.Vector(1f), 1);
        module = module with
        {
            Projections = module.Projections.Add(new("loop", new(1), new(1), 0, new IdentityMap(1, 1), Tensor.Vector(2f), 1, ProjectionKind.Analog)),
        };
        var run = new ModuleInterpreter(module).Run(new Dictionary<string, Tensor> { ["x"] = Tensor.Vector(1f, 0f, 3f, 0f) });
        Assert.Equal([1f, 2f, 7f, 14f], run.Outputs["y"].Array<float>());
    }

    [Fact]
    public void Greatest_counts_silent_sources_and_is_added_to_the_bias()
    {
        var pool = new PoolMap(new Window(4, 2, 2, 2), Window.Single, 1, false);
        var module = Chain(Arithmetic.Float32, new RelayNeuron(Parameter.One), 1, pool, Tensor.Vector(1f), 2, Reduction.Max);
        module = module with { Populations = [module.Populations[0], module.Populations[1] with { Bias = [Tensor.Vector(10f)] }] };
        var run = new ModuleInterpreter(module).Run(new Dictionary<string, Tensor> { ["x"] = Tensor.Vector(-3f, 0f, -5f, -2f) });
        Assert.Equal([10f, 8f], run.Outputs["y"].Array<float>());
    }

    [Fact]
    public void Readout_stacks_steps_where_the_model_has_them()
    {
        var module = Chain(Arithmetic.Float32, new RelayNeuron(Parameter.One), 3, new IdentityMap(2, 1), Tensor.Vector(1f), 2);
        var readout = module.Readouts[0] with { TimeAxis = 1, FrameworkShape = [2, 3] };
        var x = new Dictionary<string, Tensor> { ["x"] = Tensor.Of([3, 2], [1f, 2f, 3f, 4f, 5f, 7f]) };
        Assert.Equal([1f, 3f, 5f, 2f, 4f, 7f], Output(readout));
        Assert.Equal([5f, 7f], Output(readout with { Time = TimeReduction.Last, FrameworkShape = [2] }));
        Assert.Equal([9f, 13f], Output(readout with { Time = TimeReduction.Sum, FrameworkShape = [2] }));
        Assert.Equal([3f, 13f / 3f], Output(readout with { Time = TimeReduction.Mean, FrameworkShape = [2] }));

        float[] Output(Readout r) => new ModuleInterpreter(module with { Readouts = [r] }).Run(x).Outputs["y"].Array<float>();
    }

    [Fact]
    public void Arithmetic_neuron_of_an_integer_module_computes_in_values()
    {
        // v' = v + x, emits v' / 0.5 rounded half to even; x comes in units of 0.25.
        var program = new ElementwiseProgram(1, [], [new(ElementwiseOp.State, 0), new(ElementwiseOp.Input, 0), new(ElementwiseOp.Add, 0, 1)], 2, [2]);
        var neuron = new ArithmeticNeuron("integrator", program, [new(0.25)], [new(0.25)], 0.5);
        var module = Chain(Int8, neuron, 2, new IdentityMap(1, 1), Tensor.Vector<sbyte>(1), 1);
        var run = new ModuleInterpreter(module).Run(new Dictionary<string, Tensor> { ["x"] = Tensor.Vector(2f, 3f) }, record: true);
        Assert.Equal([0.75f, 1.5f], run.States[1][0].Array<float>());
        Assert.Equal([2, 3], run.Emissions[1].Array<int>()); // 1.5 -> 2, 3 -> 3
    }

    private static Module Chain(
        Arithmetic arithmetic, Neuron neuron, int steps, AddressFunction map, Tensor rows, int size, Reduction reduction = Reduction.Sum, double unit = 1)
    {
        var x = new Population(new(0), "x", new([map.SourceSize], false), new SourceNeuron("x", false, unit), SpikeDomain.Real, [], 0);
        var y = new Population(new(1), "y", new([size], false), neuron, neuron is LifNeuron ? SpikeDomain.Binary : SpikeDomain.Real, [null], 0);
        var projection = new Projection("x-y", x.Id, y.Id, 0, map, rows, 0, ProjectionKind.Analog, reduction);
        var readout = new Readout("y", [Signal.Emission(y.Id)], [null], ElementwiseProgram.PassThrough, TimeReduction.Each, 0, [steps, size]);
        return new("chain", arithmetic, steps, 1, [x, y], [projection], [readout]);
    }
}
