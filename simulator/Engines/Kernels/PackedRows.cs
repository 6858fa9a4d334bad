using System.Collections.Immutable;

namespace NeuroChip.Simulator.Engines.Kernels;

/// <summary>Columns of a weight matrix that one set of registers holds.</summary>
/// <param name="FirstColumn">First column.</param>
/// <param name="Columns">Columns that are there; the others up to <paramref name="Width"/> are zero.</param>
/// <param name="Width">Columns of a stored row.</param>
/// <param name="Offset">Where the block starts.</param>
internal readonly record struct RowBlock(int FirstColumn, int Columns, int Width, long Offset);

/// <summary>
/// Weight rows [rows, columns] repacked into blocks of four, two or one registers' columns. The size is that of the weights (the last block is
/// filled up with zeros): weights shared by many synapses stay shared.
/// </summary>
internal sealed unsafe class PackedRows<TWeight> where TWeight : unmanaged
{
    private readonly AlignedBuffer<TWeight> data;

    public PackedRows(ReadOnlySpan<TWeight> weights, int rows, int columns, int register)
    {
        var blocks = ImmutableArray.CreateBuilder<RowBlock>();
        long offset = 0;
        for (var column = 0; column < columns;)
        {
            var left = columns - column;
            var width = left > 2 * register ? 4 * register : left > register ? 2 * register : register;
            var here = Math.Min(width, left);
            blocks.Add(new(column, here, width, offset));
            offset += (long)rows * width;
            column += here;
        }

        Blocks = blocks.ToImmutable();
        data = new(offset);
        foreach (var block in Blocks)
        {
            for (var row = 0; row < rows; row++)
            {
                var from = weights.Slice((row * columns) + block.FirstColumn, block.Columns);
                from.CopyTo(new Span<TWeight>(data.Pointer + block.Offset + ((long)row * block.Width), block.Width));
            }
        }
    }

    public ImmutableArray<RowBlock> Blocks { get; }

    public int WidestBlock => Blocks[0].Width;

    public TWeight* Pointer => data.Pointer;
}
