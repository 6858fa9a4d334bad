using System.Collections.Immutable;
using NeuroChip.Ir.Ncir;
using NeuroChip.Ir.Ncir.AddressFunctions;
using NeuroChip.Ir.Neurons;
using NeuroChip.Ir.Tensors;

namespace NeuroChip.Ir.Tests;

/// <summary>Dense multiply-accumulate slots against hand calculation, layer by layer of a network with everything a spiking Transformer has.</summary>
public sealed class MacSlotsTests
{
    private static readonly Module Described = Describe();

    public static TheoryData<string, string, long, MacClass> Layers() => new()
    {
        // 3x8x8 by 7x7, stride 2, pad 3, to 4x4x4: 16 positions, 147 inputs, 4 outputs.
        { "first", "16 x 147 x 4", 9408, MacClass.FirstLayer },
        { "conv", "16 x 36 x 8", 4608, MacClass.Weights },
        { "depthwise", "16 x 49 x 8", 6272, MacClass.Weights },
        { "grouped", "4 x 36 x 6", 864, MacClass.Weights },
        { "up", "16 x 16 x 2", 512, MacClass.Weights },
        { "head", "1 x 128 x 10", 1280, MacClass.Weights },
        // One linear layer for each of 16 tokens, 8 to 12 channels.
        { "tokens", "16 x 8 x 12", 1536, MacClass.Weights },
        // Two heads of four channels over 16 tokens: 2*4 rows, 16 terms, 4 columns; then 2*16 rows, 4 terms, 4 columns.
        { "kv", "8 x 16 x 4", 512, MacClass.Attention },
        { "q-kv", "32 x 4 x 4", 512, MacClass.Attention },
        { "mask", "128 x 1 x 1", 128, MacClass.Attention },
        { "shortcut", "0 x 0 x 0", 0, MacClass.None },
        { "column-sum", "0 x 0 x 0", 0, MacClass.None },
        { "mean", "0 x 0 x 0", 0, MacClass.None },
        { "greatest", "0 x 0 x 0", 0, MacClass.None },
    };

    [Theory]
    [MemberData(nameof(Layers))]
    public void LayersHavePositionsTimesInputsTimesOutputs(string name, string shape, long slots, MacClass belongs)
    {
        var projection = Described.Projections.Single(p => p.Name == name);
        Assert.Equal((shape, slots, belongs), (MacSlots.Of(projection).ToString(), MacSlots.Of(projection).Slots, MacSlots.ClassOf(Described, projection)));
    }

    [Fact]
    public void APartIsTheSumOfItsLayers()
    {
        var slots = MacSlots.Of(Described);
        Assert.Equal(new MacSlots(9408, 4608 + 6272 + 864 + 512 + 1280 + 1536, 512 + 512 + 128), slots);
        Assert.Equal(25632, slots.Total);
    }

    [Fact]
    public void TapsOutsideTheImageAreSlotsButNoSynapses()
    {
        // Along an axis of 8 at stride 2 with 7 taps from -3: outputs see 4, 6, 7 and 5 inputs.
        var first = Described.Projections.Single(p => p.Name == "first");
        Assert.Equal(22L * 22 * 3 * 4, first.Map.Total);
        Assert.True(MacSlots.Of(first).Slots > first.Map.Total);
    }

    private static Module Describe()
    {
        ImmutableArray<Population> populations =
        [
            Layer(0, "image", 192, SpikeDomain.Real), Layer(1, "a", 64, SpikeDomain.Binary), Layer(2, "b", 128, SpikeDomain.Binary), Layer(3, "c", 128, SpikeDomain.Binary),
            Layer(4, "sums", 32, SpikeDomain.Real), Layer(5, "other", 256, SpikeDomain.Real),
        ];
        var three = new Window(4, 4, 3, 1, 1);
        StridedAxis head = new(2, 4, 16, 4), token = new(16, 8, 0, 8);
        ImmutableArray<Projection> projections =
        [
            Add("first", 0, 1, new ConvMap(new(8, 4, 7, 2, 3), new(8, 4, 7, 2, 3), 3, 4, 1), ProjectionKind.Analog),
            Add("conv", 1, 2, new ConvMap(three, three, 4, 8, 1)),
            Add("depthwise", 2, 3, new ConvMap(new(4, 4, 7, 1, 3), new(4, 4, 7, 1, 3), 8, 8, 8)),
            Add("grouped", 2, 5, new ConvMap(new(4, 2, 3, 2, 1), new(4, 2, 3, 2, 1), 8, 6, 2)),
            Add("up", 1, 5, new TransposedConvMap(new(8, 4, 2, 2), new(8, 4, 2, 2), 4, 2, 1)),
            Add("head", 3, 5, new DenseMap(128, 10)),
            Add("tokens", 3, 5, new StridedMap(128, 192, 96, 0, 0, 0, [new(16, 8, 12, 0), new(8, 1, 0, 12), new(12, 0, 1, 1)])),
            Add("kv", 2, 4, new StridedMap(128, 32, 128, 0, 0, 0, [head, token, new(4, 1, 4, 0), new(4, 0, 1, 1)])) with { RowsFrom = new(3) },
            Add("q-kv", 2, 5, new StridedMap(128, 128, 32, 0, 0, 0, [new(2, 4, 4, 16), new(16, 8, 8, 0), new(4, 1, 0, 4), new(4, 0, 1, 1)])) with { RowsFrom = new(4) },
            Add("mask", 2, 3, new StridedMap(128, 128, 8, 0, 0, 0, [new(16, 8, 8, 0), new(8, 1, 1, 1)])) with { RowsFrom = new(1) },
            Add("shortcut", 2, 3, new IdentityMap(128, 1)),
            Add("column-sum", 2, 5, new StridedMap(128, 8, 1, 0, 0, 0, [new(16, 8, 0, 0), new(8, 1, 1, 0)])),
            Add("mean", 2, 5, new PoolMap(new(4, 1, 4), new(4, 1, 4), 8, false)),
            Add("greatest", 1, 5, new ConvMap(three, three, 4, 8, 1)) with { Reduction = Reduction.Max },
        ];
        return new("described", Arithmetic.Float32, 1, 1, populations, projections, []);

        static Population Layer(int id, string name, int size, SpikeDomain domain) =>
            new(new(id), name, new([size], false), id == 0 ? new SourceNeuron(name, true) : new RelayNeuron(Parameter.One), domain, [null], 0);

        static Projection Add(string name, int source, int target, AddressFunction map, ProjectionKind kind = ProjectionKind.Sparse) =>
            new(name, new(source), new(target), 0, map, Projection.NoRows, 0, kind);
    }
}
