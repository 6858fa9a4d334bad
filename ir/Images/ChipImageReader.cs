using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using NeuroChip.Ir.Diagnostics;
using NeuroChip.Ir.Ncir;
using NeuroChip.Ir.Tensors;

namespace NeuroChip.Ir.Images;

/// <summary>
/// Reads <c>.ncimg</c> files (docs/image-format.md). Whatever the bytes are, the result is an image that <see cref="ChipImageVerifier"/> accepts,
/// or a <see cref="DiagnosticException"/> with codes NC4xxx; nothing is allocated that is larger than the bytes that are there.
/// </summary>
public static class ChipImageReader
{
    /// <summary>Reads a file.</summary>
    /// <exception cref="DiagnosticException">NC4001 to NC4007.</exception>
    public static ChipImage Load(string path)
    {
        try
        {
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1);
            return Read(stream, path);
        }
        catch (Exception cause) when (cause is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new DiagnosticException(ImageErrors.Unreadable(path, cause));
        }
    }

    /// <summary>Reads an image that takes all of <paramref name="stream"/> from its position on.</summary>
    /// <param name="stream">Where to read. A stream that cannot seek is first copied into memory.</param>
    /// <param name="file">Name of the file, for messages.</param>
    /// <exception cref="DiagnosticException">NC4001 to NC4006.</exception>
    public static ChipImage Read(Stream stream, string file)
    {
        ImageFormat.RequireLittleEndian();
        if (!stream.CanSeek)
        {
            var copy = new MemoryStream();
            stream.CopyTo(copy);
            copy.Position = 0;
            stream = copy;
        }

        var table = ReadHead(stream, file);
        var bytes = new byte[table.Length][];
        var bag = new DiagnosticBag();
        for (var s = 0; s < ImageFormat.Weights; s++) bytes[s] = ReadSection(stream, file, table[s], bag);

        // The weights are checked even where another section is damaged, so that one run names all that is.
        var tensors = new SectionReader(file, "tensors", bytes[2]);
        var shapes = bag.HasErrors ? new([], []) : ReadShapes(tensors, table[ImageFormat.Weights].Length);
        var contents = ReadWeights(stream, file, table[ImageFormat.Weights], shapes.Blocks, bag);
        bag.ThrowIfErrors();

        var pool = shapes.Tensors.Select(t => contents[t.Block].Reshape(t.Shape)).ToArray();
        var image = new Contents(file, bytes, pool).Read();
        var faults = ChipImageVerifier.Verify(image, file);
        return faults.Count == 0 ? image : throw new DiagnosticException([.. faults]);
    }

    private readonly record struct Section(string Name, int Padding, long Offset, long Length, byte[] Digest);

    private readonly record struct Shapes(ImmutableArray<TensorBlock> Blocks, ImmutableArray<(int Block, ImmutableArray<int> Shape)> Tensors);

    private static Section[] ReadHead(Stream stream, string file)
    {
        var available = stream.Length - stream.Position;
        var head = new byte[ImageFormat.HeaderBytes * (1 + ImageFormat.Sections.Count)];
        var got = stream.ReadAtLeast(head, head.Length, throwOnEndOfStream: false);
        if (!head.AsSpan(0, got).StartsWith(ImageFormat.Magic)) throw new DiagnosticException(ImageErrors.NotAnImage(file, Beginning(head.AsSpan(0, got))));
        if (got >= 12 && BinaryPrimitives.ReadUInt32LittleEndian(head.AsSpan(8)) is var version && version != ImageFormat.Version)
            throw new DiagnosticException(ImageErrors.OtherVersion(file, version));
        if (got < head.Length) throw new DiagnosticException(ImageErrors.CutShort(file, available, head.Length, "its header with the section table"));

        var stored = head.AsSpan(ImageFormat.DigestOffset, ImageFormat.DigestBytes).ToArray();
        head.AsSpan(ImageFormat.DigestOffset, ImageFormat.DigestBytes).Clear();
        var computed = SHA256.HashData(head);
        if (!computed.AsSpan().SequenceEqual(stored)) throw new DiagnosticException(ImageErrors.Checksum(file, "the header with the section table", stored, computed));

        var length = BinaryPrimitives.ReadInt64LittleEndian(head.AsSpan(16));
        if (available < length) throw new DiagnosticException(ImageErrors.CutShort(file, available, length, "it"));
        if (available > length) throw new DiagnosticException(ImageErrors.TooLong(file, available, length));
        return Table(head, length, file);
    }

    private static Section[] Table(byte[] head, long length, string file)
    {
        DiagnosticException Bad(string message) => new(ImageErrors.Inconsistent(file, "section table", message));
        var count = BinaryPrimitives.ReadInt32LittleEndian(head.AsSpan(12));
        if (count != ImageFormat.Sections.Count) throw Bad($"it has {count} sections; version {ImageFormat.Version} has {ImageFormat.Sections.Count}");
        var sections = new Section[count];
        var end = (long)head.Length;
        for (var s = 0; s < count; s++)
        {
            var entry = head.AsSpan(ImageFormat.HeaderBytes * (1 + s), ImageFormat.HeaderBytes);
            var name = Encoding.ASCII.GetString(entry[..ImageFormat.NameBytes]).TrimEnd('\0');
            var section = new Section(
                ImageFormat.Sections[s], (int)(ImageFormat.Align(end) - end), BinaryPrimitives.ReadInt64LittleEndian(entry[16..]),
                BinaryPrimitives.ReadInt64LittleEndian(entry[24..]), entry[ImageFormat.DigestOffset..].ToArray());
            if (name != section.Name) throw Bad($"section {s} is called '{name}'; '{section.Name}' was expected");
            if (section.Offset != ImageFormat.Align(end)) throw Bad($"section '{name}' starts at byte {section.Offset}; {ImageFormat.Align(end)} was expected");
            if (section.Length < 0 || section.Length > length - section.Offset) throw Bad($"section '{name}' takes {section.Length} bytes; the file has {length - section.Offset} from its start on");
            if (s != ImageFormat.Weights && section.Length > Array.MaxLength) throw Bad($"section '{name}' takes {section.Length} bytes; at most {Array.MaxLength} can be read");
            sections[s] = section;
            end = section.Offset + section.Length;
        }

        return end == length ? sections : throw Bad($"the last section ends at byte {end}, the file at {length}");
    }

    private static byte[] ReadSection(Stream stream, string file, Section section, DiagnosticBag bag)
    {
        SkipPadding(stream, file, section, bag);
        var bytes = new byte[section.Length];
        stream.ReadExactly(bytes);
        Compare(file, section, SHA256.HashData(bytes), bag);
        return bytes;
    }

    private static void SkipPadding(Stream stream, string file, Section section, DiagnosticBag bag)
    {
        Span<byte> padding = stackalloc byte[ImageFormat.Alignment];
        padding = padding[..section.Padding];
        stream.ReadExactly(padding);
        if (padding.ContainsAnyExcept((byte)0)) bag.Add(ImageErrors.Damaged(file, $"the padding before section '{section.Name}' (bytes {section.Offset - padding.Length} to {section.Offset - 1})"));
    }

    private static void Compare(string file, Section section, byte[] computed, DiagnosticBag bag)
    {
        if (!computed.AsSpan().SequenceEqual(section.Digest))
            bag.Add(ImageErrors.Checksum(file, $"section '{section.Name}' (bytes {section.Offset} to {section.Offset + section.Length - 1})", section.Digest, computed));
    }

    private static Shapes ReadShapes(SectionReader from, long weights)
    {
        var end = 0L;
        var blocks = from.List(17, "blocks", () =>
        {
            var type = from.Choice<DType>("type of a block");
            var block = new TensorBlock(type, from.Long(), from.Long());
            if (type == DType.Bool) throw from.Bad("a block holds truth values; images hold numbers");
            if (block.Offset != ImageFormat.Align(end)) throw from.Bad($"a block starts at byte {block.Offset} of the weights; {ImageFormat.Align(end)} was expected");
            if (block.Bytes < 0 || block.Bytes > weights - block.Offset) throw from.Bad($"a block takes {block.Bytes} bytes; section 'weights' has {weights - block.Offset} from its start on");
            if (block.Bytes % ImageFormat.BytesOf(type) != 0 || block.Bytes / ImageFormat.BytesOf(type) > Array.MaxLength) throw from.Bad($"a block of {block.Bytes} bytes does not hold a number of {type} values that can be read");
            end = block.Offset + block.Bytes;
            return block;
        });
        if (end != weights) throw from.Bad($"the blocks end at byte {end} of the weights, section 'weights' at {weights}");
        var tensors = from.List(8, "tensors", () =>
        {
            var block = from.Index(blocks.Length, "block");
            var shape = from.Ints("extents");
            var elements = blocks[block].Bytes / ImageFormat.BytesOf(blocks[block].Type);
            if (ImageBounds.Product(shape.AsSpan()) != elements) throw from.Bad($"a tensor of shape {Tensor.FormatShape(shape)} lies on a block of {elements} elements");
            return (block, shape);
        });
        from.End();
        return new Shapes(blocks, tensors);
    }

    private static Tensor[] ReadWeights(Stream stream, string file, Section section, ImmutableArray<TensorBlock> blocks, DiagnosticBag bag)
    {
        SkipPadding(stream, file, section, bag);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var scratch = new byte[Math.Min(1 << 20, Math.Max(section.Length, ImageFormat.Alignment))];
        var at = 0L;
        var contents = new Tensor[blocks.Length];
        for (var b = 0; b < contents.Length; b++)
        {
            Skip(blocks[b].Offset);
            contents[b] = TensorPool.Make(blocks[b].Type, (int)(blocks[b].Bytes / ImageFormat.BytesOf(blocks[b].Type)), chunk =>
            {
                stream.ReadExactly(chunk);
                hash.AppendData(chunk);
            });
            at += blocks[b].Bytes;
        }

        Skip(section.Length);
        Compare(file, section, hash.GetCurrentHash(), bag);
        return contents;

        void Skip(long until)
        {
            while (at < until)
            {
                var some = scratch.AsSpan(0, (int)Math.Min(scratch.Length, until - at));
                stream.ReadExactly(some);
                hash.AppendData(some);
                at += some.Length;
            }
        }
    }

    private static string Beginning(ReadOnlySpan<byte> bytes) =>
        bytes.Length == 0 ? "it is empty" : $"it starts with the bytes {Convert.ToHexString(bytes[..Math.Min(bytes.Length, ImageFormat.Magic.Length)])}";
}
