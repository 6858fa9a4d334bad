using System.Collections.Immutable;
using NeuroChip.Ir.Diagnostics;
using NeuroChip.Ir.Ncir.Sites;
using NeuroChip.Ir.Tensors;

namespace NeuroChip.Runtime.Inputs;

/// <summary>Inputs at active sites: rows of features beside rows of coordinates, cut into clouds.</summary>
internal static class CloudInputs
{
    /// <summary>The samples of inputs at sites: all of them at those of one table.</summary>
    public static SampleSet? Bind(ImmutableArray<ModelInput> inputs, IReadOnlyDictionary<string, Tensor> arrays, string file, DiagnosticBag bag)
    {
        var table = inputs[0].Sites!;
        ImmutableArray<Cloud> clouds;
        try
        {
            clouds = Cloud.Of(arrays, table.Input, file);
        }
        catch (DiagnosticException e)
        {
            foreach (var problem in e.Diagnostics) bag.Add(problem);
            return null;
        }

        RequireGrid(table, arrays, file, bag);
        var rows = arrays[table.Input].Shape[0];
        var bound = new List<(ModelInput Input, Tensor Array)>();
        foreach (var input in inputs)
        {
            if (!arrays.TryGetValue(input.Name, out var array))
            {
                bag.Add(InputBinder.Missing(input, arrays, file));
                continue;
            }

            var place = new Place(file, input.Name);
            var shape = input.Shape.SetItem(input.Shape.Length - 2, rows);
            if (!array.Shape.SequenceEqual(shape) && !(input.Steps == 1 && array.Shape.SequenceEqual(shape[^2..])))
                bag.Add(Diagnostic.Error("NC5086", $"array '{input.Name}' is {Tensor.FormatShape(array.Shape)}; '{table.Input}' holds {rows} voxels, for which it must be {Tensor.FormatShape(shape)}", place, $"one row of {shape[^1]} features for each voxel"));
            else if (InputBinder.ToFloat(array, input, place, bag) is { } floats) bound.Add((input, floats));
        }

        return new SampleSet([.. clouds.Select(Sample)], null, clouds.Length) { Clouds = [.. clouds.Select(c => c.Batch)] };

        SampleInput Sample(Cloud cloud) => new(bound.ToImmutableDictionary(b => b.Input.Name, b =>
        {
            var (outer, channels) = (b.Input.Static ? 1 : b.Input.Steps, b.Input.Shape[^1]);
            return Tensor.Of(b.Input.Shape.SetItem(b.Input.Shape.Length - 2, cloud.Rows.Length), cloud.RowsOf(b.Array.Span<float>(), outer, channels));
        }).SetItem(table.Input, cloud.Coordinates));
    }

    /// <summary>A file may say which grid its voxels are on; a smaller one than that of the network is a part of it.</summary>
    private static void RequireGrid(SiteTable table, IReadOnlyDictionary<string, Tensor> arrays, string file, DiagnosticBag bag)
    {
        if (!arrays.TryGetValue(Cloud.GridArray, out var grid) || grid.Length > 3) return;
        var missing = 3 - grid.Length;
        if (Enumerable.Range(0, grid.Length).Any(i => grid.At(i) > table.Extent[missing + i]))
        {
            bag.Add(Diagnostic.Error("NC5087", $"the voxels of the file are on a grid of {string.Join(" x ", grid.ToLongs())}; the network is compiled for {string.Join(" x ", table.Extent)}", new Place(file, Cloud.GridArray),
                $"compile it for both: --site-extent {string.Join(',', table.Extent.Select((e, i) => i < missing ? e : Math.Max(e, grid.At(i - missing))))}"));
        }
    }
}
