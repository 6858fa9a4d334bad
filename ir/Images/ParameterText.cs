using System.Globalization;
using NeuroChip.Ir.Neurons;
using NeuroChip.Ir.Tensors;

namespace NeuroChip.Ir.Images;

/// <summary>Parameters and tensors in a few words.</summary>
internal static class ParameterText
{
    /// <summary>The shortest text that reads back as the same number.</summary>
    public static string Number(double value) => (double)(float)value == value
        ? ((float)value).ToString("R", CultureInfo.InvariantCulture)
        : value.ToString("R", CultureInfo.InvariantCulture);

    /// <summary><c>0.5</c>, or <c>-1 .. 2 (16 values)</c>.</summary>
    public static string Summary(Parameter parameter)
    {
        if (parameter.IsScalar) return Number(parameter.Values[0]);
        var (least, greatest) = (parameter.Values.Min(), parameter.Values.Max());
        var range = least == greatest ? Number(least) : $"{Number(least)} .. {Number(greatest)}";
        return $"{range} ({parameter.Length} values)";
    }

    /// <summary><c>int8[2,3], -4 .. 7, 1 of 6 zero</c>.</summary>
    public static string Summary(Tensor tensor)
    {
        var head = Kind(tensor.Type) + Tensor.FormatShape(tensor.Shape);
        if (tensor.Length == 0) return head;
        var (least, greatest, zeros) = (double.PositiveInfinity, double.NegativeInfinity, 0);
        for (var i = 0; i < tensor.Length; i++)
        {
            var value = tensor.At(i);
            least = Math.Min(least, value);
            greatest = Math.Max(greatest, value);
            if (value == 0) zeros++;
        }

        return $"{head}, {Number(least)} .. {Number(greatest)}, {zeros} of {tensor.Length} zero";
    }

    private static string Kind(DType type) => type.ToString().ToLowerInvariant();
}
