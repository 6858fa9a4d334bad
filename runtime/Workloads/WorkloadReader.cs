using System.Collections.Immutable;
using System.Text.Json;
using NeuroChip.Ir.Diagnostics;

namespace NeuroChip.Runtime.Workloads;

/// <summary>
/// Reads a workload file: <c>{"networks": {"NAME": [{"layer": "conv2d_1", "shape": [32, 64, 64, 3, 1, 1, 1, 32]}, ...]}}</c>. What comes before the first
/// underscore of a layer's name is its kind; docs/howto/traces.md lists the numbers of each. <c>"fields": {"conv2d": ["H", "c_in", ...]}</c> may give them another order; <c>"form":
/// "mask"</c> says what an attention layer multiplies (products if it is silent); <c>"source"</c> may say where the numbers come from. Anything else is refused.
/// </summary>
public sealed class WorkloadReader
{
    private readonly DiagnosticBag bag = new();
    private readonly Dictionary<string, ImmutableArray<string>> orders = WorkloadFields.Kinds.ToDictionary(k => k.Name, k => k.Fields, StringComparer.Ordinal);
    private readonly string file;

    private WorkloadReader(string file) => this.file = file;

    /// <summary>Reads all networks of a file. Everything wrong with it is reported at once: NC5001, NC5040, NC5041, NC5042.</summary>
    public static ImmutableArray<Workload> Load(string path)
    {
        try
        {
            return Parse(File.ReadAllText(path), path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DiagnosticException(Diagnostic.Error("NC5001", $"'{path}' cannot be read: {(e is FileNotFoundException or DirectoryNotFoundException ? "there is no such file" : e.Message)}", new Place(path)));
        }
    }

    /// <summary>Reads the text of a file; <paramref name="file"/> is named in errors.</summary>
    public static ImmutableArray<Workload> Parse(string text, string file)
    {
        try
        {
            using var json = JsonDocument.Parse(text, new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
            return new WorkloadReader(file).Read(json.RootElement);
        }
        catch (JsonException e)
        {
            var place = new Place(file, null, (int)(e.LineNumber ?? -1) + 1, (int)(e.BytePositionInLine ?? -1) + 1);
            throw new DiagnosticException(Diagnostic.Error("NC5040", "a workload is a JSON file; this is not JSON", place, e.Message.Split(" LineNumber:")[0]));
        }
    }

    /// <summary>The network asked for, or the only one; NC5042 else.</summary>
    /// <param name="networks">Networks of a file.</param>
    /// <param name="name">Name asked for; null for the only one.</param>
    /// <param name="file">Named in errors.</param>
    public static Workload Choose(ImmutableArray<Workload> networks, string? name, string file)
    {
        if (name is null && networks.Length == 1) return networks[0];
        if (networks.FirstOrDefault(n => n.Name == name) is { } found) return found;
        var message = name is null ? $"the file holds {networks.Length} networks; which one is meant?" : $"there is no network '{name}' in the file";
        throw new DiagnosticException(Diagnostic.Error("NC5042", message, new Place(file), "say --network NAME with one of: " + string.Join(", ", networks.Select(n => n.Name))));
    }

    private ImmutableArray<Workload> Read(JsonElement root)
    {
        var workloads = ImmutableArray.CreateBuilder<Workload>();
        if (root.ValueKind != JsonValueKind.Object)
        {
            Structure("a workload file is an object", null);
        }
        else
        {
            foreach (var property in root.EnumerateObject().Where(p => p.Name is not ("networks" or "fields" or "source")))
                Structure($"'{property.Name}' means nothing here", property.Name, "a workload file has networks, and may have fields and source");
            if (root.TryGetProperty("fields", out var fields)) ReadFields(fields);
            if (!root.TryGetProperty("networks", out var networks)) Structure("there is no 'networks'", null, """{"networks": {"NAME": [{"layer": "fc_1", "shape": [784, 10, 1, 1, 4]}]}}""");
            else if (networks.ValueKind != JsonValueKind.Object || !networks.EnumerateObject().Any()) Structure("'networks' must be an object with at least one network in it", "networks");
            else workloads.AddRange(networks.EnumerateObject().Select(n => ReadNetwork(n.Name, n.Value)));
        }

        bag.ThrowIfErrors();
        return workloads.ToImmutable();
    }

    /// <summary>A file may write the numbers of a kind in its own order, but has to name all of them.</summary>
    private void ReadFields(JsonElement fields)
    {
        if (fields.ValueKind != JsonValueKind.Object)
        {
            Structure("'fields' must be an object", "fields");
            return;
        }

        foreach (var property in fields.EnumerateObject())
        {
            var place = $"fields.{property.Name}";
            if (WorkloadFields.Find(property.Name) is not { } kind)
            {
                UnknownKind(property.Name, place);
                continue;
            }

            var names = property.Value.ValueKind == JsonValueKind.Array ? property.Value.EnumerateArray().Select(n => n.ToString()).ToImmutableArray() : [];
            if (names.Order(StringComparer.Ordinal).SequenceEqual(kind.Fields.Order(StringComparer.Ordinal))) orders[kind.Name] = names;
            else Structure($"the fields of '{kind.Name}' must be these, in any order: {string.Join(", ", kind.Fields)}", place, $"the file says: {string.Join(", ", names)}");
        }
    }

    private Workload ReadNetwork(string name, JsonElement layers)
    {
        var read = ImmutableArray.CreateBuilder<WorkloadLayer>();
        var place = $"networks.{name}";
        if (layers.ValueKind != JsonValueKind.Array || layers.GetArrayLength() == 0)
        {
            Structure($"network '{name}' must be a list of at least one layer", place);
            return new Workload(name, []);
        }

        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (index, layer) in layers.EnumerateArray().Index())
        {
            var at = $"{place}[{index}]";
            if (ReadLayer(layer, at) is not { } made) continue;
            if (!names.Add(made.Name)) Structure($"a second layer is called '{made.Name}'", at, "a trace finds the spikes of a layer by its name");
            read.Add(made);
        }

        return new Workload(name, read.ToImmutable());
    }

    private WorkloadLayer? ReadLayer(JsonElement layer, string place)
    {
        if (layer.ValueKind != JsonValueKind.Object || !layer.TryGetProperty("layer", out var named) || named.ValueKind != JsonValueKind.String
            || !layer.TryGetProperty("shape", out var shape) || shape.ValueKind != JsonValueKind.Array)
        {
            Structure("a layer is an object with 'layer', its name, and 'shape', its numbers", place, """{"layer": "conv2d_1", "shape": [32, 64, 64, 3, 1, 1, 1, 32]}""");
            return null;
        }

        var name = named.GetString()!;
        place += $" '{name}'";
        var prefix = name.Split('_')[0];
        if (WorkloadFields.Find(prefix) is not { } kind)
        {
            UnknownKind(prefix, place);
            return null;
        }

        foreach (var property in layer.EnumerateObject().Where(p => p.Name is not ("layer" or "shape") && !(p.Name == "form" && kind.Name == "attention")))
            Structure($"'{property.Name}' means nothing in a layer of kind '{kind.Name}'", place, $"it has layer and shape{(kind.Name == "attention" ? ", and may have form" : "")}");
        if (ReadForm(layer, kind, place) is not { } form || ReadNumbers(shape, kind, place) is not { } numbers) return null;
        var made = kind.Make(name, numbers, form);
        if (WorkloadFields.Problem(made) is not { } problem) return made;
        bag.Add(Diagnostic.Error("NC5041", $"the extents of '{name}' do not fit together: {problem}", new Place(file, place), $"its shape is {kind}"));
        return null;
    }

    private AttentionForm? ReadForm(JsonElement layer, WorkloadKind kind, string place)
    {
        if (kind.Name != "attention" || !layer.TryGetProperty("form", out var form)) return AttentionForm.Products;
        if (form.ValueKind == JsonValueKind.String && Enum.GetValues<AttentionForm>().FirstOrDefault(f => Name(f) == form.GetString(), (AttentionForm)(-1)) is >= 0 and var found) return found;
        Structure($"form {form.GetRawText()} is not known", place, "known: " + string.Join(", ", Enum.GetValues<AttentionForm>().Select(Name)));
        return null;
    }

    private Dictionary<string, int>? ReadNumbers(JsonElement shape, WorkloadKind kind, string place)
    {
        var order = orders[kind.Name];
        if (shape.GetArrayLength() != order.Length)
        {
            bag.Add(Diagnostic.Error("NC5041", $"the shape of a layer of kind '{kind.Name}' has {order.Length} numbers, not {shape.GetArrayLength()}", new Place(file, place), $"they are {string.Join(", ", order)}"));
            return null;
        }

        var numbers = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var (field, element) in order.Zip(shape.EnumerateArray()))
        {
            if (element.ValueKind == JsonValueKind.Number && element.TryGetInt32(out var value) && value >= WorkloadKind.Least(field)) numbers.Add(field, value);
            else bag.Add(Diagnostic.Error("NC5041", $"{field} is {element.GetRawText()}; it must be a whole number from {WorkloadKind.Least(field)} to {int.MaxValue}", new Place(file, place), $"the numbers are {string.Join(", ", order)}"));
        }

        return numbers.Count == order.Length ? numbers : null;
    }

    private static string Name(AttentionForm form) => form.ToString().ToLowerInvariant();

    private void UnknownKind(string kind, string place) =>
        Structure($"'{kind}' is no kind of layer", place, "the kinds: " + string.Join(", ", WorkloadFields.Kinds.Select(k => k.Name)));

    private void Structure(string what, string? item, params ReadOnlySpan<string> notes) => bag.Add(Diagnostic.Error("NC5040", what, new Place(file, item), notes));
}
