using NeuroChip.Ir.Images;
using NeuroChip.Ir.Ncir;
using NeuroChip.Ir.Ncir.AddressFunctions;
using NeuroChip.Ir.Ncir.Sites;
using NeuroChip.Ir.Neurons;
using NeuroChip.Ir.Tensors;

namespace NeuroChip.Ir.Tests.Images;

/// <summary>Images made by hand.</summary>
internal static class ImageSamples
{
    /// <summary>Four inputs, three integrate-and-fire neurons on two cores, int8 weights.</summary>
    public static ChipImage Tiny()
    {
        var input = new Population(new(0), "input", new Layout([1, 4], false), new SourceNeuron("x", false), SpikeDomain.Binary, [], 0);
        var lif = new LifNeuron("IF, hard reset", new(32768), Parameter.Zero, Parameter.Zero, Parameter.Zero, new(32768), new([100.0, 110.0, 120.0]), false, Parameter.Zero);
        var layer = new Population(new(1), "fc", new Layout([1, 3], false), lif, SpikeDomain.Binary, [Tensor.Vector<int>(1, 2, 3)], 1);
        var weights = Tensor.Of<sbyte>([4, 3], [1, -2, 3, 4, 5, -6, 0, 0, 7, 127, -127, 0]);
        return new ChipImage(
            "tiny", "name: two-by-one\ncores: 17\n", new Arithmetic(ArithmeticKind.Integer, 8, 32), 2, 1,
            [input, layer],
            [new Projection("fc.w", new(0), new(1), 0, new DenseMap(4, 3), weights, 0, ProjectionKind.Sparse)],
            [new Readout("y", [Signal.Emission(new(1))], [null], ElementwiseProgram.PassThrough, TimeReduction.Each, 0, [2, 1, 3])],
            [
                new ImageCore(0, 0, 1, new CoreSlice(new(0), 0, 4, 0x10, 0xFFFFFFFC), [new MemoryUse("DTCM", "input buffer", 16)]),
                new ImageCore(0, 0, 2, new CoreSlice(new(1), 0, 2, 0x20, 0xFFFFFFFE), [new MemoryUse("DTCM", "neuron state", 8), new MemoryUse("SDRAM", "synaptic rows", 8)]),
                new ImageCore(1, 0, 1, new CoreSlice(new(1), 2, 1, 0x22, 0xFFFFFFFF), [new MemoryUse("DTCM", "neuron state", 4), new MemoryUse("SDRAM", "synaptic rows", 4)]),
            ],
            [
                new ImageRouter(0, 0, [new RoutingEntry(0x10, 0xFFFFFFFC, 0b1_0000001 | (1 << 8)), new RoutingEntry(0, 0, 0)]),
                new ImageRouter(1, 0, [new RoutingEntry(0x10, 0xFFFFFFFC, 1 << 7)]),
            ]);
    }

    /// <summary>Every neuron model, every address function, shared weights, a loop with delay; float32.</summary>
    public static ChipImage Everything()
    {
        var image = new Layout([1, 2, 4, 4], true);
        Population Layer(int id, string name, Layout layout, Neuron neuron, SpikeDomain domain, params Tensor?[] bias) => new(new(id), name, layout, neuron, domain, [.. bias], id);
        var lif = new LifNeuron("LIF, soft reset", new(0.5), new([0.25, -0.25]), new(0.5), new(-0.5), new(1), new(1), true, new(0.125));
        var affine = new AffineNeuron(
            "current-based LIF", ["i", "v"], [new(0.75), Parameter.Zero, Parameter.One, new(0.5)], [Parameter.Zero, Parameter.Zero],
            [new(0.75), Parameter.Zero, Parameter.One, Parameter.Zero], [Parameter.Zero, Parameter.Zero], [Parameter.One, Parameter.Zero, Parameter.Zero, Parameter.One],
            [Parameter.Zero, Parameter.One], true, new(1), false, [Parameter.Zero, Parameter.Zero]);
        var square = new ElementwiseProgram(
            1, [new(0.5)], [new(ElementwiseOp.State, 0), new(ElementwiseOp.Input, 0), new(ElementwiseOp.Parameter, 0), new(ElementwiseOp.Multiply, 0, 2), new(ElementwiseOp.Add, 3, 1), new(ElementwiseOp.AtLeast, 4, 2), new(ElementwiseOp.Select, 5, 3, 4)], 5, [6]);
        var taps = Tensor.Of<float>([3, 3, 2, 2], [.. Enumerable.Range(0, 36).Select(i => (i - 18) / 8f)]);
        var same = new Window(4, 4, 3, 1, 1);
        Projection Wire(string name, int from, int to, int port, AddressFunction map, Tensor rows, int delay = 0, ProjectionKind kind = ProjectionKind.Sparse, Reduction reduction = Reduction.Sum) =>
            new(name, new(from), new(to), port, map, rows, delay, kind, reduction);
        var csr = new CsrMap([0, 2, 2, 3], [0, 2, 1], 3);
        return new ChipImage(
            "everything ünïcode", "name: any\n", Arithmetic.Float32, 3, 2,
            [
                Layer(0, "in", image, new SourceNeuron("image", true), SpikeDomain.Real),
                Layer(1, "conv", image, lif, SpikeDomain.Binary, Tensor.Vector(0.5f, -0.5f)),
                Layer(2, "deconv", image, affine, SpikeDomain.Binary, null, Tensor.Scalar(1f)),
                Layer(3, "pool", new Layout([1, 2, 2, 2], true), new RelayNeuron(new(0.25)), SpikeDomain.Real, (Tensor?)null),
                Layer(4, "fc", new Layout([1, 3], false), new ArithmeticNeuron("leak to half", square, [Parameter.Zero], [Parameter.One]), SpikeDomain.Count, (Tensor?)null),
            ],
            [
                Wire("conv.w", 0, 1, 0, new ConvMap(same, same, 2, 2, 1), taps, kind: ProjectionKind.Analog),
                Wire("conv.again", 1, 1, 0, new ConvMap(same, same, 2, 2, 1), Tensor.Of<float>([3, 3, 2, 2], [.. taps.ToFloats()]), 1),
                Wire("deconv.w", 1, 2, 0, new TransposedConvMap(same, same, 2, 2, 1), taps.Reshape([36])),
                Wire("skip", 1, 2, 1, new IdentityMap(32, 2), Tensor.Vector(1f, 0.5f)),
                Wire("pool.w", 2, 3, 0, new PoolMap(new Window(4, 2, 2, 2), new Window(4, 2, 2, 2), 2, false), Tensor.Vector(1f), reduction: Reduction.Max),
                Wire("fc.w", 3, 4, 0, new DenseMap(8, 3), Tensor.Of<float>([8, 3], [.. Enumerable.Range(0, 24).Select(i => i * 0.1f)]), kind: ProjectionKind.Analog),
                Wire("csr.w", 4, 4, 0, csr, Tensor.Vector(1f, -1f, 2f), 1),
                Wire("permutation.w", 4, 4, 0, new PermutationMap([2, -1, 0], 3, 1), Tensor.Vector(0.5f), 2),
            ],
            [new Readout("rate", [Signal.Emission(new(4)), new Signal(new(4), 0)], [null, Tensor.Scalar(2f)], new ElementwiseProgram(2, [], [new(ElementwiseOp.Input, 0), new(ElementwiseOp.Input, 1), new(ElementwiseOp.Add, 0, 1)], 2, []), TimeReduction.Mean, 0, [1, 3])],
            [], []);
    }

    /// <summary>A cloud, its convolution, a coarser one and the way back, into a dense tensor in the end; float32.</summary>
    public static ChipImage AtSites()
    {
        var (same, halved) = (new Window(4, 4, 3, 1, 1), new Window(4, 2, 2, 2));
        var (stem, down) = (new SiteWindow(same, same, same), new SiteWindow(halved, halved, halved));
        SiteTable fine = new(new(0), "cloud", [4, 4, 4], 6, "coors"), coarse = new(new(1), "coarse", [2, 2, 2], 4, "", new(new(0), down));
        Population Layer(int id, string name, Neuron neuron, SpikeDomain domain, int? sites, params int[] shape) =>
            new(new(id), name, new([.. shape], false), neuron, domain, neuron is SourceNeuron ? [] : [null], id) { Sites = sites is { } table ? new(table) : null };
        Projection Wire(string name, int from, AddressFunction map, ProjectionKind kind = ProjectionKind.Sparse) =>
            new(name, new(from), new(from + 1), 0, map, Tensor.Vector([.. Enumerable.Range(0, map.RowCount).Select(i => (i % 7) - 3f)]), 0, kind);
        var spiking = new LifNeuron("IF, hard reset", Parameter.One, Parameter.Zero, Parameter.Zero, Parameter.Zero, Parameter.One, Parameter.One, false, Parameter.Zero);
        return new ChipImage(
            "at sites", "name: any\n", Arithmetic.Float32, 2, 5,
            [
                Layer(0, "features", new SourceNeuron("0", true), SpikeDomain.Real, 0, 6, 1),
                Layer(1, "stem", spiking, SpikeDomain.Binary, 0, 6, 3),
                Layer(2, "coarse", spiking, SpikeDomain.Binary, 1, 4, 2),
                Layer(3, "fine", spiking, SpikeDomain.Binary, 0, 6, 2),
                Layer(4, "dense", new RelayNeuron(Parameter.One), SpikeDomain.Real, null, 1, 128),
            ],
            [
                Wire("stem.w", 0, new SubmanifoldMap(new(0), 6, stem, 1, 3, 1, 12), ProjectionKind.Analog),
                Wire("down.w", 1, new SparseConvMap(new(0), new(1), 6, 4, down, 3, 2, 1, 6)),
                Wire("up.w", 2, new InverseConvMap(new(1), new(0), 4, 6, down, 2, 2, 2, 6)),
                Wire("dense.w", 3, new ScatterMap(new(0), 6, 2, 128, 16, 4, 1, 64)),
            ],
            [
                new Readout("rows", [Signal.Emission(new(3))], [null], ElementwiseProgram.PassThrough, TimeReduction.Each, 0, [2, 6, 2]),
                new Readout("grid", [Signal.Emission(new(4))], [null], ElementwiseProgram.PassThrough, TimeReduction.Sum, 0, [1, 2, 4, 4, 4]),
            ],
            [], [])
        {
            Sites = [fine, coarse],
        };
    }

    public static byte[] Bytes(ChipImage image)
    {
        var stream = new MemoryStream();
        ChipImageWriter.Write(image, stream);
        return stream.ToArray();
    }

    public static ChipImage Read(byte[] bytes) => ChipImageReader.Read(new MemoryStream(bytes), "test.ncimg");

    public static string Text(ChipImage image)
    {
        var text = new StringWriter();
        Disassembler.Write(image, text);
        return text.ToString();
    }
}
