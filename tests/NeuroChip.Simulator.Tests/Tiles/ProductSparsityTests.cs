using FsCheck;
using FsCheck.Fluent;
using NeuroChip.Simulator.Tiles;

namespace NeuroChip.Simulator.Tests.Tiles;

public sealed class ProductSparsityTests
{
    /// <summary>By hand. Tile of 4 rows x 4 columns, one tile: what each row adds is written beside it.</summary>
    [Fact]
    public void CountsASmallMatrixAsDoneByHand()
    {
        var counts = ProductSparsity.Count(
            Matrix(
                "1010",   // contains no other row of 2 or more spikes but row 2's single one: 1 left
                "1011",   // contains row 0: 1 left
                "0010",   // one spike: added as it is: 1
                "1011"),  // equal to row 1: nothing left, one copy
            4, 4);
        Assert.Equal(new ProductCounts(Elements: 16, Ones: 9, Remaining: 3, ExactMatches: 1, Searched: 3), counts);
    }

    /// <summary>The same matrix in tiles of 2 x 2: rows of different tiles know nothing of each other.</summary>
    [Fact]
    public void TilesAreCountedOnTheirOwn()
    {
        // tiles 10/10, 10/11, 00/10, 10/11: ones 2+3+1+3 = 9, saved 0+1+0+1.
        var counts = ProductSparsity.Count(Matrix("1010", "1011", "0010", "1011"), 2, 2);
        Assert.Equal(new ProductCounts(16, 9, 7, 0, 2), counts);
    }

    [Fact]
    public void EqualRowsOfOneSpikeAreAllAdded() =>
        Assert.Equal(new ProductCounts(6, 3, 3, 0, 0), ProductSparsity.Count(Matrix("01", "01", "01"), 256, 16));

    /// <summary>The definition, row against row: over random matrices whose rows often contain each other, cut at all kinds of edges.</summary>
    [Fact]
    public void EqualsTheDefinitionOnRandomMatrices()
    {
        var gen =
            from rows in Gen.Choose(1, 40)
            from columns in Gen.Choose(1, 80)
            from height in Gen.Choose(1, 45)
            from width in Gen.Choose(1, 64)
            from density in Gen.Choose(0, 100)
            from seed in Gen.Choose(0, int.MaxValue)
            select (rows, columns, height, width, density, seed);
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(300), Prop.ForAll(Arb.From(gen), c =>
        {
            var matrix = Random(c.rows, c.columns, c.density, c.seed);
            return ProductSparsity.Count(matrix, c.height, c.width) == Definition(matrix, c.height, c.width);
        }));
    }

    /// <summary>Reuse never adds: what is left is at least 1 per different pattern and at most what was there.</summary>
    [Fact]
    public void WhatIsLeftIsNeverMoreThanWhatWasThere()
    {
        var gen = from density in Gen.Choose(0, 100) from seed in Gen.Choose(0, int.MaxValue) select (density, seed);
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(100), Prop.ForAll(Arb.From(gen), c =>
        {
            var counts = ProductSparsity.Count(Random(64, 16, c.density, c.seed), 64, 16);
            return counts.Remaining <= counts.Ones && counts.Ones == Random(64, 16, c.density, c.seed).Ones && (counts.Remaining > 0 || counts.Ones == 0);
        }));
    }

    private static ProductCounts Definition(SpikeMatrix matrix, int height, int width)
    {
        long ones = 0, remaining = 0, exact = 0, searched = 0;
        var corners = from top in Enumerable.Range(0, matrix.Rows) where top % height == 0 from left in Enumerable.Range(0, matrix.Columns) where left % width == 0 select (top, left);
        foreach (var (top, left) in corners)
        {
            var (bottom, right) = (Math.Min(top + height, matrix.Rows), Math.Min(left + width, matrix.Columns));
            HashSet<int> Row(int r) => [.. Enumerable.Range(left, right - left).Where(c => matrix[r, c])];
            for (var row = top; row < bottom; row++)
            {
                var spikes = Row(row);
                ones += spikes.Count;
                var best = 0;
                for (var other = top; other < bottom && spikes.Count > 1; other++)
                {
                    var candidate = Row(other);
                    if (other == row || !candidate.IsSubsetOf(spikes) || (candidate.Count == spikes.Count && other > row)) continue;
                    best = Math.Max(best, candidate.Count);
                }

                if (spikes.Count > 1) searched++;
                if (spikes.Count > 1 && best == spikes.Count) exact++;
                remaining += spikes.Count - best;
            }
        }

        return new ProductCounts((long)matrix.Rows * matrix.Columns, ones, remaining, exact, searched);
    }

    private static SpikeMatrix Random(int rows, int columns, int density, int seed)
    {
        var random = new System.Random(seed);
        var matrix = new SpikeMatrix(rows, columns);
        for (var r = 0; r < rows; r++)
        {
            // Every other row is an earlier one with some spikes more, so that subsets and equal rows are common.
            var from = r > 0 && random.Next(2) == 0 ? random.Next(r) : -1;
            for (var c = 0; c < columns; c++)
                if ((from >= 0 && matrix[from, c]) || random.Next(from >= 0 ? 500 : 100) < density) matrix.Set(r, c);
        }

        return matrix;
    }

    private static SpikeMatrix Matrix(params string[] rows)
    {
        var matrix = new SpikeMatrix(rows.Length, rows[0].Length);
        for (var r = 0; r < rows.Length; r++)
            for (var c = 0; c < rows[r].Length; c++)
                if (rows[r][c] == '1') matrix.Set(r, c);
        return matrix;
    }
}
