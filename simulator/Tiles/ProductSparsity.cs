using System.Numerics;

namespace NeuroChip.Simulator.Tiles;

/// <summary>
/// Product sparsity of a spike matrix (Wei et al., HPCA 2025): the matrix is cut into tiles of a few rows and columns; a row whose spikes
/// contain those of another row of the tile starts from that row's result and adds only what is left. Of all rows it contains, the one with most spikes is
/// taken; of equal rows the first one is computed and the others copy it. Rows of one spike are added as they are, which costs no more than a copy.
/// <para>The counts do not depend on which of several equally large subsets is taken, so no order has to be agreed on.</para>
/// </summary>
public static class ProductSparsity
{
    /// <summary>Widest tile, in columns.</summary>
    public const int MaximumColumns = 64;

    /// <summary>Counts over all tiles of <paramref name="matrix"/>; tiles at its edges are smaller.</summary>
    /// <param name="matrix">Spikes.</param>
    /// <param name="tileRows">Rows of a tile, 1 or more.</param>
    /// <param name="tileColumns">Columns of a tile, 1 to <see cref="MaximumColumns"/>.</param>
    public static ProductCounts Count(SpikeMatrix matrix, int tileRows, int tileColumns)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(tileRows, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(tileColumns, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(tileColumns, MaximumColumns);
        var tile = new Tile(Math.Min(tileRows, Math.Max(1, matrix.Rows)), tileColumns);
        var counts = default(ProductCounts);
        for (var row = 0; row < matrix.Rows; row += tileRows)
        {
            var rows = Math.Min(tileRows, matrix.Rows - row);
            for (var column = 0; column < matrix.Columns; column += tileColumns)
            {
                var columns = Math.Min(tileColumns, matrix.Columns - column);
                counts += tile.Count(matrix, row, rows, column, columns);
            }
        }

        return counts with { Elements = (long)matrix.Rows * matrix.Columns };
    }

    /// <summary>The memory one tile is worked on in; made once, because a layer has thousands of tiles.</summary>
    private sealed class Tile(int rows, int columns)
    {
        private readonly ulong[] patterns = new ulong[rows];

        /// <summary>Different patterns of the tile, those with p spikes from <c>bucket[p]</c> to <c>bucket[p + 1]</c>.</summary>
        private readonly ulong[] distinct = new ulong[rows];
        private readonly int[] bucket = new int[columns + 2];

        public ProductCounts Count(SpikeMatrix matrix, int firstRow, int height, int firstColumn, int width)
        {
            var length = 0;
            for (var r = 0; r < height; r++)
            {
                var pattern = matrix.Slice(firstRow + r, firstColumn, width);
                if (pattern != 0) patterns[length++] = pattern;
            }

            var used = patterns.AsSpan(0, length);
            used.Sort();
            long ones = 0, exact = 0, searched = 0;
            Array.Clear(bucket);
            for (var i = 0; i < length; i++)
            {
                var spikes = BitOperations.PopCount(used[i]);
                var again = i > 0 && used[i] == used[i - 1];
                ones += spikes;
                if (spikes > 1) searched++;
                if (spikes > 1 && again) exact++;
                if (!again) bucket[spikes + 1]++;
            }

            Sort(used);
            var remaining = (long)CountOfSingles(used);
            for (var spikes = 2; spikes <= width; spikes++)
                for (var i = bucket[spikes]; i < bucket[spikes + 1]; i++) remaining += spikes - LargestSubset(distinct[i], spikes);
            return new ProductCounts(0, ones, remaining, exact, searched);
        }

        /// <summary>Puts each pattern once into its bucket, by the sizes that <see cref="bucket"/> holds at index spikes + 1.</summary>
        private void Sort(ReadOnlySpan<ulong> sorted)
        {
            for (var p = 1; p < bucket.Length; p++) bucket[p] += bucket[p - 1];
            Span<int> next = stackalloc int[MaximumColumns + 2];
            bucket.CopyTo(next);
            for (var i = 0; i < sorted.Length; i++)
                if (i == 0 || sorted[i] != sorted[i - 1]) distinct[next[BitOperations.PopCount(sorted[i])]++] = sorted[i];
        }

        private static int CountOfSingles(ReadOnlySpan<ulong> sorted)
        {
            var singles = 0;
            foreach (var pattern in sorted)
                if (BitOperations.IsPow2(pattern)) singles++;
            return singles;
        }

        /// <summary>Spikes of the largest pattern that <paramref name="pattern"/> contains and that has fewer spikes; 0 if there is none.</summary>
        private int LargestSubset(ulong pattern, int spikes)
        {
            for (var size = spikes - 1; size > 0; size--)
                for (var i = bucket[size]; i < bucket[size + 1]; i++)
                    if ((distinct[i] & ~pattern) == 0) return size;
            return 0;
        }
    }
}
