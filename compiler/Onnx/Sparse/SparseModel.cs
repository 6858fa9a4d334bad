using System.Collections.Immutable;
using NeuroChip.Compiler.Onnx.Proto;
using NeuroChip.Ir.Diagnostics;
using NeuroChip.Ir.Ncir.Sites;
using NeuroChip.Ir.Tensors;

namespace NeuroChip.Compiler.Onnx.Sparse;

/// <summary>A model over active sites while it is flattened: its plan, its inputs, and the nodes of its dialect.</summary>
internal sealed class SparseModel
{
    private readonly FlatBuilder builder;
    private readonly SitePlanner planner;
    private readonly SitePlaces places;
    private readonly SparseForms forms;
    private readonly List<int> inputs = [];

    private SparseModel(SparseInputs given, GraphProto graph, SitePlan plan, FlatBuilder builder, NodeForms standard)
    {
        (Inputs, this.builder) = (given, builder);
        planner = new(plan, given.Coordinates, given.Extent);
        places = new(builder, id => planner[id]);
        forms = new(builder, standard, planner, places, !plan.Extent.IsEmpty);
        forms.Expect(graph.Node.Where(n => n.OpType == SparseForms.ConvolutionOp && n.Attribute.FirstOrDefault(a => a.Name == "inverse")?.I is null or 0)
            .Select(n => n.Attribute.FirstOrDefault(a => a.Name == "rulebook")?.S.ToStringUtf8() ?? ""));
    }

    /// <summary>What it takes.</summary>
    public SparseInputs Inputs { get; }

    /// <summary>The model, or null for one without sparse convolutions.</summary>
    /// <exception cref="DiagnosticException">NC1150, NC1151, NC1159, NC1161, NC5080 to NC5082.</exception>
    public static SparseModel? Of(GraphProto graph, FlattenOptions options, string path, FlatBuilder builder, NodeForms standard) =>
        SparseInputs.Of(graph, options.Sites, path) is { } given ? new(given, graph, options.Sites, builder, standard) : null;

    /// <summary>The coordinates as a value; no operator but rulebooks reads them, so they are no input of the flat model.</summary>
    public int PutCoordinates(string name)
    {
        var value = builder.Add(name, new(DType.Int32, [planner[new(0)].Capacity, 4]));
        forms.PutCoordinates(value, new(0));
        return value;
    }

    /// <summary>An input of rows: as many as there is room for, however many the file was traced with. Null for another input.</summary>
    public Operand? Features(ValueInfoProto input)
    {
        var type = input.Type?.TensorType;
        if (type?.Shape is not { Dim.Count: 2 } shape || shape.Dim[1].DimValue <= 0 || TensorReader.TypeOf(type.ElemType) != DType.Float32) return null;
        return new(DType.Float32, [planner[new(0)].Capacity, (int)shape.Dim[1].DimValue]);
    }

    /// <summary>Notes an input of the flat model.</summary>
    public void PutInput(int value)
    {
        if (builder[value] is not { Type: DType.Float32, Rank: 2 } operand || operand.Shape[0] != planner[new(0)].Capacity) return;
        places.Put(value, new(0));
        inputs.Add(value);
    }

    /// <summary>Whether a node belongs to a dialect.</summary>
    public bool Handles(NodeProto node) => SparseForms.Handles(node.Domain, node.OpType)
        || (node.Domain is "" or "ai.onnx" && node.OpType is "Reshape" or "Transpose" && node.Attribute.Any(a => a.Name == "dims"));

    /// <summary>Adds a node of a dialect; returns its outputs.</summary>
    public ImmutableArray<int> Inline(FlatBuilder.Site site, int opset, OnnxAttributes attributes, ImmutableArray<int> inputs)
    {
        try
        {
            return forms.Emit(site, opset, attributes, inputs);
        }
        catch (DiagnosticException e)
        {
            foreach (var problem in e.Diagnostics) builder.Report(site, problem);
            return [.. site.Outputs.Select(o => builder.Add(o, null))];
        }
    }

    /// <summary>Reports a standard operator that takes what it cannot: coordinates, a rulebook, values at the sites of several tables. Whether it did.</summary>
    public bool Refuses(FlatBuilder.Site site, ImmutableArray<int> values)
    {
        try
        {
            if (values.Any(forms.IsBookkeeping))
                throw new DiagnosticException(Diagnostic.Error("NC1159", "coordinates and rulebooks are for convolutions only; no other operator can read them", null, "the coordinates of every output at sites are given beside it, as NAME:coors"));
            places.Common(site.Op, values);
            return false;
        }
        catch (DiagnosticException e)
        {
            foreach (var problem in e.Diagnostics) builder.Report(site, problem);
            return true;
        }
    }

    /// <summary>Looks at everything an output needs for what mixes sites.</summary>
    public void Check(IEnumerable<(string Name, int Value)> outputs, DiagnosticBag problems)
    {
        var told = new HashSet<Place?>();
        foreach (var (name, value) in outputs)
        {
            if (forms.IsBookkeeping(value))
            {
                problems.Add(Diagnostic.Error("NC1159", $"output '{name}' is coordinates or a rulebook", null, "leave it out: the coordinates of every output at sites are given beside it, as NAME:coors"));
                continue;
            }

            try
            {
                places.Of(value);
            }
            catch (DiagnosticException e)
            {
                // Several outputs may come of one operator.
                foreach (var problem in e.Diagnostics.Where(d => told.Add(d.Place))) problems.Add(problem);
            }
        }
    }

    /// <summary>The flat model with its tables.</summary>
    public FlatModel Finish(FlatModel flat)
    {
        var names = inputs.Select(i => builder.NameOf(i)).ToHashSet(StringComparer.Ordinal);
        return flat with { Sites = planner.Tables, InputSites = flat.Inputs.Where(i => names.Contains(flat.Values[i].Name)).ToImmutableDictionary(i => i, _ => new SiteTableId(0)) };
    }
}
