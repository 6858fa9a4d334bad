using System.Collections.Immutable;
using NeuroChip.Ir.Diagnostics;
using NeuroChip.Ir.Ncir.Sites;
using NeuroChip.Ir.Neurons;
using NeuroChip.Ir.Tensors;

namespace NeuroChip.Ir.Ncir;

/// <summary>Checks that a <see cref="Module"/> means something: everything docs/ncir.md demands. Finds all problems, changes nothing.</summary>
public static class Verifier
{
    /// <summary>The problems of a module, none if it is well formed.</summary>
    /// <param name="module">The module.</param>
    /// <param name="locate">The place in a file of a population, projection, readout or the module itself, where it came from one.</param>
    public static ImmutableArray<Diagnostic> Verify(Module module, Func<object, Place?>? locate = null)
    {
        var findings = new Findings(module, locate);
        VerifyModule(module, findings);
        var sitesAreRight = VerifySites(module, findings);
        foreach (var (index, population) in module.Populations.Index()) VerifyPopulation(module, population, index, findings);
        foreach (var projection in module.Projections) VerifyProjection(module, projection, findings);
        if (sitesAreRight && !findings.Bag.HasErrors) VerifyProjectionsOfSites(module, findings);
        foreach (var readout in module.Readouts) ReadoutVerifier.Verify(module, readout, findings);
        VerifyNames(module, findings);
        if (!findings.Bag.HasErrors) VerifyCycles(module, findings);
        return [.. findings.Bag.Diagnostics];
    }

    /// <summary>Throws all problems if there is one.</summary>
    public static Module VerifyOrThrow(Module module)
    {
        var found = Verify(module);
        return found.IsEmpty ? module : throw new DiagnosticException(found);
    }

    private static void VerifyModule(Module module, Findings findings)
    {
        if (module.Steps < 1) findings.Error("NC3217", module, $"the module has {module.Steps} steps; it must have at least 1");
        if (module.TicksPerStep < 1) findings.Error("NC3217", module, $"the module has {module.TicksPerStep} ticks per step; it must have at least 1");
        var (kind, weights, accumulators) = module.Arithmetic;
        if (kind == ArithmeticKind.Float32 && (weights != 32 || accumulators != 32))
            findings.Error("NC3217", module, $"a float32 module has weights and accumulators of 32 bits, not {weights} and {accumulators}");
        if (kind == ArithmeticKind.Integer && weights is (< 2 or > 16))
            findings.Error("NC3217", module, $"weights of {weights} bits; an integer module has 2 to 16");
        if (kind == ArithmeticKind.Integer && accumulators is (< 16 or > 32))
            findings.Error("NC3217", module, $"accumulators of {accumulators} bits; an integer module has 16 to 32");
    }

    private static bool VerifySites(Module module, Findings findings)
    {
        for (var i = 0; i < module.Sites.Length; i++)
        {
            if (SiteRules.Table(module.Sites, i) is not { } problem) continue;
            findings.Error("NC3250", module.Sites[i], $"table '{module.Sites[i].Name}' of sites is not well formed: {problem}");
            return false;
        }

        var before = findings.Bag.Diagnostics.Count;
        foreach (var population in module.Populations)
            if (SiteRules.Population(module.Sites, population) is { } problem) findings.Error("NC3251", population, $"population '{population.Name}' does not fit the tables of sites: {problem}");
        return findings.Bag.Diagnostics.Count == before;
    }

    private static void VerifyProjectionsOfSites(Module module, Findings findings)
    {
        foreach (var p in module.Projections)
            if (SiteRules.Projection(module.Sites, p, module[p.Source], module[p.Target]) is { } problem) findings.Error("NC3251", p, $"projection '{p.Name}' does not fit the tables of sites: {problem}");
    }

    private static void VerifyNames(Module module, Findings findings)
    {
        Unique(module.Populations.Select(p => ((object)p, p.Name)), "populations");
        Unique(module.Projections.Select(p => ((object)p, p.Name)), "projections");
        Unique(module.Readouts.Select(r => ((object)r, r.Name)), "readouts");
        Unique(module.Sites.Select(s => ((object)s, s.Name)), "tables of sites");

        void Unique(IEnumerable<(object Node, string Name)> nodes, string what)
        {
            var seen = new HashSet<string>();
            foreach (var (node, name) in nodes)
            {
                if (name.Length == 0) findings.Error("NC3202", node, $"one of the {what} has an empty name");
                else if (!seen.Add(name)) findings.Error("NC3202", node, $"two {what} are named '{name}'");
            }
        }
    }

    private static void VerifyPopulation(Module module, Population population, int index, Findings findings)
    {
        if (population.Id.Index != index) findings.Error("NC3201", population, $"population '{population.Name}' has id {population.Id} and stands at position {index}; ids count from %0 in the order of the populations");
        var (shape, channelLast) = population.Layout;
        var isLayout = true;
        if (shape.Any(e => e < 1) || !FitsInt(shape))
        {
            findings.Error("NC3218", population, $"population '{population.Name}' has shape {Tensor.FormatShape(shape)}; extents are at least 1 and their product at most {int.MaxValue}");
            isLayout = false;
        }

        if (channelLast && (shape.Length < 2 || shape[0] != 1))
        {
            findings.Error("NC3218", population, $"population '{population.Name}' has channel-last addresses over {Tensor.FormatShape(shape)}; that needs a batch axis of 1 and a channel axis");
            isLayout = false;
        }

        if (!double.IsFinite(population.Unit) || population.Unit == 0) findings.Error("NC3213", population, $"the unit of population '{population.Name}' is {population.Unit}; it must be finite and not 0");
        if (population.Stage < 0) findings.Error("NC3215", population, $"population '{population.Name}' has stage {population.Stage}; stages start at 0");
        var shapeIsKnown = isLayout && NeuronVerifier.HasRightLengths(population, findings);
        if (!shapeIsKnown) return;
        NeuronVerifier.Verify(module, population, findings);
        VerifyBias(module, population, findings);
    }

    private static void VerifyBias(Module module, Population population, Findings findings)
    {
        if (population.Bias.Length != population.Neuron.Ports)
        {
            findings.Error("NC3208", population, $"population '{population.Name}' has {population.Bias.Length} biases and {population.Neuron.Ports} ports");
            return;
        }

        var type = module.Arithmetic.Kind == ArithmeticKind.Integer ? DType.Int32 : DType.Float32;
        foreach (var (port, bias) in population.Bias.Index())
        {
            if (bias is null) continue;
            if (bias.Type != type) findings.Error("NC3208", population, $"the bias of port {port} of '{population.Name}' is {bias}; it must be {type}");
            else if (bias.Length == 0 || population.Size % bias.Length != 0) findings.Error("NC3208", population, $"the bias of port {port} of '{population.Name}' has {bias.Length} elements, which do not divide the {population.Size} neurons");
            else if (FirstNotFinite(bias) is { } at) findings.Error("NC3213", population, $"element {at} of the bias of port {port} of '{population.Name}' is {bias.At(at)}");
        }
    }

    private static void VerifyProjection(Module module, Projection projection, Findings findings)
    {
        var name = $"projection '{projection.Name}'";
        if (projection.Delay < 0) findings.Error("NC3209", projection, $"{name} has delay {projection.Delay}; delays are at least 0");
        var exist = true;
        foreach (var (id, role) in new[] { (projection.Source, "source"), (projection.Target, "target"), (projection.RowsFrom ?? projection.Target, "the population of the rows,") })
        {
            if (id.Index >= 0 && id.Index < module.Populations.Length) continue;
            findings.Error("NC3203", projection, $"{role} {id} of {name} does not exist; there are populations %0 to %{module.Populations.Length - 1}");
            exist = false;
        }

        var mapIsRight = MapVerifier.Verify(projection, findings);
        if (mapIsRight) VerifyRows(module, projection, findings);
        exist = exist && FitsInt(module[projection.Source].Layout.FrameworkShape) && FitsInt(module[projection.Target].Layout.FrameworkShape)
            && FitsInt(module[projection.RowsFrom ?? projection.Target].Layout.FrameworkShape);
        if (!exist) return;
        if (mapIsRight && projection.RowsFrom is { } payloads) VerifyPayloadRows(module, projection, module[payloads], findings);
        var (source, target) = (module[projection.Source], module[projection.Target]);
        if (mapIsRight)
        {
            if (projection.Map.SourceSize != source.Size) findings.Error("NC3204", projection, $"the map of {name} has {projection.Map.SourceSize} sources; '{source.Name}' has {source.Size} neurons");
            if (projection.Map.TargetSize != target.Size) findings.Error("NC3204", projection, $"the map of {name} has {projection.Map.TargetSize} targets; '{target.Name}' has {target.Size} neurons");
        }

        if (projection.Port < 0 || projection.Port >= target.Neuron.Ports) findings.Error("NC3207", projection, $"{name} adds to port {projection.Port} of '{target.Name}', whose neuron '{target.Neuron.Keyword}' has {target.Neuron.Ports} ports");
        var kind = Projection.KindOf(source.Domain, projection.RowsFrom is { } from ? module[from].Domain : null);
        var isReal = kind == ProjectionKind.Analog;
        if (projection.Kind == ProjectionKind.ShiftAdd) VerifyDigits(module, projection, isReal, findings);
        else if (kind != projection.Kind)
            findings.Error("NC3211", projection, $"{name} is {projection.Kind.ToString().ToLowerInvariant()}, but '{source.Name}' emits {source.Domain.ToString().ToLowerInvariant()} payloads: {(isReal ? "they are multiplied, which is analog" : "they are only added, which is sparse")}");
        var ticks = target.Stage - source.Stage + ((long)module.TicksPerStep * projection.Delay);
        if (ticks < 1 && module.Populations.Any(p => p.Stage != 0))
            findings.Error("NC3215", projection, $"{name} arrives {ticks} ticks after it was sent (stage {source.Stage} to {target.Stage}, delay {projection.Delay} steps of {module.TicksPerStep} ticks); a spike takes at least 1 tick");
    }

    private static void VerifyDigits(Module module, Projection projection, bool isReal, Findings findings)
    {
        var problem = module.Arithmetic.Kind != ArithmeticKind.Integer ? "the module is in float32, whose payloads have no digits"
            : !isReal ? $"'{module[projection.Source].Name}' emits {module[projection.Source].Domain.ToString().ToLowerInvariant()} payloads, which are added as they are"
            : projection.RowsFrom is not null ? "its rows are payloads, not stored weights that could be shifted"
            : projection.Reduction != Reduction.Sum ? "it takes a maximum" : null;
        if (problem is not null) findings.Error("NC3241", projection, $"projection '{projection.Name}' is shift_add, but {problem}");
    }

    private static void VerifyPayloadRows(Module module, Projection projection, Population rows, Findings findings)
    {
        var name = $"projection '{projection.Name}'";
        if (projection.Rows.Length != 0) findings.Error("NC3240", projection, $"{name} has {projection.Rows.Length} weights and takes its rows from '{rows.Name}'; it can have one of the two");
        if (projection.Map.RowCount != rows.Size) findings.Error("NC3240", projection, $"the map of {name} indexes {projection.Map.RowCount} rows; '{rows.Name}', whose payloads they are, has {rows.Size} neurons");
        if (projection.Reduction != Reduction.Sum) findings.Error("NC3240", projection, $"{name} takes its rows from '{rows.Name}' and a maximum; payloads of two populations can only be added");
        var target = module[projection.Target];
        if (target.Stage <= rows.Stage && module.Populations.Any(p => p.Stage != 0))
            findings.Error("NC3215", projection, $"the rows of {name} are sent at stage {rows.Stage} and needed at stage {target.Stage}; a spike takes at least 1 tick");
    }

    private static void VerifyRows(Module module, Projection projection, Findings findings)
    {
        if (projection.RowsFrom is not null) return;
        var rows = projection.Rows;
        var name = $"projection '{projection.Name}'";
        if (rows.Length != projection.Map.RowCount) findings.Error("NC3206", projection, $"{name} has {rows.Length} weights; its map indexes {projection.Map.RowCount}");
        if (module.Arithmetic.Kind == ArithmeticKind.Float32)
        {
            if (rows.Type != DType.Float32) findings.Error("NC3206", projection, $"the weights of {name} are {rows.Type}; a float32 module has Float32");
            else if (FirstNotFinite(rows) is { } at) findings.Error("NC3213", projection, $"weight {at} of {name} is {rows.At(at)}");
            return;
        }

        if (rows.Type is not (DType.Int8 or DType.Int16))
        {
            findings.Error("NC3206", projection, $"the weights of {name} are {rows.Type}; an integer module has Int8 or Int16");
            return;
        }

        var limit = 1 << (Math.Clamp(module.Arithmetic.WeightBits, 2, 16) - 1);
        for (var i = 0; i < rows.Length; i++)
        {
            if (rows.At(i) >= -limit && rows.At(i) < limit) continue;
            findings.Error("NC3206", projection, $"weight {i} of {name} is {rows.At(i)}; weights of {module.Arithmetic.WeightBits} bits are {-limit} to {limit - 1}");
            break;
        }
    }

    /// <summary>Finds a cycle of projections without delay by walking backwards from a population that has no place in the order.</summary>
    private static void VerifyCycles(Module module, Findings findings)
    {
        var placed = StepOrder.Of(module.Populations, module.Projections).ToHashSet();
        if (placed.Count == module.Populations.Length) return;
        var path = new List<(Projection Projection, PopulationId From)>();
        var at = module.Populations.First(p => !placed.Contains(p.Id)).Id;
        while (path.FindIndex(p => p.Projection.Target == at) is var start && start < 0)
        {
            // Every unplaced population waits for an unplaced one, so this ends in a cycle.
            var before = module.Projections.Where(p => p.Target == at).SelectMany(Awaited).First(p => !placed.Contains(p.From));
            path.Add(before);
            at = before.From;
        }

        var cycle = path[path.FindIndex(p => p.Projection.Target == at)..];
        cycle.Reverse();
        var steps = cycle.Select(p => $"'{module[p.From].Name}' -({p.Projection.Name})-> ");
        findings.Error("NC3210", cycle[0].Projection, $"projections without delay form a cycle: {string.Concat(steps)}'{module[cycle[^1].Projection.Target].Name}'", "give one of them a delay of at least 1 step");
    }

    /// <summary>The populations a projection needs in the same step.</summary>
    private static IEnumerable<(Projection Projection, PopulationId From)> Awaited(Projection projection)
    {
        if (projection.Delay == 0) yield return (projection, projection.Source);
        if (projection.RowsFrom is { } rows) yield return (projection, rows);
    }

    /// <summary>Index of the first element that is not finite.</summary>
    internal static int? FirstNotFinite(Tensor tensor)
    {
        if (tensor.Type != DType.Float32) return null;
        var span = tensor.Span<float>();
        for (var i = 0; i < span.Length; i++)
            if (!float.IsFinite(span[i])) return i;
        return null;
    }

    /// <summary>Whether a shape has a size at all; one that has not is reported with its population.</summary>
    internal static bool FitsInt(ImmutableArray<int> shape)
    {
        long product = 1;
        foreach (var extent in shape)
            if ((product *= extent) > int.MaxValue) return false;
        return true;
    }

    /// <summary>The problems found so far, with the place of the node they are about.</summary>
    internal sealed class Findings(Module module, Func<object, Place?>? locate)
    {
        public DiagnosticBag Bag { get; } = new();

        public void Error(string code, object node, string message, params ReadOnlySpan<string> notes) =>
            Bag.Add(Diagnostic.Error(code, message, locate?.Invoke(node) ?? new Place(module.Name, Item(node)), notes));

        private static string? Item(object node) => node switch
        {
            Population population => $"population '{population.Name}'",
            Projection projection => $"projection '{projection.Name}'",
            Readout readout => $"readout '{readout.Name}'",
            SiteTable table => $"sites '{table.Name}'",
            _ => null,
        };
    }
}
