using NeuroChip.Compiler.Mapping;
using NeuroChip.Compiler.Passes;
using NeuroChip.Ir.Ncir;
using NeuroChip.Ir.Neurons;
using NeuroChip.Ir.Tensors;

namespace NeuroChip.Compiler.Tests.Mapping;

public sealed class RelayDelaysTests
{
    [Theory]
    [InlineData(ArithmeticKind.Float32)]
    [InlineData(ArithmeticKind.Integer)]
    public void LongSkipsAreCutAndTheNetworkComputesTheSame(ArithmeticKind kind)
    {
        var module = Deep(kind == ArithmeticKind.Float32 ? Arithmetic.Float32 : new(kind, 8, 16), 20);
        var cut = RelayDelays.Run(module, 6);
        Assert.Empty(Verifier.Verify(cut));
        // 20 ticks to the last layer: three relays; 11 ticks to the middle one: the first of them.
        Assert.Equal(3, cut.Populations.Count(p => p.Neuron is RelayNeuron));
        Assert.All(cut.Projections, p => Assert.InRange(PhysicalDelay.Of(cut, p), 1, 6));

        var input = new Dictionary<string, Tensor> { ["x"] = Tensor.Of<float>([1, 6], [1, 0, 1, 1, 0, 1]) };
        var before = new ModuleInterpreter(module).Run(input);
        var after = new ModuleInterpreter(cut).Run(input);
        Assert.Equal(before.Outputs["out"].ToFloats(), after.Outputs["out"].ToFloats());
        Assert.Contains(before.Outputs["out"].ToFloats(), v => v > 0);
        MappingPipeline.Map(cut, Networks.Board);
    }

    [Fact]
    public void NothingToCutGivesTheSameModule()
    {
        var module = Networks.Digits();
        Assert.Same(module, RelayDelays.Run(module, 1));
        Assert.Same(module, RelayDelays.Run(module, 16));
    }

    private static Module Deep(Arithmetic arithmetic, int layers)
    {
        var n = new Networks("deep", arithmetic);
        var x = n.Input("x", 1, 6);
        var at = x;
        for (var k = 0; k < layers; k++)
        {
            at = n.Dense($"fc{k}", at, 6);
            if (k == 10 || k == layers - 1) n.Identity(x, at);
        }
        return n.Build();
    }
}
