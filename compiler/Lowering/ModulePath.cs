using System.Text.RegularExpressions;

namespace NeuroChip.Compiler.Lowering;

/// <summary>
/// The module's path in the framework, out of an exporter's node name: "/net/layer1/layer1.0/sn1/surrogate_function_3/Cast" is net.layer1.0.sn1.
/// </summary>
internal static partial class ModulePath
{
    /// <summary>The path, or null where the name holds none; <paramref name="scopes"/> are those of all nodes of the file.</summary>
    public static string? Of(string nodeName, IReadOnlySet<string> scopes)
    {
        if (!nodeName.StartsWith('/')) return null;
        var parts = nodeName.Split('/', StringSplitOptions.RemoveEmptyEntries);
        if (parts.Length < 2) return null;
        var path = new List<string>();
        string scope = "", first = "";
        foreach (var raw in parts[..^1])
        {
            var part = raw;
            // Later calls of a module have _1, _2, ... behind the name of the first; other modules only end in a number.
            if (Copy().Replace(raw, "") is var called && called != raw && (scopes.Contains($"{scope}/{called}") || scopes.Contains($"{first}/{called}"))) part = called;
            scope += "/" + raw;
            first += "/" + part;
            if (Surrogate().IsMatch(part)) break;
            // A child of a Sequential repeats its parent's name: layer1, layer1.0.
            if (path.Count > 0 && part.StartsWith(path[^1] + ".", StringComparison.Ordinal)) path[^1] = part;
            else path.Add(part);
        }
        return path.Count == 0 ? null : string.Join('.', path);
    }

    [GeneratedRegex("^(surrogate.*|spike_grad.*|act|spike_fn|heaviside.*)$", RegexOptions.IgnoreCase)]
    private static partial Regex Surrogate();

    [GeneratedRegex(@"_\d+$")]
    private static partial Regex Copy();
}
