using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using NeuroChip.Ir.Diagnostics;
using NeuroChip.Ir.Ncir;
using NeuroChip.Ir.Tensors;

namespace NeuroChip.Ir.Images;

/// <summary>Writes <c>.ncimg</c> files (docs/image-format.md). The same image gives the same bytes on every machine.</summary>
public static class ChipImageWriter
{
    /// <summary>
    /// Writes an image to the end of <paramref name="stream"/>, which need not be able to seek.
    /// </summary>
    /// <exception cref="InvalidOperationException">The image contradicts itself, which is a fault of the program that made it.</exception>
    public static void Write(ChipImage image, Stream stream)
    {
        ImageFormat.RequireLittleEndian();
        var faults = ChipImageVerifier.Verify(image, image.Name);
        if (faults.Count > 0) throw new InvalidOperationException(string.Join('\n', faults.Select(f => f.ToString())));

        var pool = new TensorPool();
        var populations = Populations(image, pool);
        var projections = Projections(image, pool);
        var readouts = Readouts(image, pool);
        SectionWriter?[] sections = [Model(image), Chip(image), Tensors(pool), Sites(image), populations, projections, readouts, Cores(image), Routers(image), Decisions(image), Schedule(image), null];

        var head = new byte[ImageFormat.HeaderBytes * (1 + sections.Length)];
        var end = (long)head.Length;
        for (var s = 0; s < sections.Length; s++)
        {
            var entry = head.AsSpan(ImageFormat.HeaderBytes * (1 + s), ImageFormat.HeaderBytes);
            var start = ImageFormat.Align(end);
            var length = sections[s]?.Bytes.Length ?? pool.Bytes;
            Encoding.ASCII.GetBytes(ImageFormat.Sections[s], entry);
            BinaryPrimitives.WriteInt64LittleEndian(entry[16..], start);
            BinaryPrimitives.WriteInt64LittleEndian(entry[24..], length);
            if (sections[s] is { } section) SHA256.HashData(section.Bytes, entry[ImageFormat.DigestOffset..]);
            else HashWeights(pool, entry[ImageFormat.DigestOffset..]);
            end = start + length;
        }

        ImageFormat.Magic.CopyTo(head);
        BinaryPrimitives.WriteUInt32LittleEndian(head.AsSpan(8), ImageFormat.Version);
        BinaryPrimitives.WriteInt32LittleEndian(head.AsSpan(12), sections.Length);
        BinaryPrimitives.WriteInt64LittleEndian(head.AsSpan(16), end);
        SHA256.HashData(head).CopyTo(head.AsSpan(ImageFormat.DigestOffset));

        stream.Write(head);
        var at = (long)head.Length;
        foreach (var section in sections)
        {
            at = Pad(stream.Write, at);
            if (section is null) continue;
            stream.Write(section.Bytes);
            at += section.Bytes.Length;
        }

        Weights(pool, stream.Write);
    }

    /// <summary>
    /// Writes an image to a file: first beside it under another name, then renamed, so that <paramref name="path"/> is never half an image.
    /// </summary>
    /// <exception cref="DiagnosticException">NC4008: the file cannot be written.</exception>
    public static void Save(ChipImage image, string path)
    {
        var partial = $"{path}.{Guid.NewGuid():N}.partial";
        try
        {
            try
            {
                using (var stream = new FileStream(partial, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1 << 16)) Write(image, stream);
                File.Move(partial, path, overwrite: true);
            }
            catch
            {
                if (File.Exists(partial)) File.Delete(partial);
                throw;
            }
        }
        catch (Exception cause) when (cause is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new DiagnosticException(ImageErrors.Unwritable(path, cause));
        }
    }

    private static SectionWriter Model(ChipImage image)
    {
        var to = new SectionWriter();
        to.Text(image.Name);
        to.Byte((int)image.Arithmetic.Kind);
        to.Int(image.Arithmetic.WeightBits);
        to.Int(image.Arithmetic.AccumulatorBits);
        to.Int(image.Steps);
        to.Int(image.TicksPerStep);
        return to;
    }

    private static SectionWriter Chip(ChipImage image)
    {
        var to = new SectionWriter();
        to.Text(image.ChipYaml);
        return to;
    }

    private static SectionWriter Tensors(TensorPool pool)
    {
        var to = new SectionWriter();
        to.List(pool.Blocks, b =>
        {
            to.Byte((int)b.Block.Type);
            to.Long(b.Block.Offset);
            to.Long(b.Block.Bytes);
        });
        to.List(pool.Tensors, t =>
        {
            to.Int(t.Block);
            to.Ints(t.Tensor.Shape);
        });
        return to;
    }

    private static SectionWriter Sites(ChipImage image)
    {
        var to = new SectionWriter();
        to.List(image.Sites, t =>
        {
            to.Text(t.Name);
            to.Ints(t.Extent);
            to.Int(t.Capacity);
            to.Text(t.Input);
            to.Int(t.Reach?.From.Index ?? -1);
            to.Ints(t.Reach is { } reach ? [.. reach.Window.Encode()] : []);
        });
        return to;
    }

    private static SectionWriter Populations(ChipImage image, TensorPool pool)
    {
        var to = new SectionWriter();
        to.List(image.Populations, p =>
        {
            to.Text(p.Name);
            to.Ints(p.Layout.FrameworkShape);
            to.Flag(p.Layout.ChannelLast);
            to.Byte((int)p.Domain);
            to.Double(p.Unit);
            to.Int(p.Stage);
            to.Int(p.Sites?.Index ?? -1);
            to.List(p.Bias, b => to.Int(pool.Add(b)));
            NeuronCodec.Write(to, p.Neuron);
        });
        return to;
    }

    private static SectionWriter Projections(ChipImage image, TensorPool pool)
    {
        var keywords = AddressFunctionTable.Entries.Select(e => e.Keyword).ToList();
        var words = new Dictionary<AddressFunction, int>(ReferenceEqualityComparer.Instance);
        var to = new SectionWriter();
        to.List(image.Projections, p =>
        {
            var code = keywords.IndexOf(p.Map.Keyword);
            if (code < 0) throw new InvalidOperationException($"address function '{p.Map.Keyword}' is not in {nameof(AddressFunctionTable)}");
            if (!words.TryGetValue(p.Map, out var map)) words.Add(p.Map, map = pool.Add(Tensor.Vector(p.Map.Encode())));
            to.Text(p.Name);
            to.Int(p.Source.Index);
            to.Int(p.Target.Index);
            to.Int(p.Port);
            to.Byte(code);
            to.Int(map);
            to.Int(p.RowsFrom is null ? pool.Add(p.Rows) : -1);
            to.Int(p.RowsFrom?.Index ?? -1);
            to.Int(p.Delay);
            to.Byte((int)p.Kind);
            to.Byte((int)p.Reduction);
        });
        return to;
    }

    private static SectionWriter Readouts(ChipImage image, TensorPool pool)
    {
        var to = new SectionWriter();
        to.List(image.Readouts, r =>
        {
            to.Text(r.Name);
            to.List(r.Signals, s =>
            {
                to.Int(s.Population.Index);
                to.Int(s.State);
            });
            to.List(r.Scales, s => to.Int(pool.Add(s)));
            NeuronCodec.Write(to, r.Program);
            to.Byte((int)r.Time);
            to.Int(r.TimeAxis);
            to.Ints(r.FrameworkShape);
        });
        return to;
    }

    private static SectionWriter Cores(ChipImage image)
    {
        var to = new SectionWriter();
        to.List(image.Cores, c =>
        {
            foreach (var value in new[] { c.X, c.Y, c.Core, c.Slice.Population.Index, c.Slice.First, c.Slice.Count }) to.Int(value);
            to.UInt(c.Slice.Key);
            to.UInt(c.Slice.Mask);
            to.List(c.Memory, m =>
            {
                to.Text(m.Memory);
                to.Text(m.Purpose);
                to.Long(m.Bytes);
            });
        });
        return to;
    }

    private static SectionWriter Routers(ChipImage image)
    {
        var to = new SectionWriter();
        to.List(image.Routers, r =>
        {
            to.Int(r.X);
            to.Int(r.Y);
            to.List(r.Entries, e =>
            {
                to.UInt(e.Key);
                to.UInt(e.Mask);
                to.UInt(e.Route);
            });
        });
        return to;
    }

    private static SectionWriter Decisions(ChipImage image)
    {
        var to = new SectionWriter();
        to.List(image.Decisions, d =>
        {
            foreach (var text in new[] { d.Topic, d.Subject, d.Chosen, d.Unit, d.Reason }) to.Text(text);
            to.List(d.Alternatives, a =>
            {
                to.Text(a.Form);
                to.Double(a.Cost);
            });
        });
        return to;
    }

    private static SectionWriter Schedule(ChipImage image)
    {
        var to = new SectionWriter();
        to.Flag(image.Schedule is not null);
        if (image.Schedule is not { } schedule) return to;
        to.Text(schedule.Policy);
        to.List(schedule.Stages, s =>
        {
            to.Int(s.Population.Index);
            to.Text(s.TileKind);
            to.Ints(s.Tiles);
            to.Int(s.Phase);
            to.Long(s.WeightBits);
            to.Flag(s.Streamed);
            to.Long(s.MembraneBits);
            to.Byte((int)s.MembraneHome);
            to.Long(s.InputBits);
            to.Long(s.OutputBits);
            to.Int(s.ChannelParts);
        });
        return to;
    }

    private static void HashWeights(TensorPool pool, Span<byte> digest)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Weights(pool, hash.AppendData);
        hash.GetCurrentHash(digest);
    }

    private static void Weights(TensorPool pool, TensorPool.Chunk to)
    {
        var at = 0L;
        foreach (var (block, content) in pool.Blocks)
        {
            Pad(to, at);
            TensorPool.ForEachChunk(content, to);
            at = block.Offset + block.Bytes;
        }
    }

    /// <summary>Zeros up to the next aligned offset, which is returned.</summary>
    private static long Pad(TensorPool.Chunk to, long at)
    {
        Span<byte> zeros = stackalloc byte[ImageFormat.Alignment];
        zeros.Clear();
        var aligned = ImageFormat.Align(at);
        if (aligned > at) to(zeros[..(int)(aligned - at)]);
        return aligned;
    }
}
