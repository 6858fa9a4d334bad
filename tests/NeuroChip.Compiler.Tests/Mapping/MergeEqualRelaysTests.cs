using NeuroChip.Compiler.Passes;
using NeuroChip.Ir.Ncir;
using NeuroChip.Ir.Ncir.AddressFunctions;
using NeuroChip.Ir.Neurons;
using NeuroChip.Ir.Tensors;

namespace NeuroChip.Compiler.Tests.Mapping;

public sealed class MergeEqualRelaysTests
{
    [Fact]
    public void EqualSumsAreKeptOnceAndTheNetworkComputesTheSame()
    {
        var module = TwoSums(same: true);
        var merged = new MergeEqualRelays().Run(module, new());
        Assert.Empty(Verifier.Verify(merged));
        Assert.Equal(module.Populations.Length - 1, merged.Populations.Length);
        var input = new Dictionary<string, Tensor> { ["x"] = Tensor.Of<float>([1, 6], [1, 0, 1, 1, 0, 1]) };
        Assert.Equal(
            new ModuleInterpreter(module).Run(input).Outputs["out"].ToFloats(),
            new ModuleInterpreter(merged).Run(input).Outputs["out"].ToFloats());
    }

    [Fact]
    public void DifferentSumsStay()
    {
        var module = TwoSums(same: false);
        Assert.Same(module, new MergeEqualRelays().Run(module, new()));
    }

    private static Module TwoSums(bool same)
    {
        var n = new Networks("sums");
        var x = n.Input("x", 1, 6);
        var a = n.Dense("a", x, 6);
        var relays = new[] { "sum1", "sum2" }.Select(name => n.Add(name, new([1, 6], false), new RelayNeuron(Parameter.One), SpikeDomain.Count)).ToArray();
        foreach (var relay in relays)
        {
            n.Identity(x, relay);
            if (same || relay == relays[0]) n.Identity(a, relay);
        }
        var b = n.Dense("b", relays[0], 6);
        var c = n.Dense("c", b, 6);
        n.Connect(relays[1], c, new DenseMap(6, 6));
        return n.Build();
    }
}
