namespace NeuroChip.Compiler.Rolling;

/// <summary>
/// Finds the values of earlier steps that correspond to one of the last step, for models that return only their last state. The step of a
/// node is the latest step of the input it depends on; nodes correspond that compute the same from what is new in their step.
/// </summary>
internal static class StepLevels
{
    /// <summary>The tuple that ends in a node, its first element unknown (first steps are often simplified); null if it is not unique.</summary>
    public static int[]? TupleEndingIn(StepGraph graph, int count, int node)
    {
        var levels = new int[graph.Nodes.Count];
        var forms = new string[graph.Nodes.Count];
        var numbers = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var i = 0; i < levels.Length; i++)
        {
            var n = graph[i];
            levels[i] = n.Piece is { Axis: >= 0 } piece ? piece.Start / piece.Count : -1;
            foreach (var o in n.Operands)
                if (o >= 0) levels[i] = Math.Max(levels[i], levels[o]);
            var operands = n.Operands.Select(o => o < 0 ? "-" : graph[o].Constant is not null || levels[o] < 0 ? $"c{o}" : levels[o] < levels[i] ? "p" : forms[o]);
            var form = n.Piece is { } p ? $"input {p.Value} {p.Axis}" : $"{n.Op}|{StepGraph.KeyOf(n.Attributes)}|{string.Join(',', operands)}";
            if (!numbers.TryGetValue(form, out var number)) numbers.Add(form, number = numbers.Count);
            forms[i] = number.ToString();
        }
        if (count < 2 || levels[node] != count - 1) return null;
        var tuple = new int[count];
        tuple[0] = -1;
        for (var t = 1; t < count; t++)
        {
            var alike = Enumerable.Range(0, levels.Length).Where(i => levels[i] == t && forms[i] == forms[node]).ToArray();
            if (alike.Length != 1) return null;
            tuple[t] = alike[0];
        }
        return tuple;
    }
}
