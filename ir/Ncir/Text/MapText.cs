using System.Collections.Immutable;
using NeuroChip.Ir.Ncir.AddressFunctions;

namespace NeuroChip.Ir.Ncir.Text;

/// <summary>Address functions as text: <c>keyword(field=value ...)</c> with the fields of <see cref="AddressFunctionTable"/>.</summary>
internal static class MapText
{
    public static void Write(AddressFunction map, AttributeWriter writer)
    {
        var words = map.Encode();
        var entry = AddressFunctionTable.Entries.First(e => e.Keyword == map.Keyword);
        writer.Call("map", map.Keyword, inside =>
        {
            var at = 0;
            foreach (var field in entry.Fields)
            {
                switch (field.Kind)
                {
                    case AddressFieldKind.Number:
                        inside.Int(field.Name, words[at++]);
                        break;
                    case AddressFieldKind.Window:
                        var window = Window.Decode(words.AsSpan(at));
                        inside.Call(field.Name, "window", w => WriteWindow(window, w));
                        at += 6;
                        break;
                    case AddressFieldKind.Counted:
                        var count = words[at++];
                        inside.Ints(field.Name, [.. words.AsSpan(at, count)]);
                        at += count;
                        break;
                    default:
                        inside.Ints(field.Name, [.. words.AsSpan(at)]);
                        at = words.Length;
                        break;
                }
            }
        });
    }

    public static AddressFunction Read(AttributeReader reader)
    {
        var value = reader.Get("map");
        var entry = AddressFunctionTable.Entries[reader.Choice(value, "an address function", [.. AddressFunctionTable.Entries.Select(e => e.Keyword)])];
        var inside = reader.Inside(value);
        var words = new List<int>();
        foreach (var field in entry.Fields)
        {
            switch (field.Kind)
            {
                case AddressFieldKind.Number:
                    words.Add(inside.Int(field.Name));
                    break;
                case AddressFieldKind.Window:
                    words.AddRange(ReadWindow(inside, inside.Get(field.Name)).Encode());
                    break;
                default:
                    var list = inside.Ints(field.Name);
                    if (field.Kind == AddressFieldKind.Counted) words.Add(list.Length);
                    words.AddRange(list);
                    break;
            }
        }

        inside.Finish();
        try
        {
            return entry.Decode([.. words]);
        }
        catch (ArgumentException cause)
        {
            throw reader.Fail("NC3205", $"the map '{entry.Keyword}' is not well formed: {cause.Message}", value.At);
        }
    }

    internal static void WriteWindow(Window window, AttributeWriter writer)
    {
        writer.Int("in", window.Input).Int("out", window.Output).Int("kernel", window.Kernel);
        if (window.Stride != 1) writer.Int("stride", window.Stride);
        if (window.Pad != 0) writer.Int("pad", window.Pad);
        if (window.Dilation != 1) writer.Int("dilation", window.Dilation);
    }

    internal static Window ReadWindow(AttributeReader reader, Value value)
    {
        reader.Choice(value, "an axis", ["window"]);
        var inside = reader.Inside(value);
        var window = new Window(inside.Int("in"), inside.Int("out"), inside.Int("kernel"), inside.Int("stride", 1), inside.Int("pad", 0), inside.Int("dilation", 1));
        inside.Finish();
        return window;
    }
}
