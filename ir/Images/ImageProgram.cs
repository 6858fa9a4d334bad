using NeuroChip.Ir.Neurons;

namespace NeuroChip.Ir.Images;

/// <summary>Element-wise programs of an image: how many operands an operation has, and its text.</summary>
internal static class ImageProgram
{
    /// <summary>Operands A, B, C that an operation reads: 1 to 3.</summary>
    public static int Operands(ElementwiseOp op) => op switch
    {
        ElementwiseOp.Add or ElementwiseOp.Subtract or ElementwiseOp.Multiply or ElementwiseOp.Divide or ElementwiseOp.Minimum or ElementwiseOp.Maximum
            or ElementwiseOp.AtLeast or ElementwiseOp.Above or ElementwiseOp.Equal or ElementwiseOp.Power => 2,
        ElementwiseOp.Select => 3,
        _ => 1,
    };

    /// <summary>The program as assignments, one per instruction: <c>t2 = Add t0 t1</c>.</summary>
    public static IEnumerable<string> Lines(ElementwiseProgram program)
    {
        for (var at = 0; at < program.Code.Length; at++)
        {
            var i = program.Code[at];
            var text = i.Op switch
            {
                ElementwiseOp.State => $"state {i.A}",
                ElementwiseOp.Input => $"input {i.A}",
                ElementwiseOp.Parameter => ParameterText.Summary(program.Parameters[i.A]),
                _ => Operands(i.Op) switch
                {
                    1 => $"{i.Op} t{i.A}",
                    2 => $"{i.Op} t{i.A} t{i.B}",
                    _ => $"{i.Op} t{i.A} t{i.B} t{i.C}",
                },
            };
            yield return $"t{at} = {text}";
        }

        for (var s = 0; s < program.NextStates.Length; s++) yield return $"state {s} <- t{program.NextStates[s]}";
        yield return $"emit t{program.Emission}";
    }
}
