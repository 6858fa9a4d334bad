using System.Collections.Immutable;
using NeuroChip.Compiler.Passes;
using NeuroChip.HwModels;
using NeuroChip.Ir.Ncir;
using NeuroChip.Ir.Ncir.AddressFunctions;
using NeuroChip.Ir.Neurons;
using NeuroChip.Ir.Tensors;

namespace NeuroChip.Compiler.Tests.Mapping;

/// <summary>Builds modules layer by layer for tests.</summary>
internal sealed class Networks(string name, Arithmetic? arithmetic = null)
{
    private readonly ImmutableArray<Population>.Builder populations = ImmutableArray.CreateBuilder<Population>();
    private readonly ImmutableArray<Projection>.Builder projections = ImmutableArray.CreateBuilder<Projection>();
    private readonly Arithmetic arithmetic = arithmetic ?? Arithmetic.Float32;

    public static ManyCoreChip Board { get; } = ChipModelReader.Load<ManyCoreChip>("spinnaker1-board");

    public static ManyCoreChip Boards24 { get; } = ChipModelReader.Load<ManyCoreChip>("spinnaker1");

    public static ManyCoreChip OneChip { get; } = ChipModelReader.Load<ManyCoreChip>("spinnaker1-chip");

    private Neuron If
    {
        get
        {
            var one = arithmetic.Kind == ArithmeticKind.Float32 ? Parameter.One : new Parameter(FixedPoint.One);
            return new LifNeuron("IF", one, Parameter.Zero, Parameter.Zero, Parameter.Zero, one, Parameter.One, false, Parameter.Zero);
        }
    }

    public PopulationId Input(string label, params int[] shape) =>
        Add(label, new(ImmutableArray.Create(shape), shape.Length == 4), new SourceNeuron(label, true), SpikeDomain.Binary);

    public PopulationId Add(string label, Layout layout, Neuron neuron, SpikeDomain domain)
    {
        var bias = Enumerable.Repeat<Tensor?>(null, neuron.Ports).ToImmutableArray();
        populations.Add(new(new(populations.Count), label, layout, neuron, domain, bias, 0));
        return new(populations.Count - 1);
    }

    public PopulationId Neurons(string label, params int[] shape) => Add(label, new(ImmutableArray.Create(shape), shape.Length == 4), If, SpikeDomain.Binary);

    public PopulationId Dense(string label, PopulationId from, int outputs)
    {
        var to = Neurons(label, 1, outputs);
        Connect(from, to, new DenseMap(populations[from.Index].Size, outputs));
        return to;
    }

    public PopulationId Conv(string label, PopulationId from, int channels, int kernel = 3, int stride = 1, int groups = 1)
    {
        var map = ConvOf(populations[from.Index].Layout, channels, kernel, stride, groups);
        var to = Neurons(label, 1, channels, map.Y.Output, map.X.Output);
        Connect(from, to, map);
        return to;
    }

    public static ConvMap ConvOf(Layout from, int channels, int kernel = 3, int stride = 1, int groups = 1)
    {
        var pad = kernel / 2;
        Window Axis(int input) => new(input, ((input + (2 * pad) - kernel) / stride) + 1, kernel, stride, pad);
        return new(Axis(from.FrameworkShape[2]), Axis(from.FrameworkShape[3]), from.FrameworkShape[1], channels, groups);
    }

    public void Connect(PopulationId from, PopulationId to, AddressFunction map, int delay = 0)
    {
        // Small weights of both signs; what they are matters only where a test runs the network.
        var integers = arithmetic.Kind == ArithmeticKind.Integer;
        var rows = integers
            ? Tensor.Of<sbyte>([map.RowCount], [.. Enumerable.Range(0, map.RowCount).Select(k => (sbyte)((k * 7 % 5) - 1))])
            : Tensor.Of<float>([map.RowCount], [.. Enumerable.Range(0, map.RowCount).Select(k => ((k * 7 % 5) - 1) * 0.25f)]);
        projections.Add(new($"{populations[from.Index].Name}->{populations[to.Index].Name}", from, to, 0, map, rows, delay, ProjectionKind.Sparse));
    }

    /// <summary>A product of two populations: payloads of <paramref name="rows"/> are the rows.</summary>
    public void Product(PopulationId from, PopulationId rows, PopulationId to, StridedMap map) => projections.Add(new(
        $"{populations[from.Index].Name}*{populations[rows.Index].Name}", from, to, 0, map, Projection.NoRows, 0,
        Projection.KindOf(populations[from.Index].Domain, populations[rows.Index].Domain))
    { RowsFrom = rows });

    /// <summary>1 in the module's numbers, as a factor of a neuron.</summary>
    public Parameter One => arithmetic.Kind == ArithmeticKind.Float32 ? Parameter.One : new Parameter(FixedPoint.One);

    public void Identity(PopulationId from, PopulationId to, int delay = 0) => Connect(from, to, new IdentityMap(populations[from.Index].Size, 1), delay);

    public Layout LayoutOf(PopulationId id) => populations[id.Index].Layout;

    /// <summary>The module, without delays balanced.</summary>
    public Module Raw(int steps = 4)
    {
        var last = populations[^1];
        var readout = new Readout("out", [Signal.Emission(last.Id)], [null], ElementwiseProgram.PassThrough, TimeReduction.Mean, 0, last.Layout.FrameworkShape);
        return new(name, arithmetic, steps, 1, populations.ToImmutable(), projections.ToImmutable(), [readout]);
    }

    /// <summary>The module with stages.</summary>
    public Module Build(int steps = 4) => BalanceDelays.Run(Raw(steps));

    /// <summary>A small convolutional network for digits.</summary>
    public static Module Digits(Arithmetic? arithmetic = null)
    {
        var n = new Networks("digits", arithmetic);
        var x = n.Input("x", 1, 1, 16, 16);
        var c1 = n.Conv("conv1", x, 16);
        var c2 = n.Conv("conv2", c1, 32, stride: 2);
        n.Dense("fc", c2, 10);
        return n.Build();
    }

    /// <summary>ResNet-18 on 32x32 images with a neuron after every convolution and every sum: about 300 000 neurons at width 32.</summary>
    public static Module ResNet(int width, Arithmetic? arithmetic = null)
    {
        var n = new Networks("resnet", arithmetic);
        var at = n.Conv("stem", n.Input("x", 1, 3, 32, 32), width);
        var channels = width;
        for (var stage = 0; stage < 4; stage++, channels *= 2)
            for (var block = 0; block < 2; block++)
            {
                var stride = stage > 0 && block == 0 ? 2 : 1;
                var a = n.Conv($"s{stage}b{block}a", at, channels, stride: stride);
                var b = n.Conv($"s{stage}b{block}b", a, channels);
                if (stride == 1) n.Identity(at, b);
                else n.Connect(at, b, ConvOf(n.LayoutOf(at), channels, 1, 2));
                at = b;
            }
        n.Dense("fc", at, 100);
        return n.Build();
    }
}
