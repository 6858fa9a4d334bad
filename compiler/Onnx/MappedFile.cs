using System.Buffers;
using System.IO.MemoryMappedFiles;

namespace NeuroChip.Compiler.Onnx;

/// <summary>
/// A file as memory. Reading a large model from a stream would gather its weights in pieces and join them, holding them twice; from mapped memory
/// they are copied once.
/// </summary>
internal sealed unsafe class MappedFile : MemoryManager<byte>
{
    private readonly MemoryMappedFile file;
    private readonly MemoryMappedViewAccessor view;
    private readonly byte* start;
    private readonly int length;

    /// <summary>Maps a file of at least one byte and less than 2 GB, the limit of a protobuf message.</summary>
    public MappedFile(string path)
    {
        length = (int)Math.Min(LengthOf(path), int.MaxValue);
        file = MemoryMappedFile.CreateFromFile(path, FileMode.Open, null, 0, MemoryMappedFileAccess.Read);
        view = file.CreateViewAccessor(0, length, MemoryMappedFileAccess.Read);
        view.SafeMemoryMappedViewHandle.AcquirePointer(ref start);
    }

    /// <summary>Bytes of a file; of a symbolic link, of the file it leads to.</summary>
    public static long LengthOf(string path)
    {
        using var file = File.OpenHandle(path);
        return RandomAccess.GetLength(file);
    }

    /// <inheritdoc/>
    public override Span<byte> GetSpan() => new(start, length);

    /// <inheritdoc/>
    public override MemoryHandle Pin(int elementIndex = 0) => new(start + elementIndex);

    /// <inheritdoc/>
    public override void Unpin()
    {
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        view.SafeMemoryMappedViewHandle.ReleasePointer();
        view.Dispose();
        file.Dispose();
    }
}
