using NeuroChip.Ir.Ncir;
using NeuroChip.Ir.Ncir.Sites;
using NeuroChip.Ir.Neurons;

namespace NeuroChip.Compiler.Lowering;

/// <summary>A population while the module is being made: everything in C order of the framework's tensors.</summary>
internal sealed class PopulationDraft(int id, string name, int[] shape)
{
    public int Id { get; } = id;

    public string Name { get; set; } = name;

    /// <summary>Shape of one step's value in the framework.</summary>
    public int[] Shape { get; } = shape;

    public int Size { get; } = shape.Aggregate(1, (a, b) => a * b);

    /// <summary>Shape as the image that convolutions and pools at this population agree on, or null.</summary>
    public int[]? Image { get; set; }

    /// <summary>The neuron, its per-neuron parameters in the framework's order.</summary>
    public required Neuron Neuron { get; set; }

    public required SpikeDomain Domain { get; set; }

    /// <summary>What a payload of 1 is worth to the framework.</summary>
    public double Unit { get; set; } = 1;

    /// <summary>Per port, the bias, null for none.</summary>
    public Repeated?[] Bias { get; set; } = [];

    /// <summary>The table whose sites its rows are, null where they are none.</summary>
    public SiteTableId? Sites { get; set; }

    public List<ProjectionDraft> Incoming { get; } = [];

    /// <summary>Whether operations on tokens need the elements in the framework's order, channels innermost.</summary>
    public bool InOrder { get; private set; }

    /// <summary>Takes part in an operation on images, or on tokens; false if another order of addresses was agreed on before.</summary>
    public bool AgreesOn(int[]? image, bool tokens)
    {
        if (image is null) return true;
        if (image.Aggregate(1, (a, b) => a * b) != Size) return false;
        var oneOrder = image[1] == 1 || image[1] == Size;
        if (tokens || (oneOrder && InOrder))
        {
            if (Image is not null && Image[1] != 1 && Image[1] != Size) return false;
            InOrder |= Image is null;
            return true;
        }
        if (InOrder) return false;
        Image ??= image;
        if (Image[1] != image[1]) return oneOrder && (Image[1] == 1 || Image[1] == Size);
        // One row of pixels, or rows and columns: the addresses are the same.
        if (image.Length > Image.Length) Image = image;
        return true;
    }
}

/// <summary>A projection while the module is being made.</summary>
/// <remarks>Rows: the population whose emissions are the rows of a <see cref="ContractionMap"/>, else null.</remarks>
internal sealed record ProjectionDraft(int Port, int Source, int Delay, LinearMap Map, Reduction Reduction, string Name, int? Rows = null);

/// <summary>One population's share in a <see cref="LinearForm"/>.</summary>
internal sealed record LinearTerm(int Population, int Delay, LinearMap Map, string Name)
{
    /// <summary>The population whose emissions are the rows of a <see cref="ContractionMap"/>, else null.</summary>
    public int? Rows { get; init; }
}

/// <summary>A value as a sum of linear maps of emissions plus a constant (null for zero).</summary>
internal sealed record LinearForm(int[] Shape, IReadOnlyList<LinearTerm> Terms, Repeated? Bias)
{
    public int Size => Shape.Aggregate(1, (a, b) => a * b);

    public LinearForm Scaled(Repeated factor, Func<LinearForm, LinearForm> relay)
    {
        if (factor.Is(1)) return this;
        var terms = Terms.Select(t => (Term: t, Map: t.Map.Scaled(factor))).ToArray();
        if (Array.Exists(terms, t => t.Map is null)) return relay(this).Scaled(factor, relay);
        return this with { Terms = [.. terms.Select(t => t.Term with { Map = t.Map! })], Bias = Bias is null ? null : Bias * factor };
    }

    public LinearForm Plus(LinearForm other)
    {
        var terms = Terms.ToList();
        foreach (var term in other.Terms)
        {
            // Twice the same emission, element by element, is one projection with the sum of the factors.
            var same = terms.FindIndex(t => t.Population == term.Population && t.Delay == term.Delay && t.Map is ElementMap && term.Map is ElementMap);
            if (same >= 0) terms[same] = terms[same] with { Map = new ElementMap(Size, Floats.Add(((ElementMap)terms[same].Map).Factor, ((ElementMap)term.Map).Factor)) };
            else terms.Add(term);
        }
        var bias = Bias is null ? other.Bias : other.Bias is null ? Bias : Bias + other.Bias;
        return this with { Terms = terms, Bias = bias };
    }

    public LinearForm Later(int steps) => this with { Terms = [.. Terms.Select(t => t with { Delay = t.Delay + steps })] };
}
