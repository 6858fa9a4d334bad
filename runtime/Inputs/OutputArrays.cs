using System.Collections.Immutable;
using NeuroChip.Ir.Images;
using NeuroChip.Ir.Ncir;
using NeuroChip.Ir.Ncir.Sites;
using NeuroChip.Ir.Tensors;

namespace NeuroChip.Runtime.Inputs;

/// <summary>Puts the results of samples together as the arrays of an output file, arranged as the input file arranged the samples.</summary>
public static class OutputArrays
{
    /// <summary>Prefix of the arrays of recorded emissions.</summary>
    public const string SpikePrefix = "spk:";

    /// <summary>What follows the name of an array of rows at sites in that of their coordinates.</summary>
    public const string CoordinatesSuffix = ":coors";

    /// <summary>
    /// Model outputs under their names, with the leading sample axis (if the input had one) and the batch extent of the input; recorded emissions under
    /// <c>spk:NAME</c>, shape <c>[samples, steps, framework shape]</c>. Where rows are active sites, those of all clouds follow one another in the axis of rows (a recording
    /// has an axis of steps in front only if there are several), and <c>NAME:coors</c>, int32 [rows, 4], has their coordinates behind the batch index of the cloud in the file.
    /// </summary>
    public static ImmutableSortedDictionary<string, Tensor> Of(ChipImage image, SampleSet set, SessionResult result)
    {
        var arrays = ImmutableSortedDictionary.CreateBuilder<string, Tensor>(StringComparer.Ordinal);
        foreach (var readout in image.Readouts)
        {
            if (image.Populations[readout.Signals[0].Population.Index].Sites is { } table)
            {
                AddRows(readout.Name, table, [.. result.Samples.Select(s => s.Outputs[readout.Name])]);
                continue;
            }

            arrays[readout.Name] = Join(readout, set, [.. result.Samples.Select(s => s.Outputs[readout.Name])]);
        }

        foreach (var name in result.Samples[0].Recorded.Keys)
        {
            if (image.Populations.First(p => p.Name == name).Sites is { } table)
            {
                ImmutableArray<Tensor> recorded = [.. result.Samples.Select(s => s.Recorded[name])];
                AddRows(SpikePrefix + name, table, image.Steps > 1 ? recorded : [.. recorded.Select(r => r.Reshape(r.Shape.RemoveAt(0)))]);
                continue;
            }

            arrays[SpikePrefix + name] = Stack([.. result.Samples.Select(s => s.Recorded[name])]);
        }

        return arrays.ToImmutable();

        void AddRows(string name, SiteTableId table, ImmutableArray<Tensor> samples)
        {
            arrays[name] = samples[0].Type switch
            {
                DType.Int8 => Rows<sbyte>(samples),
                DType.Int32 => Rows<int>(samples),
                _ => Rows<float>(samples),
            };
            arrays[name + CoordinatesSuffix] = Coordinates(set, [.. result.Samples.Select(s => s.Sites[image.Sites[table.Index].Name])]);
        }
    }

    /// <summary>Rows of samples [outer, rows, channels], one sample after the other in the axis of rows.</summary>
    private static Tensor Rows<T>(ImmutableArray<Tensor> samples) where T : unmanaged
    {
        var shape = samples[0].Shape;
        var (channels, all) = (shape[^1], samples.Sum(s => s.Shape[^2]));
        var outer = Tensor.Count(shape.AsSpan()[..^2]);
        var values = new T[outer * all * channels];
        var first = 0;
        foreach (var sample in samples)
        {
            var block = sample.Shape[^2] * channels;
            for (var o = 0; o < outer; o++) sample.Span<T>().Slice(o * block, block).CopyTo(values.AsSpan((o * all * channels) + first));
            first += block;
        }

        return Tensor.Of(shape.SetItem(shape.Length - 2, all), values);
    }

    private static Tensor Coordinates(SampleSet set, ImmutableArray<Tensor> samples)
    {
        var all = new int[4 * samples.Sum(s => s.Shape[0])];
        var row = 0;
        for (var s = 0; s < samples.Length; s++)
        {
            var own = samples[s].Span<int>();
            for (var i = 0; i < samples[s].Shape[0]; i++, row++)
            {
                all[4 * row] = set.Clouds[s];
                own.Slice(3 * i, 3).CopyTo(all.AsSpan((4 * row) + 1));
            }
        }

        return Tensor.Of([all.Length / 4, 4], all);
    }

    private static Tensor Join(Readout readout, SampleSet set, ImmutableArray<Tensor> samples)
    {
        var shape = samples[0].Shape;
        var axis = BatchAxis(readout);
        // Without an own axis of extent 1 the batch can only come first.
        var batched = axis < shape.Length && shape[axis] == 1 ? shape.SetItem(axis, set.Batch) : set.Batch == 1 ? shape : shape.Insert(axis = 0, set.Batch);
        var blocks = Tensor.Count(shape.AsSpan(0, Math.Min(axis, shape.Length)));
        var block = samples[0].Length / Math.Max(1, blocks);
        var values = new float[samples.Length * samples[0].Length];
        for (var s = 0; s < samples.Length; s++)
        {
            var from = samples[s].Span<float>();
            var (outer, inner) = (s / set.Batch, s % set.Batch);
            for (var i = 0; i < blocks; i++)
            {
                from.Slice(i * block, block).CopyTo(values.AsSpan(((((outer * blocks) + i) * set.Batch) + inner) * block));
            }
        }

        return Tensor.Of(set.Outer is { } count ? batched.Insert(0, count) : batched, values);
    }

    private static int BatchAxis(Readout readout) => readout.Time == TimeReduction.Each && readout.TimeAxis == 0 ? 1 : 0;

    private static Tensor Stack(ImmutableArray<Tensor> samples)
    {
        var shape = samples[0].Shape.Insert(0, samples.Length);
        return samples[0].Type switch
        {
            DType.Int8 => Tensor.Of(shape, Concatenate<sbyte>(samples)),
            DType.Int32 => Tensor.Of(shape, Concatenate<int>(samples)),
            _ => Tensor.Of(shape, Concatenate<float>(samples)),
        };
    }

    private static T[] Concatenate<T>(ImmutableArray<Tensor> samples) where T : unmanaged
    {
        var all = new T[samples.Length * samples[0].Length];
        for (var s = 0; s < samples.Length; s++) samples[s].Span<T>().CopyTo(all.AsSpan(s * samples[0].Length));
        return all;
    }
}
