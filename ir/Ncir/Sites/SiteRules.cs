using System.Collections.Immutable;
using NeuroChip.Ir.Ncir.AddressFunctions;

namespace NeuroChip.Ir.Ncir.Sites;

/// <summary>What tables of sites must keep to, and what is at them: said in words where they do not. For the verifier of modules and that of images.</summary>
internal static class SiteRules
{
    /// <summary>What is wrong with a table, or null. Tables before <paramref name="index"/> are right.</summary>
    public static string? Table(ImmutableArray<SiteTable> tables, int index)
    {
        var table = tables[index];
        if (table.Id.Index != index) return $"its id is {table.Id.Index}, its place {index}";
        if (table.Extent.Length != 3 || table.Extent.Any(e => e < 1)) return $"its grid is [{string.Join(", ", table.Extent)}]; three extents of at least 1 are needed";
        if (table.Capacity < 1 || table.Capacity > 1 << 29) return $"it has room for {table.Capacity} sites; 1 to {1 << 29} are possible";
        if (table.Reach is not { } reach) return table.Input.Length == 0 ? "neither an input nor another table gives its sites" : null;
        if (table.Input.Length != 0) return $"its sites come from input '{table.Input}' and from table {reach.From.Index}; one of the two is possible";
        if (reach.From.Index < 0 || reach.From.Index >= index) return $"its sites come from table {reach.From.Index}; only the {index} before it are possible";
        return Window(reach.Window) ?? Grids(reach.Window, tables[reach.From.Index], table);
    }

    /// <summary>What is wrong with where a population is, or null.</summary>
    public static string? Population(ImmutableArray<SiteTable> tables, Population population)
    {
        if (population.Sites is not { } id) return null;
        if (id.Index < 0 || id.Index >= tables.Length) return $"it is at the sites of table {id.Index}; there are {tables.Length}";
        if (population.Layout is { ChannelLast: false, FrameworkShape.Length: 2 } && population.Layout.FrameworkShape[0] == tables[id.Index].Capacity) return null;
        return $"it is at sites and has shape [{string.Join(", ", population.Layout.FrameworkShape)}]; [{tables[id.Index].Capacity}, channels] in C order is needed";
    }

    /// <summary>What is wrong with a map in itself, or null.</summary>
    public static string? Map(SiteMap map) => map switch
    {
        SiteConvMap m when m.Sources < 1 || m.Targets < 1 || m.Pairs < 0 => $"{m.Sources} sources, {m.Targets} targets and {m.Pairs} pairs; 1, 1 and 0 are the least",
        SiteConvMap m when m.Channels < 1 || m.OutChannels < 1 || m.Groups < 1 || m.Channels % m.Groups != 0 || m.OutChannels % m.Groups != 0 => $"{m.Groups} groups do not divide {m.Channels} and {m.OutChannels} channels",
        SiteConvMap m => Window(m.Window) ?? Fits(m.Sources, m.Channels) ?? Fits(m.Targets, m.OutChannels) ?? Fits(m.Window.Taps, m.Channels, m.GroupOutputs)
            ?? (m is SubmanifoldMap && !m.Window.Inputs.AsSpan().SequenceEqual(m.Window.Outputs.AsSpan()) ? "a submanifold convolution keeps its grid" : null)
            ?? (m is SubmanifoldMap && (m.Window.Z.Stride | m.Window.Y.Stride | m.Window.X.Stride) != 1 ? "a submanifold convolution has stride 1" : null),
        ScatterMap m when Math.Min(Math.Min(m.Capacity, m.Channels), m.Targets) < 1 || Math.Min(Math.Min(m.StrideZ, m.StrideY), Math.Min(m.StrideX, m.StrideC)) < 0 => "capacity, channels and targets are at least 1, strides at least 0",
        ScatterMap m => Fits(m.Capacity, m.Channels),
        _ => null,
    };

    /// <summary>What does not fit between a projection, its populations and the tables, or null.</summary>
    public static string? Projection(ImmutableArray<SiteTable> tables, Projection projection, Population source, Population target)
    {
        if (projection.Map is not SiteMap map)
        {
            return target.Sites is { } there && source.Sites != there ? $"'{target.Name}' is at the sites of table {there.Index}, '{source.Name}' is not; only a function over sites leads from one to the other" : null;
        }

        if (map.From.Index < 0 || map.From.Index >= tables.Length || source.Sites != map.From) return $"its source is looked up in table {map.From.Index}; '{source.Name}' is {At(source)}";
        if (target.Sites != map.To) return $"its target is looked up in {(map.To is { } t ? $"table {t.Index}" : "no table")}; '{target.Name}' is {At(target)}";
        if (projection.RowsFrom is not null) return "its rows are payloads; functions over sites have stored weights";
        if (projection.Reduction != Reduction.Sum) return "it takes a maximum; functions over sites only add";
        var from = tables[map.From.Index];
        return map switch
        {
            InverseConvMap m => Grids(m.Window, tables[map.To!.Value.Index], from),
            SiteConvMap m => Grids(m.Window, from, tables[map.To!.Value.Index])
                ?? (m is SparseConvMap && tables[map.To!.Value.Index].Reach != new SiteReach(map.From, m.Window) ? $"the sites of table {map.To!.Value.Index} are not those its window makes of table {map.From.Index}" : null),
            ScatterMap m when ((long)(from.Extent[0] - 1) * m.StrideZ) + ((long)(from.Extent[1] - 1) * m.StrideY) + ((long)(from.Extent[2] - 1) * m.StrideX) + ((long)(m.Channels - 1) * m.StrideC) >= m.Targets => "its strides lead past its targets",
            _ => null,
        };
    }

    /// <summary>What keeps a readout (all of whose signals exist) from being given as rows by site, or null.</summary>
    public static string? Readout(ImmutableArray<Population> populations, Readout readout)
    {
        var first = populations[readout.Signals[0].Population.Index];
        foreach (var signal in readout.Signals)
            if (populations[signal.Population.Index] is var other && other.Sites != first.Sites) return $"'{first.Name}' is {At(first)}, '{other.Name}' is {At(other)}";
        if (first.Sites is null) return null;
        var (shape, rows) = (readout.FrameworkShape, first.Layout.FrameworkShape);
        if (shape.AsSpan().EndsWith(rows.AsSpan()) && (readout.Time != TimeReduction.Each || readout.TimeAxis < shape.Length - rows.Length)) return null;
        return $"'{first.Name}' is {At(first)}; the shape must end in [{string.Join(", ", rows)}], with the axis of steps before that";
    }

    private static string At(Population population) => population.Sites is { } id ? $"at those of table {id.Index}" : "at no sites";

    private static string? Window(SiteWindow window)
    {
        foreach (var (name, axis) in new[] { ("z", window.Z), ("y", window.Y), ("x", window.X) })
        {
            if (Math.Min(Math.Min(axis.Input, axis.Output), Math.Min(Math.Min(axis.Kernel, axis.Stride), axis.Dilation)) < 1)
                return $"axis {name} has in={axis.Input} out={axis.Output} kernel={axis.Kernel} stride={axis.Stride} dilation={axis.Dilation}; all are at least 1";
            if (((long)axis.Output * axis.Stride) + Math.Abs((long)axis.Pad) + ((long)axis.Kernel * axis.Dilation) + axis.Input > int.MaxValue) return $"axis {name} reaches past {int.MaxValue}";
        }

        return (long)window.Z.Kernel * window.Y.Kernel * window.X.Kernel > 1 << 20 ? "its kernel has more than 2^20 taps" : null;
    }

    private static string? Grids(SiteWindow window, SiteTable from, SiteTable to)
    {
        if (!window.Inputs.AsSpan().SequenceEqual(from.Extent.AsSpan())) return $"its window slides over [{string.Join(", ", window.Inputs)}]; the grid of '{from.Name}' is [{string.Join(", ", from.Extent)}]";
        return window.Outputs.AsSpan().SequenceEqual(to.Extent.AsSpan()) ? null : $"its window makes [{string.Join(", ", window.Outputs)}]; the grid of '{to.Name}' is [{string.Join(", ", to.Extent)}]";
    }

    private static string? Fits(params ReadOnlySpan<int> extents)
    {
        Int128 product = 1;
        foreach (var extent in extents) product *= extent;
        return product > int.MaxValue ? $"{string.Join(" x ", extents.ToArray())} exceeds {int.MaxValue}" : null;
    }
}
