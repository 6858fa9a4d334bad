using System.Collections.Immutable;
using NeuroChip.HwModels.Pipelines;
using NeuroChip.Ir.Pipelines;
using NeuroChip.Simulator.Pipelines;
using NeuroChip.Simulator.Pipelines.Somas;

namespace NeuroChip.Simulator.Tests.Pipelines;

/// <summary>Soma models against each other and against what is worked out by hand.</summary>
public sealed class SomaTests
{
    /// <summary>The fast way and the general one fire alike, whatever arrives, in blocks of any length and with slots in any order.</summary>
    [Theory]
    [InlineData(1, 1)]
    [InlineData(7, 1)]
    [InlineData(64, 1)]
    [InlineData(66, 11)]
    public void PlainAndGeneralNeuronsAgree(int count, int channels)
    {
        foreach (var mode in Enum.GetValues<ResetMode>())
        {
            var random = new Random(count + (int)mode);
            var parameters = new NeuronParameters(count);
            for (var n = 0; n < count; n++)
            {
                parameters.Set(NeuronParameter.Threshold, n, 1, random.Next(0, 20) / 4.0);
                parameters.Set(NeuronParameter.LeakDecay, n, 1, random.NextDouble());
                parameters.Set(NeuronParameter.Reset, n, 1, random.Next(-4, 4) / 8.0);
                if (n % 3 == 0) parameters.Set(NeuronParameter.Bias, n, 1, random.Next(-2, 5));
            }

            var layout = Layout(count, channels, parameters);
            var unit = layout.TypeOfCore[0].Somas[0];
            var fanOut = new FanOut(layout);
            var (a, b) = (new StepActivity(layout, fanOut), new StepActivity(layout, fanOut));
            parameters.Set(NeuronParameter.ResetMode, (int)mode);
            SomaBlock[] blocks = [new PlainLifBlock(layout, 0, 0, count, unit, null, mode, false), new LifBlock(layout, 0, 0, count, unit, null)];
            for (var step = 1; step <= 50; step++)
            {
                var sums = Enumerable.Range(0, count).Select(_ => random.Next(3) == 0 ? random.Next(-8, 12) / 3.0 : SynapseRows.Nothing).ToArray();
                if (step == 9) sums[0] = 1e9;
                Visit(blocks[0], step, (double[])sums.Clone(), a);
                Visit(blocks[1], step, sums, b);
                Assert.Equal(b.Fired[..b.FiredCount[0]], a.Fired[..a.FiredCount[0]]);
                Assert.Equal(b.Delay[..b.FiredCount[0]], a.Delay[..a.FiredCount[0]]);
                Assert.Equal((blocks[1].Updated, blocks[1].Fired, b.Rest[0]), (blocks[0].Updated, blocks[0].Fired, a.Rest[0]));
            }
        }
    }

    /// <summary>After a spike a delay of three steps lets two pass; what arrives meanwhile is lost.</summary>
    [Fact]
    public void RefractorySteps() => Assert.Equal([1, 4, 7, 10], SpikesOf(SomaModel.LeakyIntegrateFire, 10, (NeuronParameter.Bias, 1), (NeuronParameter.RefractoryDelay, 3)));

    /// <summary>1/64 is the grid: a bias below it is cut away before the next step.</summary>
    [Fact]
    public void PotentialsAreCutToTheGrid()
    {
        Assert.Empty(SpikesOf(SomaModel.LeakyIntegrateFire, 500, (NeuronParameter.Bias, 0.9 / 64), (NeuronParameter.Threshold, 0.02)));
        Assert.Equal([2], SpikesOf(SomaModel.LeakyIntegrateFire, 2, (NeuronParameter.Bias, 1.0 / 64), (NeuronParameter.Threshold, 0.02)));
        Assert.Equal(-33554432, LifState.Cut(1e9));
        Assert.Equal(-1.0 / 64, LifState.Cut(-1.9 / 64));
    }

    /// <summary>truenorth fires from the threshold on, leaky_integrate_fire above it; its leak is a difference.</summary>
    [Fact]
    public void TrueNorthFiresAtTheThreshold()
    {
        Assert.Equal([2, 4, 6], SpikesOf(SomaModel.TrueNorth, 7, (NeuronParameter.Bias, 1), (NeuronParameter.Threshold, 2), (NeuronParameter.ReverseThreshold, -9)));
        Assert.Equal([3, 6], SpikesOf(SomaModel.LeakyIntegrateFire, 7, (NeuronParameter.Bias, 1), (NeuronParameter.Threshold, 2)));
        Assert.Equal([3, 6], SpikesOf(SomaModel.TrueNorth, 7, (NeuronParameter.Bias, 1), (NeuronParameter.Leak, 0.5), (NeuronParameter.Threshold, 2), (NeuronParameter.ReverseThreshold, -9)));
    }

    /// <summary>The 10,000th word of MT19937 with the seed 5489 is 4123659995: ISO C++, [rand.predef].</summary>
    [Fact]
    public void RandomWordsAreThoseOfTheStandard()
    {
        var random = new MersenneTwister(5489);
        for (var i = 1; i < 10_000; i++) random.NextWord();
        Assert.Equal(4123659995u, random.NextWord());
    }

    private static void Visit(SomaBlock block, int step, double[] sums, StepActivity activity)
    {
        var visit = new CoreVisit(activity);
        visit.Start(0);
        block.Visit(step, sums, visit);
        visit.End();
        Assert.All(sums, s => Assert.True(s == 0 && double.IsNegative(s)));
    }

    private static int[] SpikesOf(SomaModel model, int steps, params (NeuronParameter Parameter, double Value)[] values)
    {
        var parameters = new NeuronParameters(1);
        foreach (var (parameter, value) in values) parameters.Set(parameter, value);
        parameters.Set(NeuronParameter.LogSpikes, 1);
        var layout = Layout(1, 1, parameters, model);
        return [.. new PipelineSimulator(layout.Chip, layout.Network).Run(new(steps, KeepSpikes: true)).Spikes.Select(s => s.Step)];
    }

    private static PipelineLayout Layout(int count, int channels, NeuronParameters parameters, SomaModel model = SomaModel.LeakyIntegrateFire)
    {
        var chip = new Chains { Sources = [0], Targets = [0], Edges = [] }.Chip;
        var type = chip.Cores[0].Type with { Somas = [new("soma", null, model, new(1, 1e-9), new(1, 3e-9), new(1, 7e-9))] };
        chip = chip with { Cores = [new("c", 0, 0, type)], Tiles = [chip.Tiles[0]] };
        var zeros = new ushort[count].ToImmutableArray();
        var group = new NeuronGroup("n", 0, count, channels, parameters, ImmutableDictionary<int, ImmutableArray<bool>>.Empty);
        return new(chip, new("n", [group], [], new([.. Enumerable.Range(0, count)], [.. new int[count]], zeros, zeros, zeros)));
    }
}
