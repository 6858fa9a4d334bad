using NeuroChip.Ir.Tensors;
using NeuroChip.Runtime.Workloads;

namespace NeuroChip.Simulator.Tiles;

/// <summary>
/// Recorded spikes as spike matrices. Rows go by sample, position, then step, so that one tile holds the same positions at several steps, which spike alike;
/// columns of a convolution by input channel, kernel row, kernel column. Product sparsity depends on both orders; these are the ones of the simulator published
/// with Prosperity.
/// </summary>
internal static class Unfolding
{
    /// <summary>The windows of a convolution, <paramref name="spikes"/> in [steps, batch, channels, height, width].</summary>
    public static SpikeMatrix Windows(ConvLayer conv, Tensor spikes)
    {
        var (side, taps) = (conv.OutputHeight, conv.Kernel * conv.Kernel);
        var matrix = new SpikeMatrix(conv.Batch * side * side * conv.Steps, conv.InputChannels * taps);
        var values = spikes.Span<byte>();
        for (var index = 0; index < values.Length; index++)
        {
            if (values[index] == 0) continue;
            var (rest, x) = Math.DivRem(index, conv.Height);
            (rest, var y) = Math.DivRem(rest, conv.Height);
            (rest, var channel) = Math.DivRem(rest, conv.InputChannels);
            var (step, sample) = Math.DivRem(rest, conv.Batch);
            for (var tap = 0; tap < taps; tap++)
            {
                if (Output(y, tap / conv.Kernel, conv) is not { } outY || Output(x, tap % conv.Kernel, conv) is not { } outX) continue;
                var position = (((sample * side) + outY) * side) + outX;
                matrix.Set((position * conv.Steps) + step, (channel * taps) + tap);
            }
        }

        return matrix;
    }

    /// <summary>The positions of a linear layer, <paramref name="spikes"/> in [steps, batch, length, inputs].</summary>
    public static SpikeMatrix Positions(LinearLayer linear, Tensor spikes)
    {
        var matrix = new SpikeMatrix(linear.Batch * linear.Length * linear.Steps, linear.Inputs);
        var positions = linear.Batch * linear.Length;
        Fill(matrix, spikes, row => ((row % positions) * linear.Steps) + (row / positions));
        return matrix;
    }

    /// <summary>Tokens x channels of every step and sample in turn, <paramref name="spikes"/> in [steps, batch, length, channels].</summary>
    public static SpikeMatrix Tokens(AttentionLayer attention, Tensor spikes)
    {
        var matrix = new SpikeMatrix(attention.Steps * attention.Batch * attention.Length, attention.Width);
        Fill(matrix, spikes, row => row);
        return matrix;
    }

    private static void Fill(SpikeMatrix matrix, Tensor spikes, Func<int, int> rowOf)
    {
        var values = spikes.Span<byte>();
        for (var row = 0; row < matrix.Rows; row++)
        {
            var target = rowOf(row);
            var bits = values.Slice(row * matrix.Columns, matrix.Columns);
            for (var column = 0; column < bits.Length; column++)
                if (bits[column] != 0) matrix.Set(target, column);
        }
    }

    /// <summary>Where the window is that has input coordinate <paramref name="at"/> under tap <paramref name="tap"/>; null if it is none.</summary>
    private static int? Output(int at, int tap, ConvLayer conv)
    {
        var from = at + conv.Padding - tap;
        return from >= 0 && from % conv.Stride == 0 && from / conv.Stride < conv.OutputHeight ? from / conv.Stride : null;
    }
}
