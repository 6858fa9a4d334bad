using System.Collections;
using System.Globalization;
using System.Reflection;
using System.Text;
using NeuroChip.Ir.Tensors;
using NeuroChip.Runtime;

namespace NeuroChip.Simulator.Tests;

/// <summary>Everything a result says, a line per number, so that results can be compared whole, whatever is added to them.</summary>
internal static class ResultText
{
    public static string Of(SampleResult result)
    {
        var text = new StringBuilder();
        Write(text, "", result);
        return text.ToString();
    }

    private static void Write(StringBuilder text, string path, object? value)
    {
        switch (value)
        {
            case null or string or bool or Enum:
                text.AppendLine(CultureInfo.InvariantCulture, $"{path} = {value}");
                break;
            case IFormattable number when number.GetType().IsPrimitive:
                text.AppendLine(CultureInfo.InvariantCulture, $"{path} = {number:R}");
                break;
            case Tensor tensor:
                text.AppendLine(CultureInfo.InvariantCulture, $"{path} = {tensor.Type} {Tensor.FormatShape(tensor.Shape)}: {string.Join(' ', Enumerable.Range(0, tensor.Length).Select(i => tensor.At(i)))}");
                break;
            case IDictionary dictionary:
                foreach (var key in dictionary.Keys.Cast<string>().Order(StringComparer.Ordinal)) Write(text, $"{path}[{key}]", dictionary[key]);
                break;
            case IEnumerable items:
                foreach (var (i, item) in items.Cast<object?>().Index()) Write(text, $"{path}[{i}]", item);
                break;
            default:
                foreach (var property in value.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(p => p.GetIndexParameters().Length == 0))
                    Write(text, $"{path}.{property.Name}", property.GetValue(value));
                break;
        }
    }
}
