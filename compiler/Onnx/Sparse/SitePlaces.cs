using NeuroChip.Compiler.Rolling;
using NeuroChip.Ir.Diagnostics;
using NeuroChip.Ir.Ncir.Sites;

namespace NeuroChip.Compiler.Onnx.Sparse;

/// <summary>
/// At the sites of which table the rows of a value are. Operators that treat each row alike keep the table; one that mixes rows is refused, because how many of them there
/// are is known per sample only.
/// </summary>
internal sealed class SitePlaces(FlatBuilder builder, Func<SiteTableId, SiteTable> tables)
{
    private readonly Dictionary<int, SiteTableId?> known = [];

    /// <summary>Says where a value is that no operator makes.</summary>
    public void Put(int value, SiteTableId table) => known[value] = table;

    /// <summary>The table whose sites are the rows of a value; null where its rows are none.</summary>
    /// <exception cref="DiagnosticException">NC1157, NC1158: sites of several tables meet, or an operator mixes sites.</exception>
    public SiteTableId? Of(int value)
    {
        if (value < 0 || builder[value]?.Constant is not null) return null;
        if (known.TryGetValue(value, out var place)) return place;
        if (builder.Producer(value) is not var (op, attributes, inputs)) return known[value] = null;
        // One after the other, and not each inside the one it feeds: networks are deep.
        var open = new Stack<int>([value]);
        while (open.TryPeek(out var next))
        {
            (op, attributes, inputs) = builder.Producer(next)!.Value;
            var waiting = inputs.Where(i => i >= 0 && builder[i]?.Constant is null && !known.ContainsKey(i)).ToArray();
            foreach (var i in waiting)
            {
                if (builder.Producer(i) is null) known[i] = null;
                else open.Push(i);
            }

            if (waiting.Any(i => !known.ContainsKey(i))) continue;
            known[next] = Place(next, op, attributes, inputs);
            open.Pop();
        }

        return known[value];
    }

    /// <summary>The one table at whose sites operands are; null where they are at none.</summary>
    /// <exception cref="DiagnosticException">NC1157: they are at the sites of several.</exception>
    public SiteTableId? Common(string op, IEnumerable<int> inputs)
    {
        var places = inputs.Select(Of).OfType<SiteTableId>().Distinct().ToArray();
        if (places.Length < 2) return places.Length == 0 ? null : places[0];
        throw new DiagnosticException(Diagnostic.Error(
            "NC1157", $"{op}: its operands are at the sites of different tables, {string.Join(" and ", places.Select(p => $"'{tables(p).Name}'"))}", null,
            "an inverse convolution with the key of the strided one brings values back to the finer sites"));
    }

    private SiteTableId? Place(int value, string op, OnnxAttributes attributes, IReadOnlyList<int> inputs)
    {
        if (op == SiteOperators.Convolution) return SiteOperators.TargetOf(attributes);
        if (op == SiteOperators.Scatter) return null;
        if (Common(op, inputs) is not { } place) return null;
        if (KeepsRows(value, op, attributes, inputs, tables(place).Capacity)) return place;
        throw new DiagnosticException(Diagnostic.Error(
            "NC1158", $"{op}: it mixes or moves the active sites of '{tables(place).Name}', whose number is known per sample only", builder.PlaceOf(value),
            "element-wise operators, BatchNormalization, Gemm and MatMul with constant weights, and Concat, Slice, Split and Gather of channels work on each site alone; end the network before, or go through ScatterDense"));
    }

    private bool KeepsRows(int value, string op, OnnxAttributes attributes, IReadOnlyList<int> inputs, int rows)
    {
        var shape = builder[value]!.Shape;
        if (shape.Length != 2 || shape[0] != rows) return false;
        long Axis(long axis) => axis < 0 ? axis + 2 : axis;
        switch (op)
        {
            case "BatchNormalization" or "Reshape":
                return true;
            case "Gemm":
                return attributes.Int("transA", 0) == 0 && known.GetValueOrDefault(inputs[0]) is not null;
            case "MatMul":
                return known.GetValueOrDefault(inputs[0]) is not null;
            case "Concat" or "Gather" or "Softmax" or "LogSoftmax":
                return Axis(attributes.Int("axis", op is "Softmax" or "LogSoftmax" ? -1 : 0)) == 1;
            case "Slice":
                return inputs.Count > 3 && builder[inputs[3]]?.Constant is { } axes && axes.ToLongs().All(a => Axis(a) == 1);
            default:
                // A constant of its own for each row would belong to sites that are others in every sample.
                return OperatorKinds.IsElementwise(op)
                    && inputs.All(i => i < 0 || builder[i]!.Constant is not { } constant || constant.Rank < 2 || constant.Shape[^2] == 1);
        }
    }
}
