using System.Collections.Immutable;

namespace NeuroChip.Runtime.Clouds;

/// <summary>Types of numbers in PLY.</summary>
internal enum PlyType
{
    Int8,
    UInt8,
    Int16,
    UInt16,
    Int32,
    UInt32,
    Float32,
    Float64,
}

/// <summary>A number of an element, or a list of numbers with its length in front.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">Type of the number, or of those of the list.</param>
/// <param name="CountType">Type of the length of a list; null where it is no list.</param>
internal sealed record PlyProperty(string Name, PlyType Type, PlyType? CountType)
{
    public bool IsList => CountType is not null;
}

/// <summary>Things of one kind: vertices, faces.</summary>
internal sealed record PlyElement(string Name, int Count, ImmutableArray<PlyProperty> Properties);

/// <summary>What a PLY file says about itself, up to <c>end_header</c>.</summary>
/// <param name="Format"><c>ascii</c>, <c>binary_little_endian</c> or <c>binary_big_endian</c>.</param>
/// <param name="Elements">Elements in the order of their data.</param>
internal sealed record PlyHeader(string Format, ImmutableArray<PlyElement> Elements)
{
    // The names of 1994 and those with widths, which most writers use today.
    private static readonly ImmutableDictionary<string, PlyType> Types = new Dictionary<string, PlyType>
    {
        ["char"] = PlyType.Int8,
        ["uchar"] = PlyType.UInt8,
        ["short"] = PlyType.Int16,
        ["ushort"] = PlyType.UInt16,
        ["int"] = PlyType.Int32,
        ["uint"] = PlyType.UInt32,
        ["float"] = PlyType.Float32,
        ["double"] = PlyType.Float64,
        ["int8"] = PlyType.Int8,
        ["uint8"] = PlyType.UInt8,
        ["int16"] = PlyType.Int16,
        ["uint16"] = PlyType.UInt16,
        ["int32"] = PlyType.Int32,
        ["uint32"] = PlyType.UInt32,
        ["float32"] = PlyType.Float32,
        ["float64"] = PlyType.Float64,
    }.ToImmutableDictionary();

    /// <summary>Bytes of a number.</summary>
    public static int Width(PlyType type) => type switch
    {
        PlyType.Int8 or PlyType.UInt8 => 1,
        PlyType.Int16 or PlyType.UInt16 => 2,
        PlyType.Float64 => 8,
        _ => 4,
    };

    /// <summary>Reads the header; <paramref name="text"/> then stands at the data. A file of <paramref name="length"/> bytes cannot hold more elements than that.</summary>
    public static PlyHeader Read(ref CloudText text, int length)
    {
        if (text.ReadLine() != "ply") throw text.Error("a PLY file begins with the line 'ply'");
        string? format = null;
        var elements = ImmutableArray.CreateBuilder<PlyElement>();
        while (true)
        {
            var line = text.ReadLine() ?? throw text.Error("the header has no 'end_header'");
            string[] words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            switch (words)
            {
                case ["end_header"]:
                    return new PlyHeader(format ?? throw text.Error("the header has no 'format'"), elements.ToImmutable());
                case ["format", var name, _]:
                    format = name;
                    break;
                case ["element", var name, var count]:
                    if (!int.TryParse(count, out var number) || number < 0 || number > length) throw text.Error($"'{line}': a number of elements from 0 to {length}, the bytes of the file, is needed");
                    elements.Add(new PlyElement(name, number, []));
                    break;
                case ["property", "list", var lengthType, var type, var name]:
                    if (TypeOf(ref text, lengthType) is PlyType.Float32 or PlyType.Float64) throw text.Error($"the length of list '{name}' is of type '{lengthType}', which is not whole");
                    Add(ref text, new PlyProperty(name, TypeOf(ref text, type), TypeOf(ref text, lengthType)));
                    break;
                case ["property", var type, var name]:
                    Add(ref text, new PlyProperty(name, TypeOf(ref text, type), null));
                    break;
                case [] or ["comment" or "obj_info", ..]:
                    break;
                default:
                    throw text.Error($"'{(line.Length > 40 ? line[..40] + "..." : line)}' is no line of a PLY header");
            }
        }

        void Add(ref CloudText text, PlyProperty property)
        {
            if (elements.Count == 0) throw text.Error($"property '{property.Name}' comes before the first element");
            if (elements[^1].Properties.Any(p => p.Name == property.Name)) throw text.Error($"element '{elements[^1].Name}' has two properties '{property.Name}'");
            elements[^1] = elements[^1] with { Properties = elements[^1].Properties.Add(property) };
        }
    }

    private static PlyType TypeOf(ref CloudText text, string name) =>
        Types.TryGetValue(name, out var type) ? type : throw text.Error($"'{name}' is not a type of PLY", string.Join(", ", Types.Keys.Order(StringComparer.Ordinal)) + " are");
}
