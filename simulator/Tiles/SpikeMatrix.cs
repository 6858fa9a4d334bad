using System.Numerics;

namespace NeuroChip.Simulator.Tiles;

/// <summary>A matrix of bits, row by row, each row in whole 64-bit words. Row r, column c is set where input c of row r spikes.</summary>
public sealed class SpikeMatrix
{
    private readonly ulong[] words;
    private readonly int wordsPerRow;

    /// <summary>A matrix without a spike.</summary>
    /// <param name="rows">Rows, 0 or more.</param>
    /// <param name="columns">Columns, 0 or more.</param>
    /// <exception cref="ArgumentOutOfRangeException">A negative extent.</exception>
    public SpikeMatrix(int rows, int columns)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(rows);
        ArgumentOutOfRangeException.ThrowIfNegative(columns);
        Rows = rows;
        Columns = columns;
        wordsPerRow = (columns + 63) / 64;
        words = new ulong[(long)rows * wordsPerRow];
    }

    /// <summary>Rows.</summary>
    public int Rows { get; }

    /// <summary>Columns.</summary>
    public int Columns { get; }

    /// <summary>Whether a bit is set.</summary>
    public bool this[int row, int column] => ((words[Index(row, column)] >> (column & 63)) & 1) != 0;

    /// <summary>Bits that are set.</summary>
    public long Ones
    {
        get
        {
            long ones = 0;
            foreach (var word in words) ones += BitOperations.PopCount(word);
            return ones;
        }
    }

    /// <summary>Sets a bit. Only for the one who makes the matrix, before anybody else sees it.</summary>
    public void Set(int row, int column) => words[Index(row, column)] |= 1UL << (column & 63);

    /// <summary>The <paramref name="count"/> bits of a row from column <paramref name="first"/>, the first one lowest; columns past the end are 0.</summary>
    /// <param name="row">Row.</param>
    /// <param name="first">First column, within the matrix.</param>
    /// <param name="count">1 to 64 bits.</param>
    public ulong Slice(int row, int first, int count)
    {
        var index = Index(row, first);
        var shift = first & 63;
        var bits = words[index] >> shift;
        if (shift != 0 && (first >> 6) + 1 < wordsPerRow) bits |= words[index + 1] << (64 - shift);
        return count == 64 ? bits : bits & ((1UL << count) - 1);
    }

    /// <summary>Rows and columns exchanged.</summary>
    public SpikeMatrix Transposed()
    {
        var result = new SpikeMatrix(Columns, Rows);
        for (var row = 0; row < Rows; row++)
        {
            for (var word = 0; word < wordsPerRow; word++)
            {
                for (var bits = words[((long)row * wordsPerRow) + word]; bits != 0; bits &= bits - 1) result.Set((word * 64) + BitOperations.TrailingZeroCount(bits), row);
            }
        }

        return result;
    }

    /// <summary>A copy of a rectangle.</summary>
    public SpikeMatrix Part(int row, int rows, int column, int columns)
    {
        var result = new SpikeMatrix(rows, columns);
        for (var r = 0; r < rows; r++)
        {
            for (var c = 0; c < columns; c += 64)
                result.words[((long)r * result.wordsPerRow) + (c >> 6)] = Slice(row + r, column + c, Math.Min(64, columns - c));
        }

        return result;
    }

    private long Index(int row, int column)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)row, (uint)Rows);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)column, (uint)Columns);
        return ((long)row * wordsPerRow) + (column >> 6);
    }
}
