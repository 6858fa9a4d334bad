using System.Collections.Immutable;
using NeuroChip.Ir.Tensors;

namespace NeuroChip.Compiler.Onnx.Kernels;

/// <summary>Copies that rearrange elements without looking at them; every data-movement operator is one of these.</summary>
internal static class Movement
{
    /// <summary>Element steps of each axis in C order.</summary>
    public static int[] Strides(ReadOnlySpan<int> shape)
    {
        var strides = new int[shape.Length];
        var step = 1;
        for (var axis = shape.Length - 1; axis >= 0; axis--)
        {
            strides[axis] = step;
            step *= shape[axis];
        }

        return strides;
    }

    /// <summary>out[i, j, ...] = source[offset + i * strides[0] + j * strides[1] + ...]; covers transpose, slice, expand and tile.</summary>
    public static Tensor Strided(Tensor source, int offset, ReadOnlySpan<int> strides, ImmutableArray<int> shape) => source.Type switch
    {
        DType.Float32 => Strided<float>(source, offset, strides, shape),
        DType.Float64 => Strided<double>(source, offset, strides, shape),
        DType.Int8 => Strided<sbyte>(source, offset, strides, shape),
        DType.UInt8 => Strided<byte>(source, offset, strides, shape),
        DType.Int16 => Strided<short>(source, offset, strides, shape),
        DType.Int32 => Strided<int>(source, offset, strides, shape),
        DType.Int64 => Strided<long>(source, offset, strides, shape),
        _ => Strided<bool>(source, offset, strides, shape),
    };

    /// <summary>out[i] = source[map[i]], or <paramref name="fill"/> (a scalar of the same type; zero where null) where map[i] is -1.</summary>
    public static Tensor Take(Tensor source, int[] map, ImmutableArray<int> shape, Tensor? fill = null) => source.Type switch
    {
        DType.Float32 => Take<float>(source, map, shape, fill),
        DType.Float64 => Take<double>(source, map, shape, fill),
        DType.Int8 => Take<sbyte>(source, map, shape, fill),
        DType.UInt8 => Take<byte>(source, map, shape, fill),
        DType.Int16 => Take<short>(source, map, shape, fill),
        DType.Int32 => Take<int>(source, map, shape, fill),
        DType.Int64 => Take<long>(source, map, shape, fill),
        _ => Take<bool>(source, map, shape, fill),
    };

    /// <summary>A copy of <paramref name="source"/> in which element map[i] is updates[i]; later writes win.</summary>
    public static Tensor Put(Tensor source, int[] map, Tensor updates) => source.Type switch
    {
        DType.Float32 => Put<float>(source, map, updates),
        DType.Float64 => Put<double>(source, map, updates),
        DType.Int8 => Put<sbyte>(source, map, updates),
        DType.UInt8 => Put<byte>(source, map, updates),
        DType.Int16 => Put<short>(source, map, updates),
        DType.Int32 => Put<int>(source, map, updates),
        DType.Int64 => Put<long>(source, map, updates),
        _ => Put<bool>(source, map, updates),
    };

    /// <summary>Joins tensors along an axis.</summary>
    public static Tensor Concat(IReadOnlyList<Tensor> parts, int axis, ImmutableArray<int> shape) => parts[0].Type switch
    {
        DType.Float32 => Concat<float>(parts, axis, shape),
        DType.Float64 => Concat<double>(parts, axis, shape),
        DType.Int8 => Concat<sbyte>(parts, axis, shape),
        DType.UInt8 => Concat<byte>(parts, axis, shape),
        DType.Int16 => Concat<short>(parts, axis, shape),
        DType.Int32 => Concat<int>(parts, axis, shape),
        DType.Int64 => Concat<long>(parts, axis, shape),
        _ => Concat<bool>(parts, axis, shape),
    };

    /// <summary>Axes in another order.</summary>
    public static Tensor Transpose(Tensor source, ReadOnlySpan<int> permutation)
    {
        var from = Strides(source.Shape.AsSpan());
        var strides = new int[permutation.Length];
        var shape = ImmutableArray.CreateBuilder<int>(permutation.Length);
        for (var axis = 0; axis < permutation.Length; axis++)
        {
            strides[axis] = from[permutation[axis]];
            shape.Add(source.Shape[permutation[axis]]);
        }

        return Strided(source, 0, strides, shape.MoveToImmutable());
    }

    /// <summary>Repeats along axes of extent 1 (and missing leading axes) up to <paramref name="shape"/>.</summary>
    public static Tensor BroadcastTo(Tensor source, ImmutableArray<int> shape) =>
        source.Shape.AsSpan().SequenceEqual(shape.AsSpan()) ? source : Strided(source, 0, BroadcastStrides(source.Shape, shape), shape);

    /// <summary>Steps that read a tensor of shape <paramref name="from"/> as if it had the broadcast shape <paramref name="to"/>.</summary>
    public static int[] BroadcastStrides(ImmutableArray<int> from, ImmutableArray<int> to)
    {
        var own = Strides(from.AsSpan());
        var strides = new int[to.Length];
        for (var axis = 0; axis < from.Length; axis++)
            strides[to.Length - from.Length + axis] = from[axis] == 1 ? 0 : own[axis];
        return strides;
    }

    /// <summary>Merges neighbouring axes that one step walks through, so that inner loops are long.</summary>
    public static (int[] Extents, int[][] Strides) Merge(ReadOnlySpan<int> shape, params ReadOnlySpan<int[]> strides)
    {
        var extents = new List<int>();
        var merged = new List<int>[strides.Length];
        for (var s = 0; s < strides.Length; s++) merged[s] = [];
        for (var axis = 0; axis < shape.Length; axis++)
        {
            if (shape[axis] == 1) continue;
            var joins = extents.Count > 0;
            for (var s = 0; s < strides.Length && joins; s++) joins = merged[s][^1] == strides[s][axis] * shape[axis];
            if (joins)
            {
                extents[^1] *= shape[axis];
                for (var s = 0; s < strides.Length; s++) merged[s][^1] = strides[s][axis];
            }
            else
            {
                extents.Add(shape[axis]);
                for (var s = 0; s < strides.Length; s++) merged[s].Add(strides[s][axis]);
            }
        }

        if (extents.Count == 0)
        {
            extents.Add(1);
            foreach (var list in merged) list.Add(0);
        }

        return ([.. extents], [.. merged.Select(m => m.ToArray())]);
    }

    private static Tensor Strided<T>(Tensor source, int offset, ReadOnlySpan<int> strides, ImmutableArray<int> shape) where T : unmanaged
    {
        var result = new T[Tensor.Count(shape.AsSpan())];
        if (result.Length > 0)
        {
            var (extents, steps) = Merge(shape.AsSpan(), strides.ToArray());
            Copy(source.Span<T>(), offset, result, extents, steps[0]);
        }

        return Tensor.Of(shape, result);
    }

    private static void Copy<T>(ReadOnlySpan<T> source, int offset, T[] target, int[] extents, int[] strides)
    {
        var inner = extents[^1];
        var step = strides[^1];
        var counter = new int[extents.Length];
        var at = offset;
        for (var done = 0; done < target.Length; done += inner)
        {
            var row = target.AsSpan(done, inner);
            if (step == 1) source.Slice(at, inner).CopyTo(row);
            else if (step == 0) row.Fill(source[at]);
            else for (int i = 0, from = at; i < row.Length; i++, from += step) row[i] = source[from];
            for (var axis = extents.Length - 2; axis >= 0; axis--)
            {
                at += strides[axis];
                if (++counter[axis] < extents[axis]) break;
                at -= strides[axis] * extents[axis];
                counter[axis] = 0;
            }
        }
    }

    private static Tensor Take<T>(Tensor source, int[] map, ImmutableArray<int> shape, Tensor? fill) where T : unmanaged
    {
        var from = source.Span<T>();
        var empty = fill is null ? default : fill.Span<T>()[0];
        var result = new T[map.Length];
        for (var i = 0; i < map.Length; i++) result[i] = map[i] < 0 ? empty : from[map[i]];
        return Tensor.Of(shape, result);
    }

    private static Tensor Put<T>(Tensor source, int[] map, Tensor updates) where T : unmanaged
    {
        var result = source.Span<T>().ToArray();
        var from = updates.Span<T>();
        for (var i = 0; i < map.Length; i++) result[map[i]] = from[i];
        return Tensor.Of(source.Shape, result);
    }

    private static Tensor Concat<T>(IReadOnlyList<Tensor> parts, int axis, ImmutableArray<int> shape) where T : unmanaged
    {
        var result = new T[Tensor.Count(shape.AsSpan())];
        var outer = Tensor.Count(shape.AsSpan()[..axis]);
        var row = outer == 0 ? 0 : result.Length / outer;
        var start = 0;
        foreach (var part in parts)
        {
            var block = outer == 0 ? 0 : part.Length / outer;
            var from = part.Span<T>();
            for (var o = 0; o < outer; o++) from.Slice(o * block, block).CopyTo(result.AsSpan(o * row + start));
            start += block;
        }

        return Tensor.Of(shape, result);
    }
}
