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
            return legal && (module.TicksPerStep == 1 || LongestLoop(raw) > (module.TicksPerStep - 1));
        });
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(200), property);
    }

    /// <summary>Over all elementary loops, the greatest number of projections per delay, rounded up; by trying all paths.</summary>
    private static int LongestLoop(Module module)
    {
        var worst = 0;
        var path = new List<Projection>();
        void Extend(int start, int at)
        {
            foreach (var p in module.Projections)
            {
                if (p.Source.Index != at || p.Target.Index < start || path.Any(q => q.Source == p.Target && p.Target.Index != start)) continue;
                path.Add(p);
                if (p.Target.Index == start)
                {
                    var delay = path.Sum(q => q.Delay);
                    worst = Math.Max(worst, (path.Count + delay - 1) / delay);
                }
                else if (path.Count < 8)
                {
                    Extend(start, p.Target.Index);
                }
                path.RemoveAt(path.Count - 1);
            }
        }
        for (var start = 0; start < module.Populations.Length; start++) Extend(start, start);
        return worst;
    }
}
