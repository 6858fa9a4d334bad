using NeuroChip.Compiler.Mapping;
using NeuroChip.HwModels;
using NeuroChip.Ir.Diagnostics;
using NeuroChip.Ir.Ncir;
using NeuroChip.Ir.Neurons;

namespace NeuroChip.Compiler.Tests.Mapping;

/// <summary>What a person reads when a network does not fit: one golden text per code in tests/golden/mapping-errors.</summary>
public sealed class MappingErrorTests
{
    private static readonly Dictionary<string, Func<string>> Cases = new()
    {
        ["NC2111"] = () => Failure(WithUnknownNeuron(), Networks.Board),
        ["NC2112"] = () => Failure(Networks.Digits(new Arithmetic(ArithmeticKind.Integer, 5, 32)), Networks.Board)
            + Failure(Networks.Digits(new Arithmetic(ArithmeticKind.Integer, 8, 32)), Networks.Board),
        ["NC2101"] = () => Failure(Networks.Digits(), Networks.Board with { Core = Networks.Board.Core with { Dtcm = Networks.Board.Core.Dtcm.With(5) } })
            + Failure(Networks.Digits(), WithSdram(1200)),
        ["NC2102"] = () => Failure(Networks.ResNet(64), Networks.Board) + Failure(LimitedByMemory(), Networks.OneChip),
        ["NC2103"] = () => Failure(TenDense(), WithSdram(1_000_000)),
        ["NC2104"] = () => Failure(LongSkip(), Networks.Board),
        ["NC2105"] = () => Failure(Unbalanced(), Networks.Board),
        ["NC2106"] = () => Failure(Networks.ResNet(8), Networks.Board with { Noc = Networks.Board.Noc with { RouterEntries = Networks.Board.Noc.RouterEntries.With(8) } }, new(Placer: "hilbert")),
        ["NC2107"] = () => Failure(Networks.Digits(), Networks.Board with { Noc = Networks.Board.Noc with { KeyBits = Networks.Board.Noc.KeyBits.With(10) } }),
        ["NC2108"] = () => Failure(TwoChips(), InPieces()),
        ["NC2109"] = () => Failure(Networks.Digits(), Networks.Board, new(MemoryBytes: 1000)),
        ["NC2110"] = () => Failure(Networks.Digits(), Networks.Board, new(Placer: "random")) + Failure(Networks.Digits(), Networks.Board, new(Router: "west")),
        ["NC2190"] = WrongMapping,
    };

    public static TheoryData<string> Codes => [.. Cases.Keys];

    [Theory]
    [MemberData(nameof(Codes))]
    public void TheMessageIs(string code)
    {
        var text = Cases[code]();
        Assert.Contains(code, text);
        var file = Path.Combine(Root(), "tests", "golden", "mapping-errors", $"{code}.expect");
        if (Environment.GetEnvironmentVariable("NEUROCHIP_UPDATE_GOLDENS") == "1") File.WriteAllText(file, text);
        Assert.True(File.Exists(file), $"{file} is missing; this came out:\n{text}");
        Assert.Equal(File.ReadAllText(file).ReplaceLineEndings("\n"), text);
    }

    [Fact]
    public void EveryCodeOfMappingHasACase()
    {
        var mine = DiagnosticCatalog.Entries.Keys.Where(c => c.StartsWith("NC21", StringComparison.Ordinal));
        Assert.Equal(mine.Order(StringComparer.Ordinal), Cases.Keys.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void AllLayersThatDoNotFitAreListed()
    {
        var chip = Networks.Board with { Core = Networks.Board.Core with { Dtcm = Networks.Board.Core.Dtcm.With(5) } };
        var found = Assert.Throws<DiagnosticException>(() => MappingPipeline.Map(Networks.Digits(), chip)).Diagnostics;
        Assert.Equal(3, found.Count(d => d.Code == "NC2101"));
    }

    private static string Failure(Module module, ManyCoreChip chip, MapOptions? options = null) =>
        Assert.Throws<DiagnosticException>(() => MappingPipeline.Map(module, chip, options)).Message + "\n";

    private static string WrongMapping()
    {
        var module = Networks.Digits();
        var mapping = MappingPipeline.Map(module, Networks.Board, new(Placer: "hilbert"));
        var wrong = mapping with { Tables = [.. mapping.Tables.Skip(1)] };
        return new MappingCheckException(MappingChecker.Check(module, Networks.Board, wrong)).Message + "\n";
    }

    private static ManyCoreChip WithSdram(int bytes) =>
        Networks.Board with { Memory = Networks.Board.Memory with { SdramUsable = Networks.Board.Memory.SdramUsable.With(bytes) } };

    private static ManyCoreChip InPieces() => Networks.Board with
    {
        Machine = Networks.Board.Machine with
        {
            Width = Networks.Board.Machine.Width.With(6),
            Height = Networks.Board.Machine.Height.With(1),
            BoardRows = ["0-0"],
            BoardOrigins = ["0,0", "3,0"],
        },
        Core = Networks.Board.Core with { Usable = Networks.Board.Core.Usable.With(8) },
    };

    private static Module TwoChips()
    {
        var n = new Networks("two chips");
        n.Dense("fc", n.Input("x", 1, 2500), 20);
        return n.Build();
    }

    private static Module TenDense()
    {
        var n = new Networks("wide");
        var at = n.Input("x", 1, 2000);
        for (var k = 0; k < 10; k++) at = n.Dense($"fc{k}", at, 2000);
        return n.Build();
    }

    private static Module LimitedByMemory()
    {
        var n = new Networks("memory");
        n.Dense("fc", n.Input("x", 1, 30_000), 600);
        return n.Build();
    }

    private static Module LongSkip()
    {
        var n = new Networks("deep");
        var x = n.Input("x", 1, 4);
        var at = x;
        for (var k = 0; k < 20; k++) at = n.Dense($"fc{k}", at, 4);
        n.Identity(x, at);
        return n.Build();
    }

    private static Module Unbalanced()
    {
        var n = new Networks("unbalanced");
        n.Dense("fc", n.Input("x", 1, 4), 4);
        return n.Raw();
    }

    private static Module WithUnknownNeuron()
    {
        var n = new Networks("unknown");
        n.Connect(n.Input("x", 1, 4), n.Add("odd", new([1, 4], false), new OddNeuron(), SpikeDomain.Binary), new Ir.Ncir.AddressFunctions.IdentityMap(4, 1));
        return n.Build();
    }

    private static string Root()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "NeuroChip.sln"))) folder = Path.GetDirectoryName(folder)!;
        return folder;
    }

    private sealed record OddNeuron : Neuron
    {
        public override string Keyword => "odd";

        public override string Title => "odd";

        public override int Ports => 1;

        public override int States => 0;

        public override Parameter Initial(int state) => Parameter.Zero;
    }
}
