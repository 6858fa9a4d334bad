using FsCheck;
using FsCheck.Fluent;
using NeuroChip.Compiler.Mapping;
using NeuroChip.HwModels;
using NeuroChip.Ir.Diagnostics;
using NeuroChip.Ir.Ncir;
using NeuroChip.Ir.Ncir.AddressFunctions;

namespace NeuroChip.Compiler.Tests.Mapping;

/// <summary>Networks made at random, mapped with the checker on (it always is): whatever fits must be mapped rightly, by every placer.</summary>
public sealed class RandomMappingTests
{
    [Fact]
    public void WhateverFitsIsMappedRightly()
    {
        var mapped = 0;
        var property = Prop.ForAll(Gen.Choose(0, 1_000_000).ToArbitrary(), seed =>
        {
            var random = new RandomSequence(seed);
            var module = RandomNetwork(ref random);
            var placer = random.Below(2) == 0 ? "annealing" : "hilbert";
            // Few neurons per core make many slices of small layers; few entries make ordered covering work.
            var chip = Networks.Board with
            {
                Core = Networks.Board.Core with { Neurons = Networks.Board.Core.Neurons.With(3 + random.Below(30)) },
                Noc = Networks.Board.Noc with { RouterEntries = Networks.Board.Noc.RouterEntries.With(4 + random.Below(40)) },
            };
            try
            {
                var mapping = MappingPipeline.Map(module, chip, new(seed, placer));
                mapped++;
                return mapping.Slices.Sum(s => s.Count) == module.Populations.Sum(p => p.Size)
                    && mapping.Tables.All(t => t.Entries.Length <= chip.Noc.RouterEntries.Count);
            }
            catch (DiagnosticException e)
            {
                // Too long a table or too few cores are honest answers; a wrong mapping would be a MappingCheckException.
                return e.Diagnostics.All(d => d.Code is "NC2102" or "NC2106");
            }
        });
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(60), property);
        Assert.True(mapped > 5, $"only {mapped} of 60 networks were mapped");
    }

    [Fact]
    public void RealTablesShrinkByCoveringAndStayRight()
    {
        var module = Networks.ResNet(8);
        ManyCoreChip WithEntries(int entries) => Networks.Board with { Noc = Networks.Board.Noc with { RouterEntries = Networks.Board.Noc.RouterEntries.With(entries) } };
        var full = MappingPipeline.Map(module, Networks.Board, new(Placer: "hilbert")).Tables.Max(t => t.Entries.Length);
        var tight = MappingPipeline.Map(module, WithEntries(full - 2), new(Placer: "hilbert"));
        Assert.All(tight.Tables, t => Assert.InRange(t.Entries.Length, 1, full - 2));
    }

    private static Module RandomNetwork(ref RandomSequence random)
    {
        var n = new Networks("random");
        var layers = new List<PopulationId> { n.Input("x", 1, 1 + random.Below(3), 4 + random.Below(6), 4 + random.Below(6)) };
        for (var k = 0; k < 1 + random.Below(6); k++)
        {
            var from = layers[random.Below(layers.Count)];
            var layout = n.LayoutOf(from);
            var image = layout.FrameworkShape.Length == 4;
            var groups = image && random.Below(3) == 0 ? layout.Channels : 1;
            var next = image && random.Below(4) > 0
                ? n.Conv($"conv{k}", from, groups * (1 + random.Below(4)), 1 + (2 * random.Below(2)), 1 + random.Below(2), groups)
                : n.Dense($"dense{k}", from, 1 + random.Below(40));
            layers.Add(next);
            // Shortcuts, and recurrent connections that need a step.
            foreach (var other in layers.Where(l => l != next && n.LayoutOf(l).Equals(n.LayoutOf(next)) && l.Index > 0).ToArray())
                n.Identity(other, next);
            if (random.Below(3) == 0) n.Identity(next, next, delay: 1);
            if (random.Below(4) == 0) n.Connect(next, layers[^1], Sparse(ref random, n.LayoutOf(next).Size), delay: 1);
        }
        return n.Build();
    }

    private static CsrMap Sparse(ref RandomSequence random, int size)
    {
        var (offsets, targets) = (new List<int> { 0 }, new List<int>());
        for (var a = 0; a < size; a++)
        {
            for (var t = random.Below(5); t < size; t += 1 + random.Below(size)) targets.Add(t);
            offsets.Add(targets.Count);
        }
        return new([.. offsets], [.. targets], size);
    }
}
