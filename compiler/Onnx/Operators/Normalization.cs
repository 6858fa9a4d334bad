using System.Collections.Immutable;
using NeuroChip.Ir.Tensors;

namespace NeuroChip.Compiler.Onnx.Operators;

/// <summary>BatchNormalization (with given or with the batch's own statistics), LayerNormalization, InstanceNormalization, GroupNormalization.</summary>
internal static class Normalization
{
    public static ImmutableArray<Operand> InferBatch(OperatorCall call)
    {
        var x = call.In(0);
        var channels = x.Rank > 1 ? x.Shape[1] : 1;
        for (var i = 1; i < 5; i++)
            if (Tensor.Count(call.In(i).Shape.AsSpan()) != channels) throw call.Mismatch($"input {i} must have {channels} elements");
        var y = new Operand(x.Type, x.Shape);
        var statistic = new Operand(call.In(3).Type, [channels]);
        // Before opset 14 the training form has five outputs, the last two of them for the gradient only.
        return [y, .. Enumerable.Repeat(statistic, Math.Max(0, call.OutputCount - 1))];
    }

    public static Tensor[] Batch(OperatorCall call, ImmutableArray<Operand> results)
    {
        var x = call.Data(0);
        if (x.Type != DType.Float32) throw call.BadType(x.Type);
        var (batch, channels) = (x.Rank > 0 ? x.Shape[0] : 1, x.Rank > 1 ? x.Shape[1] : 1);
        var size = x.Length / Math.Max(1, batch * channels);
        var epsilon = call.Attributes.Float("epsilon", 1e-5f);
        var training = call.Attributes.Int("training_mode", 0) != 0;
        var (scale, bias) = (call.Data(1).ToFloats(), call.Data(2).ToFloats());
        var (mean, variance) = (call.Data(3).ToFloats(), call.Data(4).ToFloats());
        var (meanOut, varianceOut) = (mean, variance);
        if (training)
        {
            var momentum = call.Attributes.Float("momentum", 0.9f);
            (mean, variance) = Statistics(x, batch, channels, size);
            meanOut = [.. meanOut.Zip(mean, (old, now) => old * momentum + now * (1 - momentum))];
            varianceOut = [.. varianceOut.Zip(variance, (old, now) => old * momentum + now * (1 - momentum))];
        }

        var result = new float[x.Length];
        for (var plane = 0; plane < batch * channels; plane++)
        {
            var c = plane % channels;
            var factor = scale[c] / MathF.Sqrt(variance[c] + epsilon);
            for (var i = plane * size; i < (plane + 1) * size; i++) result[i] = (x.Span<float>()[i] - mean[c]) * factor + bias[c];
        }

        var outputs = new List<Tensor> { Tensor.Of(x.Shape, result) };
        float[][] rest = [meanOut, varianceOut, mean, variance];
        for (var i = 1; i < results.Length; i++) outputs.Add(Tensor.Of([channels], rest[i - 1]));
        return [.. outputs];
    }

    public static ImmutableArray<Operand> InferLayer(OperatorCall call)
    {
        var x = call.In(0);
        var axis = call.Axis(call.Attributes.Int("axis", -1), x.Rank);
        ImmutableArray<int> reduced = [.. x.Shape.Select((d, i) => i < axis ? d : 1)];
        return [new Operand(x.Type, x.Shape), .. Enumerable.Repeat(new Operand(DType.Float32, reduced), Math.Max(0, call.OutputCount - 1))];
    }

    public static Tensor[] Layer(OperatorCall call, ImmutableArray<Operand> results)
    {
        var x = call.Data(0);
        if (x.Type != DType.Float32) throw call.BadType(x.Type);
        var axis = call.Axis(call.Attributes.Int("axis", -1), x.Rank);
        var rows = Tensor.Count(x.Shape.AsSpan()[..axis]);
        var row = x.Length / Math.Max(1, rows);
        var scale = Kernels.Movement.BroadcastTo(call.Data(1), x.Shape[axis..]).ToFloats();
        var bias = call.OptionalData(2) is { } b ? Kernels.Movement.BroadcastTo(b, x.Shape[axis..]).ToFloats() : new float[row];
        var (result, means, inverse) = Standardise(x.Span<float>(), rows, row, call.Attributes.Float("epsilon", 1e-5f));
        for (var i = 0; i < result.Length; i++) result[i] = result[i] * scale[i % row] + bias[i % row];
        var outputs = new[] { Tensor.Of(x.Shape, result) }.ToList();
        if (results.Length > 1) outputs.Add(Tensor.Of(results[1].Shape, means));
        if (results.Length > 2) outputs.Add(Tensor.Of(results[2].Shape, inverse));
        return [.. outputs];
    }

    public static ImmutableArray<Operand> InferChannels(OperatorCall call)
    {
        if (call.In(0).Rank < 2) throw call.Mismatch("the input has no channel axis");
        if (call.Op == "GroupNormalization" && call.Attributes.Int("num_groups", 0) < 1) throw call.Mismatch("num_groups must be at least 1");
        return [new Operand(call.In(0).Type, call.In(0).Shape)];
    }

    public static Tensor[] Instance(OperatorCall call, ImmutableArray<Operand> results) => Groups(call, call.In(0).Shape[1]);

    public static Tensor[] Group(OperatorCall call, ImmutableArray<Operand> results) => Groups(call, (int)call.Attributes.Int("num_groups", 1));

    private static Tensor[] Groups(OperatorCall call, int groups)
    {
        var x = call.Data(0);
        if (x.Type != DType.Float32) throw call.BadType(x.Type);
        var (batch, channels) = (x.Shape[0], x.Shape[1]);
        if (channels % groups != 0) throw call.Mismatch($"{channels} channels in {groups} groups");
        var size = x.Length / Math.Max(1, batch * channels);
        var (result, _, _) = Standardise(x.Span<float>(), batch * groups, x.Length / Math.Max(1, batch * groups), call.Attributes.Float("epsilon", 1e-5f));
        var (scale, bias) = (call.Data(1).ToFloats(), call.Data(2).ToFloats());
        for (var i = 0; i < result.Length; i++)
        {
            var c = i / size % channels;
            var at = scale.Length == channels ? c : c / (channels / groups); // opset 18 gives one scale per group
            result[i] = result[i] * scale[at] + bias[at];
        }

        return [Tensor.Of(x.Shape, result)];
    }

    private static (float[] Mean, float[] Variance) Statistics(Tensor x, int batch, int channels, int size)
    {
        var (mean, variance) = (new float[channels], new float[channels]);
        var values = x.Span<float>();
        for (var c = 0; c < channels; c++)
        {
            double sum = 0, squares = 0;
            for (var n = 0; n < batch; n++)
                foreach (var value in values.Slice((n * channels + c) * size, size)) sum += value;
            var centre = sum / (batch * size);
            for (var n = 0; n < batch; n++)
                foreach (var value in values.Slice((n * channels + c) * size, size)) squares += (value - centre) * (value - centre);
            (mean[c], variance[c]) = ((float)centre, (float)(squares / (batch * size)));
        }

        return (mean, variance);
    }

    private static (float[] Values, float[] Means, float[] Inverse) Standardise(ReadOnlySpan<float> x, int rows, int row, float epsilon)
    {
        var (result, means, inverse) = (new float[x.Length], new float[rows], new float[rows]);
        for (var r = 0; r < rows; r++)
        {
            var from = x.Slice(r * row, row);
            double sum = 0, squares = 0;
            foreach (var value in from) sum += value;
            var mean = sum / row;
            foreach (var value in from) squares += (value - mean) * (value - mean);
            var factor = 1 / Math.Sqrt(squares / row + epsilon);
            for (var i = 0; i < row; i++) result[r * row + i] = (float)((from[i] - mean) * factor);
            (means[r], inverse[r]) = ((float)mean, (float)factor);
        }

        return (result, means, inverse);
    }
}
