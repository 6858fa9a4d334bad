using System.Collections.Immutable;

namespace NeuroChip.Ir.Neurons;

/// <summary>Between which numbers the values of an element-wise program lie, whatever its inputs and states: interval arithmetic, operation by operation.</summary>
public static class ElementwiseRange
{
    private static readonly (double Least, double Greatest) Any = (double.NegativeInfinity, double.PositiveInfinity);

    /// <summary>The range of what the program emits; infinite where nothing bounds it.</summary>
    public static (double Least, double Greatest) Emission(ElementwiseProgram program)
    {
        var ranges = new (double Least, double Greatest)[program.Code.Length];
        for (var i = 0; i < ranges.Length; i++) ranges[i] = Of(program.Code[i], ranges, program.Parameters);
        return ranges[program.Emission];
    }

    private static (double Least, double Greatest) Of(Instruction c, (double Least, double Greatest)[] r, ImmutableArray<Parameter> parameters)
    {
        switch (c.Op)
        {
            case ElementwiseOp.Parameter: return (parameters[c.A].Values.Min(), parameters[c.A].Values.Max());
            case ElementwiseOp.Add: return Clean(r[c.A].Least + r[c.B].Least, r[c.A].Greatest + r[c.B].Greatest);
            case ElementwiseOp.Subtract: return Clean(r[c.A].Least - r[c.B].Greatest, r[c.A].Greatest - r[c.B].Least);
            case ElementwiseOp.Multiply: return Corners(r[c.A], r[c.B], (a, b) => a == 0 || b == 0 ? 0 : a * b);
            case ElementwiseOp.Divide when r[c.B].Least > 0 || r[c.B].Greatest < 0: return Corners(r[c.A], r[c.B], (a, b) => a / b);
            case ElementwiseOp.Negate: return (-r[c.A].Greatest, -r[c.A].Least);
            case ElementwiseOp.Absolute: return (r[c.A].Least > 0 ? r[c.A].Least : r[c.A].Greatest < 0 ? -r[c.A].Greatest : 0, Math.Max(Math.Abs(r[c.A].Least), Math.Abs(r[c.A].Greatest)));
            case ElementwiseOp.Minimum: return (Math.Min(r[c.A].Least, r[c.B].Least), Math.Min(r[c.A].Greatest, r[c.B].Greatest));
            case ElementwiseOp.Maximum: return (Math.Max(r[c.A].Least, r[c.B].Least), Math.Max(r[c.A].Greatest, r[c.B].Greatest));
            case ElementwiseOp.Floor: return (Math.Floor(r[c.A].Least), Math.Floor(r[c.A].Greatest));
            case ElementwiseOp.Ceiling: return (Math.Ceiling(r[c.A].Least), Math.Ceiling(r[c.A].Greatest));
            case ElementwiseOp.Round: return (Math.Round(r[c.A].Least), Math.Round(r[c.A].Greatest));
            case ElementwiseOp.Sign or ElementwiseOp.Tanh: return (-1, 1);
            case ElementwiseOp.AtLeast or ElementwiseOp.Above or ElementwiseOp.Equal or ElementwiseOp.Sigmoid: return (0, 1);
            case ElementwiseOp.Select: return (Math.Min(r[c.B].Least, r[c.C].Least), Math.Max(r[c.B].Greatest, r[c.C].Greatest));
            case ElementwiseOp.Exponential or ElementwiseOp.SquareRoot: return (0, double.PositiveInfinity);
            default: return Any;
        }
    }

    private static (double Least, double Greatest) Corners((double Least, double Greatest) a, (double Least, double Greatest) b, Func<double, double, double> f)
    {
        double[] corners = [f(a.Least, b.Least), f(a.Least, b.Greatest), f(a.Greatest, b.Least), f(a.Greatest, b.Greatest)];
        return Clean(corners.Min(), corners.Max());
    }

    /// <summary>Infinity less infinity is anything.</summary>
    private static (double Least, double Greatest) Clean(double least, double greatest) => double.IsNaN(least) || double.IsNaN(greatest) ? Any : (least, greatest);
}
