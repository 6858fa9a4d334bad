using FsCheck;
using FsCheck.Fluent;
using NeuroChip.Compiler.Mapping;
using NeuroChip.Compiler.Passes;
using NeuroChip.Ir.Ncir;

namespace NeuroChip.Compiler.Tests.Mapping;

public sealed class BalanceDelaysTests
{
    [Fact]
    public void AChainGetsOneStagePerLayerAndASkipTheDifference()
    {
        var n = new Networks("skip");
        var x = n.Input("x", 1, 8);
        var a = n.Dense("a", x, 8);
        var b = n.Dense("b", a, 8);
        n.Identity(x, b);
        var module = n.Build();
        Assert.Equal([0, 1, 2], module.Populations.Select(p => p.Stage));
        Assert.Equal(1, module.TicksPerStep);
        Assert.Equal([1, 1, 2], module.Projections.Select(p => PhysicalDelay.Of(module, p)));
    }

    [Fact]
    public void ARecurrentLoopOfTwoNeedsTwoTicksPerStep()
    {
        var n = new Networks("loop");
        var a = n.Dense("a", n.Input("x", 1, 8), 8);
        var b = n.Dense("b", a, 8);
        n.Identity(b, a, delay: 1);
        var module = n.Build();
        Assert.Equal(2, module.TicksPerStep);
        Assert.All(module.Projections, p => Assert.InRange(PhysicalDelay.Of(module, p), 1, 2));
    }

    [Fact]
    public void ASelfLoopNeedsOneTickPerStep()
    {
        var n = new Networks("self");
        var a = n.Dense("a", n.Input("x", 1, 8), 8);
        n.Identity(a, a, delay: 1);
        Assert.Equal(1, n.Build().TicksPerStep);
    }

    [Fact]
    public void AShortBranchStartsLateAndALateInputComesLate()
    {
        var n = new Networks("branch");
        var x = n.Input("x", 1, 100);
        var label = n.Input("label", 1, 4);
        var a = n.Dense("a", x, 100);
        var b = n.Dense("b", a, 100);
        var shortBranch = n.Dense("short", label, 4);
        var join = n.Dense("join", b, 10);
        n.Connect(shortBranch, join, new Ir.Ncir.AddressFunctions.DenseMap(4, 10));
        var module = n.Build();
        Assert.Equal(2, module[shortBranch].Stage);
        Assert.Equal(1, module[label].Stage);
        Assert.All(module.Projections, p => Assert.Equal(1, PhysicalDelay.Of(module, p)));
    }

    [Fact]
    public void NothingToDoGivesTheSameModule()
    {
        var module = Networks.Digits();
        Assert.Same(module, BalanceDelays.Run(module));
    }

    [Fact]
    public void EveryDelayIsAtLeastOneTickAndFewerTicksWouldNotDo()
    {
        var edges = Gen.Choose(0, 7).SelectMany(_ => Gen.Choose(0, 7), (s, t) => (Source: s, Target: t)).ListOf();
        var property = Prop.ForAll(edges.ToArbitrary(), list =>
        {
            var n = new Networks("random");
            n.Input("x", 1, 2);
            for (var k = 1; k < 8; k++) n.Neurons($"n{k}", 1, 2);
            // Forward edges within the step, the others in the next one.
            foreach (var (s, t) in list)
                if (t > 0) n.Identity(new PopulationId(s), new PopulationId(t), s < t ? 0 : 1);
            var raw = n.Raw();
            var module = BalanceDelays.Run(raw);
            var legal = module.Projections.All(p => PhysicalDelay.Of(module, p) >= 1) && module.Populations.Min(p => p.Stage) == 0;
            return legal && (module.TicksPerStep == 1 || HasLoopLongerThanItsDelay(raw, module.TicksPerStep - 1));
        });
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(200), property);
    }

    /// <summary>Whether some loop has more projections than ticks of delay: longest walks between all pairs (Floyd-Warshall).</summary>
    private static bool HasLoopLongerThanItsDelay(Module module, int ticksPerStep)
    {
        var count = module.Populations.Length;
        var longest = new long?[count, count];
        foreach (var p in module.Projections)
        {
            var length = 1L - (ticksPerStep * p.Delay);
            if (longest[p.Source.Index, p.Target.Index] is not { } known || known < length) longest[p.Source.Index, p.Target.Index] = length;
        }
        for (var via = 0; via < count; via++)
            for (var from = 0; from < count; from++)
                for (var to = 0; to < count; to++)
                    if (longest[from, via] + longest[via, to] is { } length && (longest[from, to] is not { } known || known < length))
                        longest[from, to] = Math.Min(length, 1000);
        return Enumerable.Range(0, count).Any(k => longest[k, k] > 0);
    }
}
