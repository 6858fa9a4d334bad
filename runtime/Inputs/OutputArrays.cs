using System.Collections.Immutable;
using NeuroChip.Ir.Images;
using NeuroChip.Ir.Ncir;
using NeuroChip.Ir.Tensors;

namespace NeuroChip.Runtime.Inputs;

/// <summary>Puts the results of samples together as the arrays of an output file, arranged as the input file arranged the samples.</summary>
public static class OutputArrays
{
    /// <summary>Prefix of the arrays of recorded emissions.</summary>
    public const string SpikePrefix = "spk:";

    /// <summary>
    /// Model outputs under their names, with the leading sample axis (if the input had one) and the batch extent of the input; recorded emissions under
    /// <c>spk:NAME</c>, shape <c>[samples, steps, framework shape]</c>.
    /// </summary>
    public static ImmutableSortedDictionary<string, Tensor> Of(ChipImage image, SampleSet set, SessionResult result)
    {
        var arrays = ImmutableSortedDictionary.CreateBuilder<string, Tensor>(StringComparer.Ordinal);
        foreach (var readout in image.Readouts)
        {
            arrays[readout.Name] = Join(readout, set, [.. result.Samples.Select(s => s.Outputs[readout.Name])]);
        }

        foreach (var name in result.Samples[0].Recorded.Keys)
        {
            arrays[SpikePrefix + name] = Stack([.. result.Samples.Select(s => s.Recorded[name])]);
        }

        return arrays.ToImmutable();
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
