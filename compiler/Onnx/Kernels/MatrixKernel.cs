using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace NeuroChip.Compiler.Onnx.Kernels;

/// <summary>Dense float32 matrix product. Each element is summed over k in ascending order with one rounding per product and per sum, on every machine.</summary>
internal static class MatrixKernel
{
    /// <summary>c[m, n] += a[m, k] * b[k, n]; rows lie <paramref name="lda"/>, <paramref name="ldb"/>, <paramref name="ldc"/> elements apart.</summary>
    public static void MultiplyAdd(ReadOnlySpan<float> a, int lda, ReadOnlySpan<float> b, int ldb, Span<float> c, int ldc, int m, int n, int k)
    {
        var width = Vector<float>.Count;
        ref var a0 = ref MemoryMarshal.GetReference(a);
        ref var b0 = ref MemoryMarshal.GetReference(b);
        ref var c0 = ref MemoryMarshal.GetReference(c);
        var column = 0;
        if (m < 4)
        {
            // Too few rows to reuse b from registers: walk through it once, row after row, leaving out inputs that did not spike.
            AddRows(a, lda, b, ldb, c, ldc, m, n, k);
            return;
        }

        for (; column + 2 * width <= n; column += 2 * width)
        {
            var row = 0;
            for (; row + 4 <= m; row += 4)
                FourRows(ref Unsafe.Add(ref a0, row * lda), lda, ref Unsafe.Add(ref b0, column), ldb, ref Unsafe.Add(ref c0, row * ldc + column), ldc, k);
            for (; row < m; row++)
                OneRow(ref Unsafe.Add(ref a0, row * lda), ref Unsafe.Add(ref b0, column), ldb, ref Unsafe.Add(ref c0, row * ldc + column), k);
        }

        if (column < n) AddRows(a, lda, b[column..], ldb, c[column..], ldc, m, n - column, k);
    }

    private static void AddRows(ReadOnlySpan<float> a, int lda, ReadOnlySpan<float> b, int ldb, Span<float> c, int ldc, int m, int n, int k)
    {
        var width = Vector<float>.Count;
        for (var row = 0; row < m; row++)
        {
            var target = c.Slice(row * ldc, n);
            for (var i = 0; i < k; i++)
            {
                var x = a[row * lda + i];
                if (x == 0) continue;
                var from = b.Slice(i * ldb, n);
                var j = 0;
                for (; j + width <= n; j += width)
                    (new Vector<float>(target[j..]) + new Vector<float>(x) * new Vector<float>(from[j..])).CopyTo(target[j..]);
                for (; j < n; j++) target[j] += x * from[j];
            }
        }
    }

    private static void FourRows(ref float a, int lda, ref float b, int ldb, ref float c, int ldc, int k)
    {
        var width = Vector<float>.Count;
        ref var c1 = ref Unsafe.Add(ref c, ldc);
        ref var c2 = ref Unsafe.Add(ref c1, ldc);
        ref var c3 = ref Unsafe.Add(ref c2, ldc);
        var (s00, s01) = (Load(ref c, 0), Load(ref c, width));
        var (s10, s11) = (Load(ref c1, 0), Load(ref c1, width));
        var (s20, s21) = (Load(ref c2, 0), Load(ref c2, width));
        var (s30, s31) = (Load(ref c3, 0), Load(ref c3, width));
        ref var a1 = ref Unsafe.Add(ref a, lda);
        ref var a2 = ref Unsafe.Add(ref a1, lda);
        ref var a3 = ref Unsafe.Add(ref a2, lda);
        for (var i = 0; i < k; i++)
        {
            var (x0, x1) = (Load(ref b, 0), Load(ref b, width));
            b = ref Unsafe.Add(ref b, ldb);
            var w = new Vector<float>(Unsafe.Add(ref a, i));
            s00 += w * x0;
            s01 += w * x1;
            w = new Vector<float>(Unsafe.Add(ref a1, i));
            s10 += w * x0;
            s11 += w * x1;
            w = new Vector<float>(Unsafe.Add(ref a2, i));
            s20 += w * x0;
            s21 += w * x1;
            w = new Vector<float>(Unsafe.Add(ref a3, i));
            s30 += w * x0;
            s31 += w * x1;
        }

        Store(ref c, s00, s01);
        Store(ref c1, s10, s11);
        Store(ref c2, s20, s21);
        Store(ref c3, s30, s31);
    }

    private static void OneRow(ref float a, ref float b, int ldb, ref float c, int k)
    {
        var width = Vector<float>.Count;
        var (s0, s1) = (Load(ref c, 0), Load(ref c, width));
        for (var i = 0; i < k; i++)
        {
            var w = new Vector<float>(Unsafe.Add(ref a, i));
            s0 += w * Load(ref b, 0);
            s1 += w * Load(ref b, width);
            b = ref Unsafe.Add(ref b, ldb);
        }

        Store(ref c, s0, s1);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<float> Load(ref float from, int offset) => Vector.LoadUnsafe(ref from, (nuint)offset);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(ref float to, Vector<float> first, Vector<float> second)
    {
        first.StoreUnsafe(ref to);
        second.StoreUnsafe(ref to, (nuint)Vector<float>.Count);
    }
}
