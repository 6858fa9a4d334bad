using System.Buffers.Binary;
using NeuroChip.Ir.Diagnostics;
using NeuroChip.Ir.Images;
using NeuroChip.Ir.Ncir;
using NeuroChip.Ir.Ncir.AddressFunctions;
using NeuroChip.Ir.Ncir.Sites;
using NeuroChip.Ir.Neurons;
using NeuroChip.Ir.Tensors;

namespace NeuroChip.Ir.Tests.Images;

public sealed class ChipImageErrorTests
{
    [Fact]
    public void Not_an_image()
    {
        Golden([], """
            error NC4001: this is not a chip image: it is empty
              --> test.ncimg
              note: an image starts with the 8 bytes 894E43494D470D0A and is made by 'neurochip compile MODEL.onnx -o OUT.ncimg'
            """);
        Golden("PK\u0003\u0004"u8.ToArray(), """
            error NC4001: this is not a chip image: it starts with the bytes 504B0304
              --> test.ncimg
              note: an image starts with the 8 bytes 894E43494D470D0A and is made by 'neurochip compile MODEL.onnx -o OUT.ncimg'
            """);
    }

    [Fact]
    public void Another_version()
    {
        var bytes = ImageSamples.Bytes(ImageSamples.Tiny());
        bytes[8] = 4;
        Golden(bytes, """
            error NC4002: the image has format version 4; this build reads version 3
              --> test.ncimg
              note: use the newer NeuroChip that wrote it, or compile the model again with this one
            """);
    }

    [Fact]
    public void Cut_short()
    {
        var bytes = ImageSamples.Bytes(ImageSamples.Tiny());
        Golden(bytes[..100], """
            error NC4003: the image is cut short: its header with the section table takes 832 bytes, the file has 100
              --> test.ncimg
              note: copy the file again from where it was made, or compile the model again with 'neurochip compile'
            """);
        Golden(bytes[..^1], $"""
            error NC4003: the image is cut short: it takes {bytes.Length} bytes, the file has {bytes.Length - 1}
              --> test.ncimg
              note: copy the file again from where it was made, or compile the model again with 'neurochip compile'
            """);
    }

    [Fact]
    public void Every_damaged_section_is_named()
    {
        var bytes = ImageSamples.Bytes(ImageSamples.Tiny());
        var sections = ImageSealer.Sections(bytes).ToDictionary(s => s.Name);
        bytes[sections["chip"].Offset + 6] ^= 1;
        bytes[^1] ^= 1;
        var found = Assert.Throws<DiagnosticException>(() => ImageSamples.Read(bytes)).Diagnostics;
        Assert.Equal(["NC4004", "NC4004"], found.Select(d => d.Code));
        var chip = sections["chip"];
        Assert.Matches($@"^section 'chip' \(bytes {chip.Offset} to {chip.Offset + chip.Length - 1}\) is damaged: its SHA-256 starts with [0-9a-f]{{16}}, the image says [0-9a-f]{{16}}$", found[0].Message);
        Assert.StartsWith($"section 'weights' (bytes {sections["weights"].Offset} to {bytes.Length - 1}) is damaged", found[1].Message);
    }

    [Fact]
    public void Damaged_header_and_padding()
    {
        var bytes = ImageSamples.Bytes(ImageSamples.Tiny());
        bytes[70] ^= 4;
        var header = Assert.Throws<DiagnosticException>(() => ImageSamples.Read(bytes)).Diagnostics;
        Assert.StartsWith("the header with the section table is damaged", Assert.Single(header).Message);
        bytes[70] ^= 4;
        var model = ImageSealer.Sections(bytes).First();
        bytes[model.Offset + model.Length] = 9;
        Golden(bytes, $"""
            error NC4004: the padding before section 'chip' (bytes {model.Offset + model.Length} to {ImageSealer.Sections(bytes).ElementAt(1).Offset - 1}) is damaged: it holds something else than zeros
              --> test.ncimg
              note: copy the file again from where it was made, or compile the model again with 'neurochip compile'
            """);
    }

    [Fact]
    public void Bytes_after_the_end()
    {
        var bytes = ImageSamples.Bytes(ImageSamples.Tiny());
        Golden([.. bytes, 0, 0, 0], $"""
            error NC4006: 3 bytes follow the end of the image: it takes {bytes.Length} bytes, the file has {bytes.Length + 3}
              --> test.ncimg
              note: copy the file again from where it was made, or compile the model again with 'neurochip compile'
            """);
    }

    [Fact]
    public void A_contradiction_behind_right_checksums()
    {
        var bytes = ImageSamples.Bytes(ImageSamples.Tiny());
        var cores = ImageSealer.Sections(bytes).Single(s => s.Name == "cores").Offset;
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(cores + 4 + 12), 7); // population of the first core
        Golden(ImageSealer.Seal(bytes), """
            error NC4005: the image contradicts itself: its population is population 7; there are 2
              --> test.ncimg: core (0,0,1)
              note: its checksums are right, so it was written this way: compile the model again, and report the program that wrote it
            """);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(cores), int.MaxValue); // number of cores
        Assert.Contains("a list of 2147483647 cores needs at least 77309411292 bytes", Assert.Throws<DiagnosticException>(() => ImageSamples.Read(ImageSealer.Seal(bytes))).Message);
    }

    public static TheoryData<string> Contradictions => [.. Cases.Keys];

    [Theory]
    [MemberData(nameof(Contradictions))]
    public void The_verifier_names_each_contradiction(string message)
    {
        var found = ChipImageVerifier.Verify(Cases[message](ImageSamples.Tiny()), "test.ncimg");
        Assert.Contains(message, found.Select(d => d.Message["the image contradicts itself: ".Length..]));
        Assert.All(found, d => Assert.Equal("NC4005", d.Code));
    }

    public static TheoryData<string> ContradictionsOfSites => [.. SiteCases.Keys];

    [Theory]
    [MemberData(nameof(ContradictionsOfSites))]
    public void The_verifier_names_each_contradiction_of_sites(string message)
    {
        var found = ChipImageVerifier.Verify(SiteCases[message](ImageSamples.AtSites()), "test.ncimg");
        Assert.Contains(message, found.Select(d => d.Message["the image contradicts itself: ".Length..]));
    }

    [Fact]
    public void A_damaged_table_of_sites_behind_right_checksums()
    {
        var bytes = ImageSamples.Bytes(ImageSamples.AtSites());
        var (_, sites, length) = ImageSealer.Sections(bytes).Single(s => s.Name == "sites");

        // The section ends with the window of the second table: 18 numbers, and their count before them.
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(sites + length - (19 * 4)), 17);
        Golden(ImageSealer.Seal(bytes), $"""
            error NC4005: the image contradicts itself: table 'coarse' of sites has a window of 17 numbers; 18 make one, and only a table made from another has it
              --> test.ncimg: section 'sites', byte {length - 4}
              note: its checksums are right, so it was written this way: compile the model again, and report the program that wrote it
            """);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(sites), int.MaxValue);
        Assert.Contains("a list of 2147483647 sites needs at least", Assert.Throws<DiagnosticException>(() => ImageSamples.Read(ImageSealer.Seal(bytes))).Message);
    }

    private static readonly Dictionary<string, Func<ChipImage, ChipImage>> SiteCases = new()
    {
        ["its grid is [4, 4]; three extents of at least 1 are needed"] = i => Table(i, 0, t => t with { Extent = [4, 4] }),
        ["it has room for 0 sites; 1 to 536870912 are possible"] = i => Table(i, 0, t => t with { Capacity = 0 }),
        ["neither an input nor another table gives its sites"] = i => Table(i, 0, t => t with { Input = "" }),
        ["its sites come from table 1; only the 1 before it are possible"] = i => Table(i, 1, t => t with { Reach = t.Reach! with { From = new(1) } }),
        ["its window makes [2, 2, 2]; the grid of 'coarse' is [2, 2, 3]"] = i => Table(i, 1, t => t with { Extent = [2, 2, 3] }),
        ["it is at the sites of table 7; there are 2"] = i => i with { Populations = i.Populations.SetItem(1, i.Populations[1] with { Sites = new(7) }) },
        ["it is at sites and has shape [6, 3]; [5, channels] in C order is needed"] = i => Table(i, 0, t => t with { Capacity = 5 }),
        ["'coarse' is at the sites of table 1, 'stem' is not; only a function over sites leads from one to the other"] =
            i => i with { Projections = i.Projections.SetItem(1, i.Projections[1] with { Map = new DenseMap(18, 8), Rows = Tensor.Vector(new float[144]) }) },
        ["its target is looked up in table 0; 'coarse' is at those of table 1"] =
            i => i with { Populations = i.Populations.SetItem(2, i.Populations[2] with { Sites = new(1) }), Projections = i.Projections.SetItem(1, i.Projections[1] with { Map = ((SparseConvMap)i.Projections[1].Map) with { Target = new(0) } }) },
        ["it takes a maximum; functions over sites only add"] = i => i with { Projections = i.Projections.SetItem(0, i.Projections[0] with { Reduction = Reduction.Max }) },
        ["address function 'submanifold': a submanifold convolution has stride 1"] = i => i with { Projections = i.Projections.SetItem(0, i.Projections[0] with { Map = Striding((SubmanifoldMap)i.Projections[0].Map) }) },
        ["'fine' is at those of table 0; the shape must end in [6, 2], with the axis of steps before that"] = i => i with { Readouts = i.Readouts.SetItem(0, i.Readouts[0] with { FrameworkShape = [6, 2, 2], TimeAxis = 1 }) },
    };

    private static ChipImage Table(ChipImage image, int index, Func<SiteTable, SiteTable> change) => image with { Sites = image.Sites.SetItem(index, change(image.Sites[index])) };

    private static SubmanifoldMap Striding(SubmanifoldMap map) => map with { Window = map.Window with { Z = map.Window.Z with { Stride = 2 } } };

    private static readonly Dictionary<string, Func<ChipImage, ChipImage>> Cases = new()
    {
        ["0 steps; at least 1 is needed"] = i => i with { Steps = 0 },
        ["integer arithmetic with 1-bit weights and 32-bit accumulators; 2 to 16 and 16 to 32 are possible"] = i => i with { Arithmetic = i.Arithmetic with { WeightBits = 1 } },
        ["2 populations have this name"] = i => i with { Populations = i.Populations.SetItem(1, i.Populations[1] with { Name = "input" }) },
        ["its bias has 2 values, which does not divide 3 neurons"] = i => i with { Populations = i.Populations.SetItem(1, i.Populations[1] with { Bias = [Tensor.Vector(1, 2)] }) },
        ["0 biases for 1 ports"] = i => i with { Populations = i.Populations.SetItem(1, i.Populations[1] with { Bias = [] }) },
        ["its address function uses 12 weights, 11 are there"] = i => Rewire(i, p => p with { Rows = Tensor.Vector(new sbyte[11]) }),
        ["its weights are of type Float32; Int8 or Int16 was expected"] = i => Rewire(i, p => p with { Rows = Tensor.Vector(new float[12]) }),
        ["its address function has 5 sources, 'input' has 4 neurons"] = i => Rewire(i, p => p with { Map = new DenseMap(5, 3) }),
        ["port 1 of 'fc' does not exist; it has 1"] = i => Rewire(i, p => p with { Port = 1 }),
        ["address function 'csr': the targets of source 0 do not ascend at 1"] = i => Rewire(i, p => p with { Map = new CsrMap([0, 2, 2, 2, 2], [1, 1], 3), Rows = Tensor.Vector<sbyte>(1, 1) }),
        ["address function 'conv': 2 groups do not divide 4 and 3 channels"] = i => Rewire(i, p => p with { Map = new ConvMap(Window.Single, Window.Single, 4, 3, 2) }),
        ["address function 'permutation': 2 sources share 1 targets; each target may have one"] = i => Rewire(i, p => p with { Map = new PermutationMap([0, 0, -1, -1], 3, 1), Rows = Tensor.Vector<sbyte>(1) }),
        ["those without delay form a cycle; 1 populations wait for each other: 'fc'"] = i => Rewire(i, p => p with { Source = new(1), Map = new DenseMap(3, 3), Rows = Tensor.Vector(new sbyte[9]) }),
        ["state 1 of 'fc' does not exist; it has 1"] = i => i with { Readouts = [i.Readouts[0] with { Signals = [new Signal(new(1), 1)] }] },
        ["shape [3,1,3] does not hold its 6 values"] = i => i with { Readouts = [i.Readouts[0] with { FrameworkShape = [3, 1, 3] }] },
        ["instruction 0 uses input 1; there are 1"] = i => i with { Readouts = [i.Readouts[0] with { Program = new ElementwiseProgram(1, [], [new Instruction(ElementwiseOp.Input, 1)], 0, []) }] },
        ["its cores hold 2 of its 3 neurons"] = i => i with { Cores = i.Cores.RemoveAt(2) },
        ["it is listed twice"] = i => i with { Cores = i.Cores.SetItem(2, i.Cores[2] with { X = 0, Core = 2 }) },
        ["its 4 keys from 0x00000010 are not those that mask 0xFFFFFFFE leaves open"] = i => i with { Cores = i.Cores.SetItem(0, i.Cores[0] with { Slice = i.Cores[0].Slice with { Mask = 0xFFFFFFFE } }) },
        ["routers are ordered by (X, Y), each once"] = i => i with { Routers = i.Routers.SetItem(1, i.Routers[1] with { X = 0 }) },
        ["entry 0 can match no packet: key 0x00000010 has bits outside mask 0x00000001"] = i => i with { Routers = [new ImageRouter(0, 0, [new RoutingEntry(0x10, 1, 1)])] },
    };

    private static ChipImage Rewire(ChipImage image, Func<Projection, Projection> change) => image with { Projections = [change(image.Projections[0])] };

    private static void Golden(byte[] bytes, string expected) =>
        Assert.Equal(expected, Assert.Throws<DiagnosticException>(() => ImageSamples.Read(bytes)).Message);
}
