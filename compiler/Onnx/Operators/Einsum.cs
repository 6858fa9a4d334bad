using System.Collections.Immutable;
using NeuroChip.Compiler.Onnx.Kernels;
using NeuroChip.Ir.Tensors;

namespace NeuroChip.Compiler.Onnx.Operators;

/// <summary>Einsum over one or more inputs with letters only (no ellipsis): every letter is an axis, letters missing on the right are summed.</summary>
internal static class Einsum
{
    public static ImmutableArray<Operand> Infer(OperatorCall call)
    {
        var (_, output, extents) = Read(call);
        return [new Operand(call.In(0).Type, [.. output.Select(letter => extents[letter])])];
    }

    public static Tensor[] Evaluate(OperatorCall call, ImmutableArray<Operand> results)
    {
        var (terms, output, extents) = Read(call);
        if (call.In(0).Type != DType.Float32) throw call.BadType(call.In(0).Type);
        var summed = extents.Keys.Where(letter => !output.Contains(letter)).Order().ToArray();
        var all = output + new string(summed);
        ImmutableArray<int> full = [.. all.Select(letter => extents[letter])];
        var product = Movement.BroadcastTo(Tensor.Scalar(1f), full);
        for (var i = 0; i < terms.Length; i++)
        {
            var own = Movement.Strides(call.Data(i).Shape.AsSpan());
            var strides = all.Select(letter => Enumerable.Range(0, terms[i].Length).Where(axis => terms[i][axis] == letter).Sum(axis => own[axis])).ToArray();
            var spread = Movement.Strided(call.Data(i), 0, strides, full);
            product = i == 0 ? spread : Arithmetic.Evaluate<Arithmetic.Mul>(call with { Inputs = [Operand.Of(product), Operand.Of(spread)] }, [new Operand(DType.Float32, full)])[0];
        }

        var result = new float[Tensor.Count(results[0].Shape.AsSpan())];
        var inner = result.Length == 0 ? 0 : product.Length / result.Length;
        for (var i = 0; i < result.Length; i++)
            foreach (var value in product.Span<float>().Slice(i * inner, inner)) result[i] += value;
        return [Tensor.Of(results[0].Shape, result)];
    }

    private static (string[] Terms, string Output, Dictionary<char, int> Extents) Read(OperatorCall call)
    {
        var equation = call.Attributes.Text("equation", "").Replace(" ", "", StringComparison.Ordinal);
        if (equation.Contains('.', StringComparison.Ordinal)) throw call.Unsupported("equation", equation, "equations of letters without '...'");
        var sides = equation.Split("->");
        var terms = sides[0].Split(',');
        if (terms.Length != call.Inputs.Length) throw call.Mismatch($"'{equation}' names {terms.Length} inputs");
        var extents = new Dictionary<char, int>();
        for (var i = 0; i < terms.Length; i++)
        {
            if (terms[i].Length != call.In(i).Rank) throw call.Mismatch($"'{terms[i]}' names {terms[i].Length} axes of input {i}, which has {call.In(i).Rank}");
            for (var axis = 0; axis < terms[i].Length; axis++)
                if (!extents.TryAdd(terms[i][axis], call.In(i).Shape[axis]) && extents[terms[i][axis]] != call.In(i).Shape[axis])
                    throw call.Mismatch($"axis '{terms[i][axis]}' has extents {extents[terms[i][axis]]} and {call.In(i).Shape[axis]}");
        }

        var output = sides.Length > 1 ? sides[1] : new string([.. extents.Keys.Where(l => sides[0].Count(c => c == l) == 1).Order()]);
        if (output.FirstOrDefault(l => !extents.ContainsKey(l)) is var stray and not '\0') throw call.Mismatch($"'{equation}' has '{stray}' on the right side only");
        return (terms, output, extents);
    }
}
