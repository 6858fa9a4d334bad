using System.Collections.Immutable;
using NeuroChip.Ir.Ncir.AddressFunctions;
using NeuroChip.Ir.Tensors;

namespace NeuroChip.Ir.Ncir.Sites;

/// <summary>
/// All tables of one sample, built once, and the address functions that look them up: <see cref="Bind"/> makes of one that waits for a sample one like all others.
/// Projections that share tables and window share the rulebook.
/// </summary>
public sealed class SiteBinding
{
    private readonly ActiveSites[] sites;
    private readonly Dictionary<(int From, int To, SiteWindow, SiteDirection), SiteRulebook> rulebooks = [];
    private readonly Dictionary<SiteMap, AddressFunction> bound = new(ReferenceEqualityComparer.Instance);

    /// <summary>Builds the tables; <paramref name="inputs"/> holds the coordinates by <see cref="SiteTable.Input"/>, int32 [N, 3].</summary>
    /// <exception cref="Diagnostics.DiagnosticException">NC5080 to NC5083, see <see cref="ActiveSites"/>.</exception>
    public SiteBinding(ImmutableArray<SiteTable> tables, IReadOnlyDictionary<string, Tensor> inputs)
    {
        sites = new ActiveSites[tables.Length];
        foreach (var table in tables)
        {
            sites[table.Id.Index] = table.Reach is { } reach ? sites[reach.From.Index].Reached(table)
                : inputs.TryGetValue(table.Input, out var coordinates) ? ActiveSites.Of(table, coordinates.Span<int>())
                : throw new ArgumentException($"no coordinates '{table.Input}'");
        }
    }

    /// <summary>Of a network without sites.</summary>
    public static SiteBinding None { get; } = new([], ImmutableDictionary<string, Tensor>.Empty);

    /// <summary>The sites of a table in this sample.</summary>
    public ActiveSites this[SiteTableId id] => sites[id.Index];

    /// <summary>The function as it is in this sample; itself where it does not depend on sites.</summary>
    public AddressFunction Bind(AddressFunction map)
    {
        if (map is not SiteMap waiting) return map;
        if (!bound.TryGetValue(waiting, out var known)) bound.Add(waiting, known = waiting.Bind(this));
        return known;
    }

    /// <summary>The pairs of a window between two tables.</summary>
    public SiteRulebook Rulebook(SiteTableId from, SiteTableId to, SiteWindow window, SiteDirection direction)
    {
        var key = (from.Index, to.Index, window, direction);
        if (!rulebooks.TryGetValue(key, out var known)) rulebooks.Add(key, known = new(window, direction, this[from], this[to]));
        return known;
    }

    /// <summary>Neurons of a population that exist in this sample: the first ones.</summary>
    public int Present(Population population) => population.Sites is { } id ? this[id].Count * population.Layout.Channels : population.Size;

    /// <summary>
    /// Values by site number [outer, capacity, channels] as rows in the order of the coordinates, [outer, count, channels]; the tensor itself where the population has no sites.
    /// </summary>
    public Tensor Rows(SiteTableId? table, Tensor values)
    {
        if (table is not { } id) return values;
        return values.Type switch
        {
            DType.Float32 => Rows(this[id], values.Shape, values.Array<float>()),
            DType.Int32 => Rows(this[id], values.Shape, values.Array<int>()),
            DType.Int8 => Rows(this[id], values.Shape, values.Array<sbyte>()),
            _ => throw new ArgumentException($"{values} holds no values of sites"),
        };
    }

    /// <summary>The other way: an input of rows [outer, count, channels] by site number, [outer, capacity, channels], 0 where no site is.</summary>
    public float[] BySite(Population population, float[] rows)
    {
        var active = this[population.Sites!.Value];
        var channels = population.Layout.Channels;
        var outer = rows.Length / (active.Count * channels);
        var result = new float[outer * population.Size];
        for (var o = 0; o < outer; o++)
        {
            for (var s = 0; s < active.Count; s++)
                rows.AsSpan(((o * active.Count) + active.Order.Span[s]) * channels, channels).CopyTo(result.AsSpan((o * population.Size) + (s * channels)));
        }

        return result;
    }

    private static Tensor Rows<T>(ActiveSites active, ImmutableArray<int> shape, T[] values) where T : unmanaged
    {
        var (channels, capacity) = (shape[^1], shape[^2]);
        var outer = values.Length / (channels * capacity);
        var result = new T[outer * active.Count * channels];
        for (var o = 0; o < outer; o++)
        {
            for (var s = 0; s < active.Count; s++)
                values.AsSpan(((o * capacity) + s) * channels, channels).CopyTo(result.AsSpan(((o * active.Count) + active.Order.Span[s]) * channels));
        }

        return Tensor.Of(shape.SetItem(shape.Length - 2, active.Count), result);
    }
}
