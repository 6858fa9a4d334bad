using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace NeuroChip.Compiler.Passes;

/// <summary>
/// Products of row-major matrices in binary64. Every element is a chain of fused multiply-adds over ascending inner indices, whatever the width of the machine's vectors,
/// so results are the same bits everywhere.
/// </summary>
internal static class MatrixProduct
{
    private const int Rows = 4; // rows of a and vectors of b that are worked on at once: their sums and operands fit 16 registers
    private const int Vectors = 3;

    /// <summary>Adds the product of an n x k and a k x m matrix to an n x m matrix.</summary>
    public static void Add(ReadOnlySpan<double> a, ReadOnlySpan<double> b, Span<double> sum, int n, int k, int m)
    {
        if (a.Length < (long)n * k || b.Length < (long)k * m || sum.Length < (long)n * m) throw new ArgumentException("a matrix is shorter than its extents say");
        var width = Vectors * Vector<double>.Count;
        var panel = new double[k * width];
        Span<double> tile = stackalloc double[Rows * width];
        for (var column = 0; column < m; column += width)
        {
            var columns = Math.Min(width, m - column);
            for (var p = 0; p < k; p++) b.Slice((p * m) + column, columns).CopyTo(panel.AsSpan(p * width)); // what lies beyond the last column is not read
            for (var row = 0; row < n; row += Rows)
            {
                var rows = Math.Min(Rows, n - row);
                ref var first = ref MemoryMarshal.GetReference(a[(row * k)..]);
                if (rows == Rows) Four(ref first, k, ref MemoryMarshal.GetArrayDataReference(panel), ref MemoryMarshal.GetReference(tile));
                else for (var r = 0; r < rows; r++) One(ref Unsafe.Add(ref first, r * k), k, ref MemoryMarshal.GetArrayDataReference(panel), ref Unsafe.Add(ref MemoryMarshal.GetReference(tile), r * width));
                for (var r = 0; r < rows; r++)
                {
                    var into = sum.Slice(((row + r) * m) + column, columns);
                    for (var c = 0; c < columns; c++) into[c] += tile[(r * width) + c];
                }
            }
        }
    }

    private static void Four(ref double a, int k, ref double panel, ref double tile)
    {
        var step = Vector<double>.Count;
        ref var a1 = ref Unsafe.Add(ref a, k);
        ref var a2 = ref Unsafe.Add(ref a1, k);
        ref var a3 = ref Unsafe.Add(ref a2, k);
        Vector<double> s00 = default, s01 = default, s02 = default, s10 = default, s11 = default, s12 = default;
        Vector<double> s20 = default, s21 = default, s22 = default, s30 = default, s31 = default, s32 = default;
        for (var p = 0; p < k; p++)
        {
            var b0 = Vector.LoadUnsafe(ref panel);
            var b1 = Vector.LoadUnsafe(ref panel, (nuint)step);
            var b2 = Vector.LoadUnsafe(ref panel, (nuint)(2 * step));
            panel = ref Unsafe.Add(ref panel, Vectors * step);
            var x = new Vector<double>(Unsafe.Add(ref a, p));
            s00 = Vector.FusedMultiplyAdd(x, b0, s00);
            s01 = Vector.FusedMultiplyAdd(x, b1, s01);
            s02 = Vector.FusedMultiplyAdd(x, b2, s02);
            x = new Vector<double>(Unsafe.Add(ref a1, p));
            s10 = Vector.FusedMultiplyAdd(x, b0, s10);
            s11 = Vector.FusedMultiplyAdd(x, b1, s11);
            s12 = Vector.FusedMultiplyAdd(x, b2, s12);
            x = new Vector<double>(Unsafe.Add(ref a2, p));
            s20 = Vector.FusedMultiplyAdd(x, b0, s20);
            s21 = Vector.FusedMultiplyAdd(x, b1, s21);
            s22 = Vector.FusedMultiplyAdd(x, b2, s22);
            x = new Vector<double>(Unsafe.Add(ref a3, p));
            s30 = Vector.FusedMultiplyAdd(x, b0, s30);
            s31 = Vector.FusedMultiplyAdd(x, b1, s31);
            s32 = Vector.FusedMultiplyAdd(x, b2, s32);
        }

        Store(ref tile, s00, s01, s02);
        Store(ref Unsafe.Add(ref tile, 3 * step), s10, s11, s12);
        Store(ref Unsafe.Add(ref tile, 6 * step), s20, s21, s22);
        Store(ref Unsafe.Add(ref tile, 9 * step), s30, s31, s32);
    }

    private static void One(ref double a, int k, ref double panel, ref double tile)
    {
        var step = Vector<double>.Count;
        Vector<double> s0 = default, s1 = default, s2 = default;
        for (var p = 0; p < k; p++)
        {
            var x = new Vector<double>(Unsafe.Add(ref a, p));
            s0 = Vector.FusedMultiplyAdd(x, Vector.LoadUnsafe(ref panel), s0);
            s1 = Vector.FusedMultiplyAdd(x, Vector.LoadUnsafe(ref panel, (nuint)step), s1);
            s2 = Vector.FusedMultiplyAdd(x, Vector.LoadUnsafe(ref panel, (nuint)(2 * step)), s2);
            panel = ref Unsafe.Add(ref panel, Vectors * step);
        }

        Store(ref tile, s0, s1, s2);
    }

    private static void Store(ref double to, Vector<double> a, Vector<double> b, Vector<double> c)
    {
        a.StoreUnsafe(ref to);
        b.StoreUnsafe(ref to, (nuint)Vector<double>.Count);
        c.StoreUnsafe(ref to, (nuint)(2 * Vector<double>.Count));
    }
}
