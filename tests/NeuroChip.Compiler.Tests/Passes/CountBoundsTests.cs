using NeuroChip.Compiler.Passes;
using NeuroChip.Ir.Ncir;
using NeuroChip.Ir.Ncir.AddressFunctions;
using NeuroChip.Ir.Neurons;
using NeuroChip.Ir.Tensors;

namespace NeuroChip.Compiler.Tests.Passes;

/// <summary>What only adds counts emits counts, and no more than can arrive.</summary>
public sealed class CountBoundsTests
{
    [Fact]
    public void ProductsAndSumsOfSpikesAreBoundedCounts()
    {
        // K^T V over 5 tokens of 3 channels, its column sums, and a sum weighted by twos.
        var make = new FloatModules(1);
        var k = make.Input(new([5, 3], false));
        var product = make.Add("product", new RelayNeuron(Parameter.One), new([3, 3], false), SpikeDomain.Real);
        var sums = make.Add("sums", new RelayNeuron(Parameter.One), new([3], false), SpikeDomain.Real);
        var twice = make.Add("twice", new RelayNeuron(Parameter.One), new([3], false), SpikeDomain.Real);
        var half = make.Add("half", new RelayNeuron(Parameter.One), new([3], false), SpikeDomain.Real);
        make.Wire(k, product, new StridedMap(15, 9, 15, 0, 0, 0, [new(5, 3, 0, 3), new(3, 1, 3, 0), new(3, 0, 1, 1)]), Projection.NoRows, rowsFrom: k);
        make.Wire(product, sums, new DenseMap(9, 3), Ones(27));
        make.Wire(sums, twice, new IdentityMap(3, 1), Tensor.Vector(2f));
        make.Wire(sums, half, new IdentityMap(3, 1), Tensor.Vector(0.5f));
        var module = new InferDomains().Run(make.Build(Signal.Emission(twice), Signal.Emission(half)), new());
        Assert.Equal([SpikeDomain.Binary, SpikeDomain.Count, SpikeDomain.Count, SpikeDomain.Count, SpikeDomain.Real], module.Populations.Select(p => p.Domain));
        Assert.All(module.Projections, p => Assert.Equal(ProjectionKind.Sparse, p.Kind));
        Assert.Equal<long?>([1, 5, 45, 90, null], CountBounds.Of(module));
        Assert.Empty(Verifier.Verify(module));
    }

    [Fact]
    public void AClipBoundsIntegerValuedSpikes()
    {
        // floor(clamp(4x, 0, 4) + 0.5)
        var program = new ElementwiseProgram(
            1, [new Parameter(4), Parameter.Zero, new Parameter(0.5)],
            [
                new(ElementwiseOp.Input, 0), new(ElementwiseOp.Parameter, 0), new(ElementwiseOp.Multiply, 0, 1), new(ElementwiseOp.Parameter, 1), new(ElementwiseOp.Maximum, 2, 3),
                new(ElementwiseOp.Minimum, 4, 1), new(ElementwiseOp.Parameter, 2), new(ElementwiseOp.Add, 5, 6), new(ElementwiseOp.Floor, 7),
            ], 8, []);
        Assert.Equal((0, 4), ElementwiseRange.Emission(program));
        Assert.Equal(double.PositiveInfinity, ElementwiseRange.Emission(program with { Emission = 4 }).Greatest);
    }

    private static Tensor Ones(int count) => Tensor.Vector([.. Enumerable.Repeat(1f, count)]);
}
