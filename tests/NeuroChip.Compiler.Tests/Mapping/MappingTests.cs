using NeuroChip.Compiler.Emit;
using NeuroChip.Compiler.Mapping;
using NeuroChip.HwModels;
using NeuroChip.Ir.Ncir;

namespace NeuroChip.Compiler.Tests.Mapping;

public sealed class MappingTests
{
    [Theory]
    [InlineData("spinnaker1-board", "annealing")]
    [InlineData("spinnaker1-board", "hilbert")]
    [InlineData("spinnaker1-spin3", "annealing")]
    [InlineData("spinnaker1", "annealing")]
    public void DigitsMapOnEveryMachine(string chip, string placer)
    {
        var module = Networks.Digits();
        var mapping = MappingPipeline.Map(module, ChipModelReader.Load<ManyCoreChip>(chip), new(Placer: placer));
        Assert.Equal(module.Populations.Sum(p => p.Size), mapping.Slices.Sum(s => s.Count));
        Assert.NotEmpty(mapping.Tables);
    }

    [Fact]
    public void ResNetMapsOnABoardOfCores()
    {
        var mapping = MappingPipeline.Map(Networks.ResNet(16), Networks.Board, new(Threads: 2));
        Assert.InRange(mapping.Slices.Length, 500, 768);
        Assert.All(mapping.Tables, t => Assert.InRange(t.Entries.Length, 1, 1023));
    }

    [Theory]
    [InlineData("annealing")]
    [InlineData("hilbert")]
    public void OfManyBoardsNoMoreAreUsedThanTheNetworkNeeds(string placer)
    {
        var machine = Networks.Boards24.Machine;
        int Boards(Module module) => MappingPipeline.Map(module, Networks.Boards24, new(Placer: placer, Threads: 2)) is var mapping
            ? Enumerable.Range(0, mapping.Slices.Length).Select(mapping.ChipOf).Distinct().Select(c => machine.BoardOf(c.X, c.Y)).Distinct().Count()
            : 0;
        Assert.Equal(1, Boards(Networks.Digits()));
        Assert.Equal(1, Boards(Networks.ResNet(16)));
        Assert.Equal(2, Boards(Networks.ResNet(32)));
    }

    [Fact]
    public void SameSeedSameMappingAtAnyThreadCount()
    {
        var module = Networks.ResNet(8);
        string Text(int seed, int threads) => MappingText.ToJson(MappingPipeline.Map(module, Networks.Board, new(seed, Threads: threads)), module);
        var one = Text(7, 1);
        Assert.Equal(one, Text(7, 1));
        Assert.Equal(one, Text(7, 2));
        Assert.NotEqual(one, Text(8, 1));
    }

    [Fact]
    public void AnnealingIsBetterThanTheCurveItStartsFrom()
    {
        var module = Networks.ResNet(16);
        var partition = new BalancedPartitioner().Partition(module, Networks.Board, 1);
        var traffic = TrafficGraph.Build(module, partition, 1);
        var problem = new PlacementProblem(Machine.Of(Networks.Board), traffic, [.. partition.Slices.Select(s => s.Bytes("SDRAM"))], 123_469_792);
        var before = AnnealingPlacer.Cost(problem, new HilbertPlacer().Place(problem, 1)!);
        var after = AnnealingPlacer.Cost(problem, new AnnealingPlacer().Place(problem, 1)!);
        Assert.True(after < before * 0.9, $"{before} -> {after}");
    }

    [Fact]
    public void ImageHoldsTheMapping()
    {
        var module = Networks.Digits();
        var mapping = MappingPipeline.Map(module, Networks.Board);
        var image = ImageEmitter.Emit(module, mapping, Networks.Board);
        Assert.Equal(mapping.Slices.Length, image.Cores.Length);
        Assert.Equal(mapping.Tables, image.Routers);
        Assert.Equal(Networks.Board.ToYaml(), image.ChipYaml);
        for (var s = 0; s < image.Cores.Length; s++)
        {
            Assert.Equal(mapping.ChipOf(s), (image.Cores[s].X, image.Cores[s].Y));
            Assert.Equal(mapping.Keys[s].Key, image.Cores[s].Slice.Key);
            Assert.Equal(mapping.Slices[s].First, image.Cores[s].Slice.First);
        }
    }

    [Fact]
    public void ProgressNamesEveryStageInOrder()
    {
        var seen = new List<MappingProgress>();
        MappingPipeline.Map(Networks.Digits(), Networks.Board, null, seen.Add);
        Assert.Equal(Enumerable.Range(0, seen[0].Count), seen.Select(p => p.Index));
        Assert.Contains(seen, p => p.Stage == "route");
    }

    [Fact]
    public void SlicesOfAnImageAreWholePixelsWhereThatCostsLittle()
    {
        var n = new Networks("pixels");
        n.Conv("wide", n.Conv("narrow", n.Input("x", 1, 3, 12, 12), 48), 320, kernel: 1);
        var mapping = MappingPipeline.Map(n.Build(), Networks.Board);
        // 48 channels: 5 pixels of 255 neurons. 320 channels: two halves of a pixel, the same number of cores as without whole pixels.
        Assert.All(mapping.Slices.Where(s => s.Population == new PopulationId(1)), s => Assert.Equal(0, s.First % 48));
        Assert.All(mapping.Slices.Where(s => s.Population == new PopulationId(2)), s => Assert.InRange(s.Count, 1, 255));
        Assert.True(mapping.Slices.Count(s => s.Population == new PopulationId(2)) <= 144 * 320 / 255 * 3 / 2 + 1);
    }

    [Fact]
    public void SizesAreThoseOfTheFormulas()
    {
        var n = new Networks("sizes");
        var x = n.Input("x", 1, 100);
        n.Dense("fc", x, 20);
        var module = n.Build(steps: 8);
        var slices = MappingPipeline.Map(module, Networks.Board).Slices;
        long Bytes(int slice, string purpose) => slices[slice].Memory.Where(u => u.Purpose == purpose).Sum(u => u.Bytes);
        // 100 rows of 3 header words and 20 synapses of 2 words (a float32 weight does not fit the 16-bit field).
        Assert.Equal(100 * (3 + (20 * 2)) * 4, Bytes(1, "synaptic rows"));
        Assert.Equal(2 * (3 + (20 * 2)) * 4, Bytes(1, "row buffers"));
        Assert.Equal(20 * 4, Bytes(1, "neuron state"));
        Assert.Equal(2 * 20 * 4, Bytes(1, "delay ring")); // delay 1: two slots of float32
        Assert.Equal(7 * 4, Bytes(1, "neuron parameters")); // seven shared parameters
        Assert.Equal(256 * 4, Bytes(1, "spike queue"));
        Assert.Equal(8 * 4, Bytes(1, "recording")); // 20 bits in one word, 8 steps
        Assert.Equal(16, Bytes(0, "input")); // 100 bits in 4 words, once: the input is static
        Assert.Equal(16, Bytes(0, "emissions"));
        Assert.DoesNotContain(slices[0].Memory, u => u.Purpose == "neuron state");
    }

    [Fact]
    public void SharedWeightsAreStoredOnceAndLeaveDataMemoryWhenTheyMust()
    {
        var n = new Networks("taps");
        var small = n.Conv("small", n.Input("x", 1, 4, 8, 8), 8);
        n.Conv("large", small, 200, kernel: 5);
        var module = n.Build();
        var mapping = MappingPipeline.Map(module, Networks.Board);
        var smallUse = mapping.Slices.First(s => s.Population == new PopulationId(1)).Memory.Single(u => u.Purpose == "shared weights");
        Assert.Equal(("DTCM", 9L * 4 * 8 * 4), (smallUse.Memory, smallUse.Bytes));
        var largeUse = mapping.Slices.First(s => s.Population == new PopulationId(2)).Memory;
        Assert.Contains(largeUse, u => u is { Memory: "SDRAM", Purpose: "shared weights", Bytes: 25 * 8 * 200 * 4 });
        Assert.Contains(largeUse, u => u is { Memory: "DTCM", Purpose: "row buffers", Bytes: 2 * 200 * 4 });
    }
}
