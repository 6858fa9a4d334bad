using NeuroChip.HwModels.Tiles;
using NeuroChip.Ir;
using NeuroChip.Ir.Images;
using NeuroChip.Ir.Ncir;
using NeuroChip.Ir.Ncir.AddressFunctions;
using NeuroChip.Ir.Ncir.Sites;
using NeuroChip.Ir.Tensors;
using NeuroChip.Runtime.Workloads;
using NeuroChip.Simulator.Observers;

namespace NeuroChip.Simulator.Tiles;

/// <summary>What a projection of an image does in one step, as work of a tile: its extents, known before the run, and the counts of the step.</summary>
internal sealed class ImageWork
{
    private readonly Projection projection;
    private readonly LayerWork shape;
    private readonly bool multiplies;
    private readonly SiteTable? from;
    private readonly SiteTable? to;
    private readonly bool reuse;

    /// <summary>The work of a projection.</summary>
    /// <param name="projection">The projection.</param>
    /// <param name="image">The image it is of.</param>
    /// <param name="unit">What looks up active sites on its tiles; null if nothing does.</param>
    public ImageWork(Projection projection, ChipImage image, AddressUnitModel? unit)
    {
        var arithmetic = image.Arithmetic;
        this.projection = projection;
        shape = Shape(projection) with { Name = projection.Name };
        if (projection.RowsFrom is null && IsStored) shape = shape with { WeightBits = new((long)projection.Rows.Length * arithmetic.WeightBits) };
        if (projection.Map is SiteMap sites)
        {
            from = image.Sites[sites.From.Index];
            to = sites.To is { } target ? image.Sites[target.Index] : null;
            reuse = unit is { ReuseSite: true };
        }

        // Real payloads that all have one weight (membrane shortcuts, means) are added, and the weight is a factor of the sum.
        multiplies = projection.Kind == ProjectionKind.Analog && (projection.RowsFrom is not null || !AllEqual(projection.Rows));
    }

    /// <summary>Whether it has weights of its own: rows fetched by events.</summary>
    public bool IsStored => shape.Kind is LayerKind.Conv or LayerKind.Linear;

    /// <summary>Whether it needs a multiplier.</summary>
    public bool Multiplies => multiplies;

    /// <summary>The extents, without counts.</summary>
    public LayerWork Extents => shape;

    /// <summary>Whether every tile of the target needs every event.</summary>
    public bool NeedsAllEvents => IsStored && shape.Groups == 1;

    /// <summary>Whether its targets depend on active sites: it needs an address unit.</summary>
    public bool OverSites => from is not null;

    /// <summary>Bits of table memory that the lookups of a step read: slots, and the coordinates of each site that is looked from.</summary>
    public long TableBits(in ProjectionStep step)
    {
        if (from is null) return 0;
        var sources = reuse && to is not null ? step.Sites.SourceSites : step.Events;
        return (sources * from.KeyBits) + ((reuse ? step.Sites.SharedReads : step.Sites.Reads) * (to?.SlotBits ?? 0));
    }

    /// <summary>The work of one step.</summary>
    public LayerWork Of(in ProjectionStep step)
    {
        var operations = projection.RowsFrom is null ? step.Synapses : step.Operations;
        return shape with
        {
            Events = step.Events,
            Visits = IsStored ? VisitsOf(step) : 0,
            Additions = multiplies ? 0 : operations,
            Macs = multiplies ? operations : 0,
            Probes = step.Probes,
            Lookups = reuse ? step.Sites.SharedProbes : step.Sites.Probes,
            LookupReads = reuse ? step.Sites.SharedReads : step.Sites.Reads,
        };
    }

    private long VisitsOf(in ProjectionStep step) => projection.Map is ConvMap or TransposedConvMap or SiteConvMap ? step.Synapses / shape.Outputs : step.Events;

    private static LayerWork Shape(Projection p)
    {
        LayerWork Layer(LayerKind kind, long rows, long inputs, long outputs, int taps = 1, int groups = 1) =>
            new() { Name = "", Kind = kind, Rows = rows, Inputs = inputs, Outputs = outputs, Taps = taps, Groups = groups };
        if (p.RowsFrom is not null) return Layer(LayerKind.Attention, 1, p.Map.SourceSize, p.Map.Bound) with { Attention = Heads(p.Map) };
        return p.Map switch
        {
            ConvMap c => Layer(LayerKind.Conv, (long)c.Y.Output * c.X.Output * c.Groups, (long)c.Y.Kernel * c.X.Kernel * c.GroupInputs, c.GroupOutputs, c.Y.Kernel * c.X.Kernel, c.Groups),
            TransposedConvMap c => Layer(LayerKind.Conv, (long)c.Y.Output * c.X.Output * c.Groups, (long)c.Y.Kernel * c.X.Kernel * c.GroupInputs, c.GroupOutputs, c.Y.Kernel * c.X.Kernel, c.Groups),
            SiteConvMap c => Layer(LayerKind.Conv, (long)c.Targets * c.Groups, (long)c.Window.Taps * c.GroupInputs, c.GroupOutputs, c.Window.Taps, c.Groups),
            ScatterMap => Layer(LayerKind.Pool, 0, 0, 1),
            DenseMap d => Layer(LayerKind.Linear, 1, d.Sources, d.Targets),
            StridedMap { Bound: > 1, FanIn: > 1 } s => Layer(LayerKind.Linear, Math.Max(1, s.Total / ((long)s.Bound * s.FanIn)), s.FanIn, s.Bound),
            // Rows of explicit synapses differ in length; the mean stands for them.
            CsrMap s => Layer(LayerKind.Linear, 1, s.SourceSize, Math.Max(1, CeilingDivision.Of(s.Total, Math.Max(1, s.SourceSize)))),
            PoolMap => Layer(LayerKind.Pool, 0, 0, 1),
            _ => Layer(LayerKind.Elementwise, 0, 0, 1),
        };
    }

    /// <summary>Heads are what source, target and row have in common: parts that never meet.</summary>
    private static AttentionWork Heads(AddressFunction map) => map is StridedMap s
        ? new(AttentionForm.Products, s.Axes.Where(a => a is { Source: > 0, Target: > 0, Row: > 0 }).Aggregate(1, (product, a) => product * a.Extent), s.FanIn, s.Bound)
        : new(AttentionForm.Mask, Math.Max(1, map.TargetSize), 1, 1);

    private static bool AllEqual(Tensor rows)
    {
        for (var i = 1; i < rows.Length; i++)
            if (rows.At(i) != rows.At(0)) return false;
        return true;
    }
}
