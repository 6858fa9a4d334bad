using System.Globalization;
using System.Text;
using NeuroChip.Ir.Ncir.Sites;

namespace NeuroChip.Ir.Ncir.Text;

/// <summary>Tables of active sites as text: <c>sites "name" extent=[z, y, x] capacity=n input="coors"</c>, or <c>from=table z=window(...) y=... x=...</c>.</summary>
internal static class SiteTableText
{
    public static void Write(SiteTable table, StringBuilder text, TensorText tensors)
    {
        text.Append(CultureInfo.InvariantCulture, $"sites {AttributeWriter.Quote(table.Name)} ");
        var writer = new AttributeWriter(text, tensors).Ints("extent", table.Extent).Int("capacity", table.Capacity);
        if (table.Reach is { } reach)
        {
            writer.Int("from", reach.From.Index)
                .Call("z", "window", w => MapText.WriteWindow(reach.Window.Z, w))
                .Call("y", "window", w => MapText.WriteWindow(reach.Window.Y, w))
                .Call("x", "window", w => MapText.WriteWindow(reach.Window.X, w));
        }
        else
        {
            writer.String("input", table.Input);
        }

        text.Append('\n');
    }

    public static SiteTable Read(string name, SiteTableId id, AttributeReader reader)
    {
        var (extent, capacity) = (reader.Ints("extent"), reader.Int("capacity"));
        if (reader.Find("from") is not { } from) return new(id, name, extent, capacity, reader.String("input"));
        var window = new SiteWindow(MapText.ReadWindow(reader, reader.Get("z")), MapText.ReadWindow(reader, reader.Get("y")), MapText.ReadWindow(reader, reader.Get("x")));
        return new(id, name, extent, capacity, "", new(new(reader.Int(from)), window));
    }
}
