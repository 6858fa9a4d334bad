using System.Collections.Immutable;
using NeuroChip.Compiler.Mapping;
using NeuroChip.Ir.Images;
using NeuroChip.Ir.Ncir;

namespace NeuroChip.Compiler.Tests.Mapping;

/// <summary>The checker must refuse what is wrong, whatever it is: each test breaks a good mapping in one place.</summary>
public sealed class MappingCheckerTests
{
    private static readonly Module Module = Networks.Digits();
    private static readonly ChipMapping Good = MappingPipeline.Map(Module, Networks.Board);

    [Fact]
    public void TheGoodOneIsGood() => Assert.Empty(MappingChecker.Check(Module, Networks.Board, Good));

    [Fact]
    public void NoEntryOfATableCanBeMissing()
    {
        for (var t = 0; t < Good.Tables.Length; t++)
            for (var e = 0; e < Good.Tables[t].Entries.Length; e++)
                Refused(Good with { Tables = Good.Tables.SetItem(t, Good.Tables[t] with { Entries = Good.Tables[t].Entries.RemoveAt(e) }) });
    }

    [Fact]
    public void NoBitOfARouteCanDiffer()
    {
        foreach (var (t, e, entry) in Entries())
            for (var bit = 0; bit < 6 + 17; bit++)
                Refused(WithEntry(t, e, entry with { Route = entry.Route ^ (1u << bit) }));
    }

    [Fact]
    public void NoKeyOfAnEntryCanDiffer()
    {
        foreach (var (t, e, entry) in Entries())
            Refused(WithEntry(t, e, entry with { Key = entry.Key ^ (entry.Mask & (~entry.Mask + 1)) }));
    }

    [Fact]
    public void AnEntryInFrontOfAllTakesTheirKeys()
    {
        var table = Good.Tables[0];
        Refused(Good with { Tables = Good.Tables.SetItem(0, table with { Entries = table.Entries.Insert(0, new RoutingEntry(0, 0, 1)) }) });
    }

    [Fact]
    public void ALoopIsFound()
    {
        // Two neighbours that send everything to each other.
        var (x, y) = Good.ChipOf(0);
        var key = Good.Keys[0];
        ImageRouter Loop(int cx, int cy, int link) => new(cx, cy, [new(key.Key, key.Mask, 1u << link), .. Good.Tables.FirstOrDefault(t => (t.X, t.Y) == (cx, cy))?.Entries ?? []]);
        var near = Networks.Board.Machine.Neighbour(x, y, 0)!.Value;
        var tables = Good.Tables.Where(t => (t.X, t.Y) != (x, y) && (t.X, t.Y) != (near.X, near.Y)).Append(Loop(x, y, 0)).Append(Loop(near.X, near.Y, 3));
        Assert.Contains(MappingChecker.Check(Module, Networks.Board, Good with { Tables = [.. tables] }), f => f.Message.Contains("twice", StringComparison.Ordinal));
    }

    [Fact]
    public void SlicesMustCoverEveryNeuronOnce()
    {
        for (var s = 0; s < Good.Slices.Length; s++)
        {
            Refused(Good with { Slices = Good.Slices.SetItem(s, Good.Slices[s] with { Count = Good.Slices[s].Count - 1 }) });
            Refused(Good with { Slices = Good.Slices.SetItem(s, Good.Slices[s] with { First = Good.Slices[s].First + 1 }) });
            Refused(Good with { Slices = Good.Slices.RemoveAt(s) });
        }
    }

    [Fact]
    public void KeysMustBeDisjointAlignedAndEnough()
    {
        Refused(Good with { Keys = Good.Keys.SetItem(1, Good.Keys[0]) });
        Refused(Good with { Keys = Good.Keys.SetItem(1, Good.Keys[1] with { Key = Good.Keys[1].Key + 1 }) });
        Refused(Good with { Keys = Good.Keys.SetItem(1, Good.Keys[1] with { Mask = uint.MaxValue }) });
        Refused(Good with { Keys = Good.Keys.SetItem(1, Good.Keys[1] with { Key = 0x40000000 }) });
    }

    [Fact]
    public void CoresMustBeThereAndHoldOneSlice()
    {
        var place = Good.Placement;
        Refused(Good with { Placement = place with { CoreOf = place.CoreOf.SetItem(0, 0) } });
        Refused(Good with { Placement = place with { CoreOf = place.CoreOf.SetItem(0, 17) } });
        Refused(Good with { Placement = place with { ChipOf = place.ChipOf.SetItem(0, place.ChipOf[1]), CoreOf = place.CoreOf.SetItem(0, place.CoreOf[1]) } });
        for (var s = 1; s < Good.Slices.Length; s++)
            if (Good.Slices[s].Population != Good.Slices[0].Population)
                Refused(Good with { Placement = new(Swap(place.ChipOf, 0, s), Swap(place.CoreOf, 0, s)) });
    }

    [Fact]
    public void SizesMustBeTrueAndWithinLimits()
    {
        for (var s = 0; s < Good.Slices.Length; s++)
        {
            var slice = Good.Slices[s];
            Refused(Good with { Slices = Good.Slices.SetItem(s, slice with { Memory = slice.Memory.Add(new("DTCM", "neuron state", 60 * 1024)) }) });
            foreach (var purpose in new[] { "neuron state", "delay ring", "synaptic rows", "shared weights" })
                if (slice.Memory.FirstOrDefault(u => u.Purpose == purpose) is { } use)
                    Refused(Good with { Slices = Good.Slices.SetItem(s, slice with { Memory = slice.Memory.Replace(use, use with { Bytes = use.Bytes / 4 }) }) });
        }
        Refused(Good with { Slices = Good.Slices.SetItem(0, Good.Slices[0] with { Memory = [new("SDRAM", "input", 200_000_000)] }) });
    }

    [Fact]
    public void DelaysMustFit()
    {
        var late = Module with { Populations = Module.Populations.SetItem(0, Module.Populations[0] with { Stage = 5 }) };
        Assert.NotEmpty(MappingChecker.Check(late, Networks.Board, Good));
    }

    private static IEnumerable<(int Table, int Index, RoutingEntry Entry)> Entries() =>
        from t in Enumerable.Range(0, Good.Tables.Length) from e in Enumerable.Range(0, Good.Tables[t].Entries.Length) select (t, e, Good.Tables[t].Entries[e]);

    private static ChipMapping WithEntry(int table, int index, RoutingEntry entry) =>
        Good with { Tables = Good.Tables.SetItem(table, Good.Tables[table] with { Entries = Good.Tables[table].Entries.SetItem(index, entry) }) };

    private static ImmutableArray<int> Swap(ImmutableArray<int> list, int a, int b) => list.SetItem(a, list[b]).SetItem(b, list[a]);

    private static void Refused(ChipMapping mapping)
    {
        var findings = MappingChecker.Check(Module, Networks.Board, mapping);
        Assert.NotEmpty(findings);
        Assert.All(findings, f => Assert.Equal("NC2190", f.Code));
    }
}
