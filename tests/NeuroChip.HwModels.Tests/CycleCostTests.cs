using NeuroChip.Ir.Neurons;

namespace NeuroChip.HwModels.Tests;

/// <summary>Cycles of neuron updates, by model.</summary>
public sealed class CycleCostTests
{
    private static readonly CycleCosts Costs = ChipModelReader.Load<ManyCoreChip>("spinnaker1").Cycles;

    [Fact]
    public void EachModelHasItsCost()
    {
        var one = Parameter.One;
        Assert.Equal(12, Costs.NeuronUpdate(new RelayNeuron(one)).Count);
        Assert.Equal(64, Costs.NeuronUpdate(new LifNeuron("LIF", one, one, one, one, one, one, false, one)).Count);

        AffineNeuron Affine(bool spiking, int states) =>
            new("affine", [.. Enumerable.Repeat("s", states)], [], [], [], [], [.. Enumerable.Repeat(one, states)], [], spiking, one, false, []);
        Assert.Equal(80, Costs.NeuronUpdate(Affine(true, 2)).Count); // 64 + 1 more state x 16
        Assert.Equal(16, Costs.NeuronUpdate(Affine(false, 1)).Count);
    }

    [Fact]
    public void ANeuronGivenByItsArithmeticPaysPerOperation()
    {
        var program = new ElementwiseProgram(
            1, [], [new(ElementwiseOp.State, 0), new(ElementwiseOp.Input, 0), new(ElementwiseOp.Add, 0, 1), new(ElementwiseOp.Exponential, 2)], 3, [2]);
        Assert.Equal(2, CycleCosts.Operations(program));
        Assert.Equal(8, Costs.NeuronUpdate(new ArithmeticNeuron("exp", program, [Parameter.Zero], [Parameter.One])).Count);
        Assert.Equal(1, CycleCosts.Operations(ElementwiseProgram.PassThrough));
    }
}
