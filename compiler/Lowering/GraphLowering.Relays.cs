using NeuroChip.Ir.Ncir;
using NeuroChip.Ir.Neurons;

namespace NeuroChip.Compiler.Lowering;

/// <summary>Populations that only pass on what others send.</summary>
public sealed partial class GraphLowering
{
    /// <summary>A population that emits the form's value, for where it cannot be mapped on as it is; the same for every reader.</summary>
    private LinearForm Relay(LinearForm form, string near)
    {
        // A product is counted as it is and weighted on the way out.
        var factor = 1f;
        var only = form is { Bias: null, Terms: [{ Map: ContractionMap { Factor: not 1 } } term] } ? term : null;
        var product = only?.Map as ContractionMap;
        if (product is not null) factor = product.Factor;
        if (!relays.TryGetValue((form.Terms, form.Bias), out var relay))
        {
            var key = (form.Terms, form.Bias);
            if (factor != 1) form = form with { Terms = [only! with { Map = product! with { Factor = 1 } }] };
            var domain = form.Bias is null && form.Terms.All(IsCount) ? SpikeDomain.Count : SpikeDomain.Real;
            var draft = Add(Unique(form.Terms is [{ Rows: not null }] ? $"{near}.product" : $"{near}.sum"), form.Shape, new RelayNeuron(Parameter.One), domain);
            Connect(draft, 0, form, Reduction.Sum);
            relays[key] = relay = draft.Id;
        }
        return Emits(relay, form.Shape).Scaled(factor, f => f);

        bool IsCount(LinearTerm t) => IsCounted(t.Population) && AddsCounts(t.Map) && (t.Rows is not { } rows || IsCounted(rows));

        bool IsCounted(int population) => drafts[population].Domain is SpikeDomain.Binary or SpikeDomain.Count;
    }

    /// <summary>The same with the constant part left outside: the relay sends the linear part alone.</summary>
    private LinearForm LinearRelay(LinearForm form, string near) => Relay(form with { Bias = null }, near) with { Bias = form.Bias };

    /// <summary>A population's emissions once more, in the order that an operation on images, or on tokens, needs; where its own order is another one.</summary>
    private int View(PopulationDraft source, int[] image, bool tokens)
    {
        int[] shape = tokens ? [1, source.Size / image[1], image[1]] : image;
        var key = (source.Id, $"{tokens} {string.Join(',', shape)}");
        if (!views.TryGetValue(key, out var view))
        {
            var domain = source.Domain == SpikeDomain.Signed ? SpikeDomain.Real : source.Domain;
            var draft = Add(Unique($"{source.Name}.sum"), shape, new RelayNeuron(Parameter.One), domain);
            Connect(draft, 0, Emits(source.Id, shape), Reduction.Sum);
            views[key] = view = draft.Id;
        }
        return view;
    }

    private static bool AddsCounts(LinearMap map) => map switch
    {
        ElementMap m => m.Factor.All(IsCount),
        IndexMap m => m.Factor.All(IsCount),
        PoolingMap m => m.Factor.All(IsCount),
        ExplicitMap m => m.Weights.All(IsCount),
        ContractionMap m => IsCount(m.Factor),
        SiteMapping m => m.Weights.All(IsCount),
        _ => false,
    };

    private static bool IsCount(float v) => v >= 0 && v == MathF.Floor(v) && v <= 16;
}
