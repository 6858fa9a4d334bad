using System.Collections.Immutable;
using NeuroChip.HwModels;
using NeuroChip.Ir;
using NeuroChip.Runtime.Reports;

namespace NeuroChip.Runtime.Energy;

/// <summary>Adds up what a run costs, by component and by layer, and keeps which prices were used and what had none.</summary>
internal sealed class EnergyLedger
{
    private readonly HashSet<string> seen = [];
    private readonly SortedSet<string> included = new(StringComparer.Ordinal);
    private readonly SortedSet<string> missing = new(StringComparer.Ordinal);

    private readonly List<Entry> entries = [];
    private readonly List<ReportPrice> prices = [];

    private ImmutableArray<string> NotPriced =>
    [
        .. included.Count > 0 ? [$"no price of their own, the power of cores in use includes them: {string.Join(", ", included)}"] : (string[])[],
        .. missing.Count > 0 ? [$"happened, but this table has no price for them: {string.Join(", ", missing)}"] : (string[])[],
    ];

    /// <summary>A power for as long as the run takes.</summary>
    public void AddPower(string component, Quantity? price, string layer, int count, double seconds)
    {
        if (price is null || count == 0) return;
        AddWatts(component, price, layer, price.Watts * count, seconds);
    }

    /// <summary>A power that follows from a price, for as long as the run takes.</summary>
    public void AddWatts(string component, Quantity price, string layer, double watts, double seconds)
    {
        entries.Add(new Entry(component, layer, Picojoules.FromWattSeconds(watts, seconds)));
        Note(component, price);
    }

    /// <summary>Actions that each cost energy; without a price they are listed as not priced, or as paid for by time.</summary>
    public void AddEvents(string component, Quantity? price, string layer, long count, bool paidByTime)
    {
        if (count == 0) return;
        if (price is null)
        {
            (paidByTime ? included : missing).Add(component);
            return;
        }

        entries.Add(new Entry(component, layer, price.Picojoules * count));
        Note(component, price);
    }

    /// <summary>Bits that each cost energy; without a price they are left out, or listed as not priced if <paramref name="tell"/>.</summary>
    public void AddBits(string component, Quantity? price, string layer, Bits bits, bool tell = false)
    {
        if (bits.Count == 0) return;
        if (price is null)
        {
            if (tell) missing.Add(component);
            return;
        }

        entries.Add(new Entry(component, layer, new Picojoules(price.PicojoulesPerBit) * bits.Count));
        Note(component, price);
    }

    /// <summary>The energy of everything added.</summary>
    public ReportEnergy Close(RunReport run, string table, string title, Boundary boundary)
    {
        var joules = entries.Aggregate(new Picojoules(0), (sum, e) => sum + e.Energy).Joules;
        return new ReportEnergy(
            table,
            title,
            boundary.ToString().ToLowerInvariant(),
            joules,
            joules / run.Samples,
            run.Timing.Seconds > 0 ? joules / run.Timing.Seconds : 0,
            By(e => e.Component),
            By(e => e.Layer),
            [.. prices],
            NotPriced);
    }

    private ImmutableArray<ReportEnergyShare> By(Func<Entry, string> key) =>
        [.. entries.GroupBy(key).Select(g => new ReportEnergyShare(g.Key, g.Aggregate(new Picojoules(0), (sum, e) => sum + e.Energy).Joules))];

    private void Note(string component, Quantity price)
    {
        if (seen.Add(component))
            prices.Add(new ReportPrice(component, price.ToString(), price.Provenance.Grade.Meaning(), price.Provenance.Source));
    }

    private readonly record struct Entry(string Component, string Layer, Picojoules Energy);
}
