using System.Collections.Immutable;
using NeuroChip.Ir.Ncir;
using NeuroChip.Ir.Ncir.AddressFunctions;
using NeuroChip.Ir.Neurons;
using NeuroChip.Ir.Tensors;

namespace NeuroChip.Compiler.Tests.Passes;

/// <summary>Float32 modules made by hand with random weights, and random inputs for them.</summary>
internal sealed class FloatModules(int seed)
{
    private readonly Random random = new(seed);
    private readonly List<Population> populations = [];
    private readonly List<Projection> projections = [];

    public int Steps { get; init; } = 12;

    public static LifNeuron IntegrateAndFire(double threshold = 1) =>
        new("IF, soft reset", Parameter.One, Parameter.Zero, Parameter.One, new((float)-threshold), Parameter.One, new((float)threshold), false, Parameter.Zero);

    public static LifNeuron Leaky(float decay, float gain, bool hard) => new(
        "LIF", new(decay), Parameter.Zero, new(hard ? 0 : decay), new(hard ? 0 : -decay), new(gain), Parameter.One, false, Parameter.Zero);

    /// <summary>Current-based LIF: i' = a*i + x, v' = b*v + i' with reset by subtraction at the next step.</summary>
    public static AffineNeuron CurrentBased(float a, float b) => new(
        "current-based LIF", ["i", "v"], [new(a), Parameter.Zero, new(a), new(b)], [Parameter.Zero, Parameter.Zero],
        [new(a), Parameter.Zero, new(a), new(b)], [Parameter.Zero, new(-1)], [Parameter.One, Parameter.One],
        [Parameter.Zero, Parameter.One], true, Parameter.One, false, [Parameter.Zero, Parameter.Zero]);

    public PopulationId Add(string name, Neuron neuron, Layout layout, SpikeDomain domain = SpikeDomain.Binary, Tensor? bias = null)
    {
        var id = new PopulationId(populations.Count);
        populations.Add(new(id, name, layout, neuron, domain, [.. Enumerable.Range(0, neuron.Ports).Select(p => p == 0 ? bias : null)], 0));
        return id;
    }

    public PopulationId Input(Layout layout, SpikeDomain domain = SpikeDomain.Binary) => Add("x", new SourceNeuron("x", false), layout, domain);

    public void Wire(
        PopulationId from, PopulationId to, AddressFunction map, Tensor rows, int delay = 0, int port = 0, Reduction reduction = Reduction.Sum, PopulationId? rowsFrom = null)
    {
        var kind = Projection.KindOf(populations[from.Index].Domain, rowsFrom is { } id ? populations[id.Index].Domain : null);
        projections.Add(new($"w{projections.Count}", from, to, port, map, rows, delay, kind, reduction) { RowsFrom = rowsFrom });
    }

    public int SizeOf(PopulationId id) => populations[id.Index].Size;

    public Tensor Weights(int count, double spread, double mean = 0) => Tensor.Vector(Numbers(count, spread, mean));

    public float[] Numbers(int count, double spread, double mean = 0) =>
        [.. Enumerable.Range(0, count).Select(_ => (float)(mean + (spread * Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()))))];

    public Module Build(params Signal[] outputs) => new(
        "test", Arithmetic.Float32, Steps, 1, [.. populations], [.. projections],
        [.. outputs.Select((s, i) => new Readout($"y{i}", [s], [null], ElementwiseProgram.PassThrough, TimeReduction.Sum, 0, populations[s.Population.Index].Layout.FrameworkShape))]);

    public ImmutableArray<IReadOnlyDictionary<string, Tensor>> Samples(Module module, int count, double rate = 0.3)
    {
        var input = module.Populations[0];
        return [.. Enumerable.Range(0, count).Select(_ => (IReadOnlyDictionary<string, Tensor>)new Dictionary<string, Tensor>
        {
            ["x"] = Tensor.Vector(input.Domain == SpikeDomain.Real
                ? Numbers(input.Size * Steps, 0.5, 0.5)
                : [.. Enumerable.Range(0, input.Size * Steps).Select(_ => random.NextDouble() < rate ? 1f : 0f)]),
        })];
    }
}
