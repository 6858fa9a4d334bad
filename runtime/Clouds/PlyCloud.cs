using System.Buffers.Binary;
using System.Collections.Immutable;
using NeuroChip.Ir.Diagnostics;

namespace NeuroChip.Runtime.Clouds;

/// <summary>
/// The vertices of a PLY file (Turk, "The PLY Polygon File Format", 1994), ASCII or binary little-endian. Properties x, y, z are the positions, every other scalar property
/// is an attribute under its own name; properties that are lists, and elements other than vertices, are passed over.
/// </summary>
internal static class PlyCloud
{
    public static PointCloud Read(byte[] bytes, string path, CloudReadOptions options)
    {
        var text = new CloudText(bytes, path);
        var header = PlyHeader.Read(ref text, bytes.Length);
        var vertex = header.Elements.FirstOrDefault(e => e.Name == "vertex") ?? throw CloudFiles.Damaged(new Place(path), "the header has no element 'vertex'");
        var scalars = vertex.Properties.Where(p => !p.IsList).Select(p => p.Name).ToArray();
        string[] missing = [.. new[] { "x", "y", "z" }.Where(axis => !scalars.Contains(axis))];
        if (missing.Length > 0) throw CloudFiles.Damaged(new Place(path, "vertex"), $"vertices have no property {string.Join(", ", missing)}", "they have " + string.Join(", ", scalars));
        // A number takes a byte at least: what cannot be there is refused before memory is asked for it.
        if ((long)vertex.Count * scalars.Length > bytes.Length) throw CloudFiles.Damaged(new Place(path, "vertex"), $"{vertex.Count} vertices of {scalars.Length} properties cannot be in {bytes.Length} bytes");
        var columns = vertex.Properties.Select(p => p.IsList ? [] : new float[vertex.Count]).ToArray();
        switch (header.Format)
        {
            case "ascii": ReadText(ref text, header, vertex, columns); break;
            case "binary_little_endian": ReadBinary(bytes, text.Position, header, vertex, columns, path); break;
            default: throw CloudFiles.Damaged(new Place(path), $"PLY of format '{header.Format}' is not read", "write it as 'binary_little_endian' or 'ascii'");
        }

        var named = vertex.Properties.Select((p, i) => new CloudColumn(p.Name, columns[i])).Where((_, i) => !vertex.Properties[i].IsList).ToArray();
        return new PointCloud(path, [.. named.OrderBy(c => c.Name switch { "x" => 0, "y" => 1, "z" => 2, _ => 3 })]);
    }

    private static void ReadText(ref CloudText text, PlyHeader header, PlyElement vertex, float[][] columns)
    {
        foreach (var element in header.Elements)
        {
            for (var row = 0; row < element.Count; row++)
            {
                for (var p = 0; p < element.Properties.Length; p++)
                {
                    var property = element.Properties[p];
                    var values = property.IsList ? text.Whole($"the length of '{property.Name}' of {element.Name} {row}", int.MaxValue) : 1;
                    for (var i = 0; i < values; i++)
                    {
                        var value = text.Number($"'{property.Name}' of {element.Name} {row} of {element.Count}");
                        if (element == vertex && !property.IsList) columns[p][row] = (float)value;
                    }
                }

                text.RequireEndOfLine($"{element.Name} {row}");
            }

            if (element == vertex) return;
        }
    }

    private static void ReadBinary(byte[] bytes, int at, PlyHeader header, PlyElement vertex, float[][] columns, string path)
    {
        foreach (var element in header.Elements)
        {
            for (var row = 0; row < element.Count; row++)
            {
                for (var p = 0; p < element.Properties.Length; p++)
                {
                    var property = element.Properties[p];
                    if (property.IsList)
                    {
                        var length = Value(property.CountType!.Value, property.Name, row);
                        at += checked((int)Math.Clamp(length * PlyHeader.Width(property.Type), 0, bytes.Length));
                    }
                    else
                    {
                        var value = Value(property.Type, property.Name, row);
                        if (element == vertex) columns[p][row] = (float)value;
                    }
                }
            }

            if (element == vertex) return;

            double Value(PlyType type, string property, int row)
            {
                if (bytes.Length - at < PlyHeader.Width(type)) throw CloudFiles.Damaged(new Place(path), $"the file ends at '{property}' of {element.Name} {row} of {element.Count}");
                var from = bytes.AsSpan(at);
                at += PlyHeader.Width(type);
                return type switch
                {
                    PlyType.Int8 => (sbyte)from[0],
                    PlyType.UInt8 => from[0],
                    PlyType.Int16 => BinaryPrimitives.ReadInt16LittleEndian(from),
                    PlyType.UInt16 => BinaryPrimitives.ReadUInt16LittleEndian(from),
                    PlyType.Int32 => BinaryPrimitives.ReadInt32LittleEndian(from),
                    PlyType.UInt32 => BinaryPrimitives.ReadUInt32LittleEndian(from),
                    PlyType.Float32 => BinaryPrimitives.ReadSingleLittleEndian(from),
                    _ => BinaryPrimitives.ReadDoubleLittleEndian(from),
                };
            }
        }
    }
}
