using NeuroChip.Compiler.Passes;
using NeuroChip.Ir.Ncir;
using NeuroChip.Ir.Ncir.AddressFunctions;
using NeuroChip.Ir.Neurons;
using NeuroChip.Ir.Tensors;

namespace NeuroChip.Compiler.Tests.Passes;

public class ContractionOrderTests
{
    private const int Heads = 2;

    /// <summary>Tokens and channels per head: many tokens want K^T V first, many channels Q K^T.</summary>
    public static TheoryData<int, int, bool, string> Sizes => new()
    {
        { 12, 3, true, "(v k) q" },
        { 12, 3, false, "(k v) q" },
        { 3, 12, true, "(q k) v" },
        { 3, 12, false, "(q k) v" },
    };

    [Theory]
    [MemberData(nameof(Sizes))]
    public void The_cheaper_order_is_taken_and_computes_the_same(int tokens, int channels, bool scoresFirst, string expected)
    {
        var module = Attention(tokens, channels, scoresFirst, new RelayNeuron(Parameter.One));
        var after = new ContractionOrder().Run(module, new PassContext());
        Assert.Empty(Verifier.Verify(after));
        var decision = Assert.Single(after.Decisions);
        Assert.Equal(("contraction order", "attn", expected), (decision.Topic, decision.Subject, decision.Chosen));
        Assert.Equal(decision.Alternatives.Min(a => a.Cost), decision.Alternatives.Single(a => a.Form == decision.Chosen).Cost);
        Assert.Contains("an assumed rate of 0.2", decision.Reason);
        AssertEqual(module, after, tokens * Heads * channels);
        var again = new ContractionOrder().Run(after, new PassContext());
        Assert.Equal(Printer.Print(after), Printer.Print(again with { Decisions = after.Decisions }));
    }

    [Fact]
    public void Costs_are_expected_additions()
    {
        var decision = Assert.Single(new ContractionOrder().Run(Attention(4, 3, true, new RelayNeuron(Parameter.One)), new PassContext()).Decisions);
        // Q K^T: 2 heads x 4 x 4 x 3 pairs at 0.2 x 0.2; a score is not 0 with 1 - 0.96^3; each adds a row of 3 where V fired.
        var scores = (96 * 0.04) + ((1 - Math.Pow(0.96, 3)) * 0.2 * 96);
        // K^T V: 2 heads x 3 x 3 x 4 pairs, sums over 4 tokens, 4 x 3 x 3 x 2 pairs with Q.
        var values = (72 * 0.04) + ((1 - Math.Pow(0.96, 4)) * 0.2 * 72);
        Assert.Equal(Math.Round(scores), decision.Alternatives.Single(a => a.Form == "(q k) v").Cost);
        Assert.Equal(Math.Round(values), decision.Alternatives.Single(a => a.Form == "(v k) q").Cost);
    }

    [Fact]
    public void Rates_of_samples_decide_where_there_are_any()
    {
        var module = Attention(6, 6, true, new RelayNeuron(Parameter.One));
        var samples = Enumerable.Range(0, 2).Select(i => Inputs(6 * Heads * 6, i, q: 0.02, k: 0.5, v: 0.9)).ToArray();
        var decision = Assert.Single(new ContractionOrder().Run(module, new PassContext { Samples = samples }).Decisions);
        // A silent Q makes whatever begins with it cheap.
        Assert.Equal("(q k) v", decision.Chosen);
        Assert.Contains("the rates of 2 samples", decision.Reason);
    }

    [Fact]
    public void A_neuron_between_the_products_fixes_the_order()
    {
        var lif = FloatModules.Leaky(0.5f, 0.5f, hard: true);
        var module = Attention(12, 3, true, lif, SpikeDomain.Binary);
        Assert.Same(module, new ContractionOrder().Run(module, new PassContext()));
    }

    /// <summary>Q, K and V over (token, head, channel) with the channel innermost; either order of the products.</summary>
    private static Module Attention(int tokens, int channels, bool scoresFirst, Neuron between, SpikeDomain domain = SpikeDomain.Count)
    {
        int width = Heads * channels, size = tokens * width;
        StridedAxis Axis(int extent, int source, int target, int row) => new(extent, source, target, row);
        Population Layer(int id, string name, Neuron neuron, int length, SpikeDomain emits) =>
            new(new(id), name, new([length], false), neuron, emits, [.. new Tensor?[neuron.Ports]], 0);
        Projection Product(string name, int source, int rows, int target, StridedMap map) =>
            new(name, new(source), new(target), 0, map, Projection.NoRows, 0, ProjectionKind.Sparse) { RowsFrom = new(rows) };

        var middle = scoresFirst ? Heads * tokens * tokens : Heads * channels * channels;
        var first = scoresFirst
            ? Product("scores", 0, 1, 3, new(size, middle, size, 0, 0, 0, [Axis(Heads, channels, tokens * tokens, channels), Axis(tokens, width, tokens, 0), Axis(tokens, 0, 1, width), Axis(channels, 1, 0, 1)]))
            : Product("values", 1, 2, 3, new(size, middle, size, 0, 0, 0, [Axis(Heads, channels, channels * channels, channels), Axis(tokens, width, 0, width), Axis(channels, 1, channels, 0), Axis(channels, 0, 1, 1)]));
        var second = scoresFirst
            ? Product("mix", 2, 3, 4, new(size, size, middle, 0, 0, 0, [Axis(Heads, channels, channels, tokens * tokens), Axis(tokens, 0, width, tokens), Axis(tokens, width, 0, 1), Axis(channels, 1, 1, 0)]))
            : Product("mix", 0, 3, 4, new(size, size, middle, 0, 0, 0, [Axis(Heads, channels, channels, channels * channels), Axis(tokens, width, width, 0), Axis(channels, 1, 0, channels), Axis(channels, 0, 1, 1)]));
        return new(
            "attention", Arithmetic.Float32, 3, 1,
            [
                .. new[] { "q", "k", "v" }.Select((n, i) => Layer(i, $"block.{n}", new SourceNeuron(n, false), size, SpikeDomain.Binary)),
                Layer(3, "between", between, middle, domain),
                Layer(4, "attn", FloatModules.Leaky(0.5f, 0.125f, hard: true), size, SpikeDomain.Binary),
            ],
            [first, second],
            [new Readout("y", [new(new(4), 0)], [null], ElementwiseProgram.PassThrough, TimeReduction.Each, 0, [3, size])]);
    }

    private static Dictionary<string, Tensor> Inputs(int size, int seed, double q = 0.3, double k = 0.3, double v = 0.3)
    {
        var random = new Random(seed);
        Tensor Spikes(double rate) => Tensor.Vector(Enumerable.Range(0, 3 * size).Select(_ => random.NextDouble() < rate ? 1f : 0f).ToArray());
        return new() { ["q"] = Spikes(q), ["k"] = Spikes(k), ["v"] = Spikes(v) };
    }

    private static void AssertEqual(Module before, Module after, int size)
    {
        for (var seed = 0; seed < 5; seed++)
        {
            var (x, y) = (new ModuleInterpreter(before).Run(Inputs(size, seed)), new ModuleInterpreter(after).Run(Inputs(size, seed)));
            Assert.Contains(x.Outputs["y"].ToFloats(), u => u != 0);
            Assert.Equal(x.Outputs["y"].ToFloats(), y.Outputs["y"].ToFloats());
        }
    }
}
