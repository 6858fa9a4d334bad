using System.Runtime.InteropServices;
using System.Security.Cryptography;
using NeuroChip.Ir.Tensors;

namespace NeuroChip.Ir.Images;

/// <summary>A run of equal elements in the section of weights.</summary>
internal readonly record struct TensorBlock(DType Type, long Offset, long Bytes);

/// <summary>The tensors of an image under small numbers; equal contents are stored once, whatever object or shape they come in.</summary>
internal sealed class TensorPool
{
    private readonly List<(TensorBlock Block, Tensor Content)> blocks = [];
    private readonly List<(int Block, Tensor Tensor)> tensors = [];
    private readonly Dictionary<Tensor, int> byObject = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<(DType, string), int> blockByContent = [];
    private readonly Dictionary<(int, string), int> tensorByShape = [];
    private long end;

    /// <summary>Blocks in the order of the file.</summary>
    public IReadOnlyList<(TensorBlock Block, Tensor Content)> Blocks => blocks;

    /// <summary>Tensors in the order in which they were first used, with the block of each.</summary>
    public IReadOnlyList<(int Block, Tensor Tensor)> Tensors => tensors;

    /// <summary>Bytes of the section of weights.</summary>
    public long Bytes => end;

    /// <summary>The number of a tensor, or -1 for none.</summary>
    public int Add(Tensor? tensor)
    {
        if (tensor is null) return -1;
        if (byObject.TryGetValue(tensor, out var known)) return known;
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        ForEachChunk(tensor, hash.AppendData);
        var content = (tensor.Type, Convert.ToHexString(hash.GetCurrentHash()));
        if (!blockByContent.TryGetValue(content, out var block))
        {
            block = blocks.Count;
            blockByContent.Add(content, block);
            var offset = ImageFormat.Align(end);
            var size = (long)tensor.Length * ImageFormat.BytesOf(tensor.Type);
            blocks.Add((new TensorBlock(tensor.Type, offset, size), tensor));
            end = offset + size;
        }

        var shaped = (block, Tensor.FormatShape(tensor.Shape));
        if (!tensorByShape.TryGetValue(shaped, out var index))
        {
            index = tensors.Count;
            tensorByShape.Add(shaped, index);
            tensors.Add((block, tensor));
        }

        byObject.Add(tensor, index);
        return index;
    }

    /// <summary>Shows the elements as bytes, a chunk that fits a cache at a time: a span of bytes cannot hold the largest tensors whole.</summary>
    public static void ForEachChunk(Tensor tensor, Chunk use)
    {
        switch (tensor.Type)
        {
            case DType.Float32: Walk(tensor.Array<float>(), use); break;
            case DType.Float64: Walk(tensor.Array<double>(), use); break;
            case DType.Int8: Walk(tensor.Array<sbyte>(), use); break;
            case DType.UInt8: Walk(tensor.Array<byte>(), use); break;
            case DType.Int16: Walk(tensor.Array<short>(), use); break;
            case DType.Int32: Walk(tensor.Array<int>(), use); break;
            case DType.Int64: Walk(tensor.Array<long>(), use); break;
            default: throw new InvalidOperationException($"images hold no tensors of {tensor.Type}");
        }
    }

    /// <summary>A tensor with fresh storage of <paramref name="length"/> elements, filled chunk by chunk through <paramref name="fill"/>.</summary>
    public static Tensor Make(DType type, int length, Fill fill)
    {
        return type switch
        {
            DType.Float32 => Filled<float>(),
            DType.Float64 => Filled<double>(),
            DType.Int8 => Filled<sbyte>(),
            DType.UInt8 => Filled<byte>(),
            DType.Int16 => Filled<short>(),
            DType.Int32 => Filled<int>(),
            DType.Int64 => Filled<long>(),
            _ => throw new InvalidOperationException($"images hold no tensors of {type}"),
        };

        Tensor Filled<T>() where T : unmanaged
        {
            var data = GC.AllocateUninitializedArray<T>(length);
            for (var at = 0; at < data.Length; at += ChunkElements)
                fill(MemoryMarshal.AsBytes(data.AsSpan(at, Math.Min(ChunkElements, data.Length - at))));
            return Tensor.Vector(data);
        }
    }

    private const int ChunkElements = 1 << 17;

    private static void Walk<T>(T[] data, Chunk use) where T : unmanaged
    {
        for (var at = 0; at < data.Length; at += ChunkElements)
            use(MemoryMarshal.AsBytes(data.AsSpan(at, Math.Min(ChunkElements, data.Length - at))));
    }

    /// <summary>Sees some bytes.</summary>
    public delegate void Chunk(ReadOnlySpan<byte> bytes);

    /// <summary>Fills some bytes.</summary>
    public delegate void Fill(Span<byte> bytes);
}
