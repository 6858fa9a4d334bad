using NeuroChip.Ir.Ncir.AddressFunctions;
using NeuroChip.Ir.Yaml;

namespace NeuroChip.Compiler.SanaFe;

/// <summary>The fields of a hyperedge, given as a map or as a list of maps.</summary>
internal sealed class HyperFields
{
    private static readonly string[] Extents =
        ["input_width", "input_height", "input_channels", "kernel_width", "kernel_height", "kernel_count", "stride_width", "stride_height"];

    private readonly YamlNode edge;
    private readonly FileProblems bag;
    private readonly int?[] extents = new int?[Extents.Length];

    public HyperFields(YamlNode edge, EdgeSection edges, FileProblems bag)
    {
        this.edge = edge;
        this.bag = bag;
        Read(edge, edges);
    }

    public string Type { get; private set; } = "";

    public double[]? Weights { get; private set; }

    public int[]? Delays { get; private set; }

    public YamlNode? Pairs { get; private set; }

    /// <summary>The convolution, once it is read.</summary>
    public ConvMap? Convolution { get; private set; }

    /// <summary>Reads extents: no padding, images numbered channel by channel, rows of them from the top.</summary>
    public bool ReadConvolution(ReadGroup source, ReadGroup target)
    {
        int[] values = new int[Extents.Length];
        for (var i = 0; i < values.Length; i++)
        {
            var isOptional = i >= 5;
            values[i] = extents[i] ?? (isOptional ? 1 : 0);
            if (values[i] >= 1) continue;
            bag.Add(edge.Key.Error("NC1207", $"convolution '{edge.Name}': '{Extents[i]}' is {(extents[i] is null ? "missing" : $"{values[i]}, not at least 1")}"));
            return false;
        }

        var (w, h, c, kw, kh, count, sw, sh) = (values[0], values[1], values[2], values[3], values[4], values[5], values[6], values[7]);
        if (kw > w || kh > h)
        {
            bag.Add(edge.Key.Error("NC1207", $"convolution '{edge.Name}': a kernel of {kw} x {kh} is larger than the input of {w} x {h}, and there is no padding"));
            return false;
        }

        var (ow, oh) = (((w - kw) / sw) + 1, ((h - kh) / sh) + 1);
        return Size("source", source, (long)w * h * c, $"{c} x {h} x {w}") && Size("target", target, (long)ow * oh * count, $"{count} x {oh} x {ow}")
            && (Convolution = new ConvMap(new(h, oh, kh, sh), new(w, ow, kw, sw), c, count, 1)) is not null;
    }

    /// <summary>Whether there are weights enough.</summary>
    public bool RequireWeights(long count, string what, bool exactly = false)
    {
        if (Weights is not null && Weights.Length >= count && (!exactly || Weights.Length == count)) return true;
        bag.Add(edge.Key.Error("NC1207", $"hyperedge '{edge.Name}' has {Weights?.Length ?? 0} weights and needs {count}, {what}"));
        return false;
    }

    private bool Size(string what, ReadGroup group, long wanted, string extent)
    {
        if (group.Count == wanted) return true;
        bag.Add(edge.Key.Error("NC1207", $"convolution '{edge.Name}': its {what} has {extent} = {wanted} neurons, but group '{group.Name}' has {group.Count}"));
        return false;
    }

    private void Read(YamlNode node, EdgeSection edges)
    {
        if (node.Kind == YamlKind.Scalar && node.Text.Length > 0) bag.Add(node.Error("NC1206", $"attributes are a map or a list of maps, not {node.KindName}"));
        foreach (var field in node.Children)
        {
            if (node.Kind == YamlKind.Sequence) Read(field, edges);
            else if (field.Name is "type") Type = field.Text.ToString();
            else if (field.Name is "source_target_pairs") Pairs = field;
            else if (field.Name is "weight" or "w") Weights = Numbers(field);
            else if (field.Name is "delay" or "d") Delays = [.. Items(field).Select(edges.Delay)];
            else if (Array.IndexOf(Extents, field.Name.ToString()) is >= 0 and var extent) Extent(field, extent);
            else edges.PassOver(field);
        }
    }

    private void Extent(YamlNode field, int extent)
    {
        if (field.TryInteger(out var value)) extents[extent] = value;
        else bag.Add(field.Error("NC1206", $"'{field.Name}' is {field.KindName}, not a whole number"));
    }

    private double[] Numbers(YamlNode list)
    {
        if (list.Kind != YamlKind.Sequence) bag.Add(list.Error("NC1206", $"'{list.Name}' of a hyperedge is a list with a value per connection, not {list.KindName}"));
        var values = new double[list.Count];
        var i = 0;
        foreach (var item in list.Children)
        {
            if (!item.TryNumber(out values[i++])) bag.Add(item.Error("NC1206", $"a weight is {item.KindName}, not a number"));
        }

        return values;
    }

    private IEnumerable<YamlNode> Items(YamlNode list)
    {
        if (list.Kind != YamlKind.Sequence) bag.Add(list.Error("NC1206", $"'{list.Name}' of a hyperedge is a list with a value per connection, not {list.KindName}"));
        foreach (var item in list.Children) yield return item;
    }
}
