using NeuroChip.Ir.Ncir.AddressFunctions;
using NeuroChip.Ir.Ncir.Sites;

namespace NeuroChip.Compiler.Lowering;

/// <summary>
/// Between active sites, or from them into a dense tensor. The function is known already, because it does not depend on layouts: rows are sites, channels innermost, on
/// either side. The strides of a scatter are those of the framework's tensor.
/// </summary>
internal sealed record SiteMapping(SiteMap Function, float[] Weights) : LinearMap
{
    public override int Sources => Function.SourceSize;

    public override int Targets => Function.TargetSize;

    public override int[] SourceImage => [1, Function.SourceChannels, Sources / Function.SourceChannels];

    public override int[]? TargetImage => Function is SiteConvMap m ? [1, m.OutChannels, m.Targets] : null;

    public override LinearMap? Scaled(Repeated factor)
    {
        if (Function is not SiteConvMap m) return factor.IsUniform ? this with { Weights = Floats.Multiply(Weights, factor.Cycle) } : null;
        return factor.PerChannel(m.OutChannels, m.Targets, true) is { } perChannel
            ? WithFactors(row => perChannel[perChannel.Length == 1 ? 0 : (row / m.GroupOutputs % m.Channels / m.GroupInputs * m.GroupOutputs) + (row % m.GroupOutputs)]) : null;
    }

    /// <summary>The same on inputs that are multiplied by one factor, or one per channel; null if they differ inside a channel.</summary>
    public SiteMapping? AfterFactor(Repeated factor) =>
        Function is SiteConvMap m && factor.PerChannel(m.Channels, m.Sources, true) is { } perChannel
            ? WithFactors(row => perChannel[perChannel.Length == 1 ? 0 : row / m.GroupOutputs % m.Channels]) : null;

    /// <summary>A scatter followed by an exchange of axes is a scatter with other strides; null where it is not.</summary>
    public SiteMapping? Moved(IndexMap index)
    {
        if (Function is not ScatterMap m || index.Factor is not [var factor] || index.Sources != m.Targets) return null;
        var strides = new[] { m.StrideZ, m.StrideY, m.StrideX, m.StrideC };
        var moved = Array.ConvertAll(strides, s => s == 0 ? 0 : index.TargetOf[s]);
        // Every element must be where the strides say, whatever order the axes had.
        var order = Enumerable.Range(0, 4).Where(i => strides[i] > 0).OrderByDescending(i => strides[i]).ToArray();
        for (var e = 0; e < index.TargetOf.Length; e++)
        {
            var (rest, to) = (e, 0L);
            foreach (var i in order)
            {
                to += (long)(rest / strides[i]) * moved[i];
                rest %= strides[i];
            }

            if (to != index.TargetOf[e]) return null;
        }

        return this with { Function = m with { Targets = index.Count, StrideZ = moved[0], StrideY = moved[1], StrideX = moved[2], StrideC = moved[3] }, Weights = Floats.Multiply(Weights, [factor]) };
    }

    private SiteMapping WithFactors(Func<int, float> factorOf)
    {
        var scaled = new float[Weights.Length];
        for (var row = 0; row < scaled.Length; row++) scaled[row] = Weights[row] * factorOf(row);
        return this with { Weights = scaled };
    }
}
