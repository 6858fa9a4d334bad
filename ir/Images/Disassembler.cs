using System.Globalization;
using NeuroChip.Ir.Ncir;
using NeuroChip.Ir.Ncir.Sites;
using NeuroChip.Ir.Neurons;
using NeuroChip.Ir.Tensors;

namespace NeuroChip.Ir.Images;

/// <summary>A chip image as text for people: all of it, or which neurons sit where. Lines end in a line feed on every system.</summary>
public static class Disassembler
{
    private static readonly string[] Links = ["E", "NE", "N", "W", "SW", "S"];

    /// <summary>Writes the whole image: header, populations, projections, readouts, inputs and outputs, cores, routing tables, chip model.</summary>
    public static void Write(ChipImage image, TextWriter to)
    {
        Header(image, to);
        Sites(image, to);
        Populations(image, to);
        Projections(image, to);
        InputsAndOutputs(image, to);
        Cores(image, to);
        Routers(image, to);
        Decisions(image, to);
        Schedule(image, to);
        Title(to, "chip model");
        foreach (var line in image.ChipYaml.ReplaceLineEndings("\n").TrimEnd('\n').Split('\n')) Line(to, $"  {line}".TrimEnd());
    }

    /// <summary>
    /// Writes which neurons of which layer sit on which cores, what each core holds, and how much of each memory is used.
    /// </summary>
    /// <param name="image">The image.</param>
    /// <param name="to">Where to write.</param>
    /// <param name="limits">Bytes of each memory that one core or chip has, by the memory's name, where known: the share used is then shown.</param>
    public static void Inspect(ChipImage image, TextWriter to, IReadOnlyDictionary<string, long>? limits = null)
    {
        Header(image, to);
        Title(to, "layers");
        var layers = new TextColumns("layer", "neuron", ">neurons", ">cores", ">per core", ">stage", "cores (x,y:core)");
        foreach (var population in image.Populations)
        {
            var cores = image.Cores.Where(c => c.Slice.Population == population.Id).ToList();
            var most = cores.Count == 0 ? "-" : Whole(cores.Max(c => c.Slice.Count));
            layers.Add(population.Name, population.Neuron.Keyword, Whole(population.Size), Whole(cores.Count), most, Whole(population.Stage), Places(cores));
        }

        layers.Write(to, "  ");
        var memories = image.Cores.SelectMany(c => c.Memory).Select(m => m.Memory).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();
        Title(to, "cores");
        var table = new TextColumns(["core", "layer", "addresses", ">neurons", .. memories.Select(m => $">{m} bytes")]);
        foreach (var core in image.Cores)
        {
            var used = memories.Select(m => Used(core.Memory.Where(u => u.Memory == m).Sum(u => u.Bytes), limits, m));
            table.Add([Place(core), image.Populations[core.Slice.Population.Index].Name, Range(core.Slice), Whole(core.Slice.Count), .. used]);
        }

        table.Write(to, "  ");
        if (memories.Count == 0) return;
        Title(to, "memory");
        var sums = new TextColumns("memory", "purpose", ">bytes", ">most on a core", ">limit");
        foreach (var group in image.Cores.SelectMany(c => c.Memory).GroupBy(m => (m.Memory, m.Purpose)).OrderBy(g => g.Key.Memory, StringComparer.Ordinal).ThenBy(g => g.Key.Purpose, StringComparer.Ordinal))
        {
            var limit = limits is not null && limits.TryGetValue(group.Key.Memory, out var bytes) ? Whole(bytes) : "-";
            sums.Add(group.Key.Memory, group.Key.Purpose, Whole(group.Sum(m => m.Bytes)), Whole(group.Max(m => m.Bytes)), limit);
        }

        sums.Write(to, "  ");
    }

    private static void Header(ChipImage image, TextWriter to)
    {
        Line(to, $"chip image '{image.Name}'");
        Line(to, $"  format      {ImageFormat.Version}");
        Line(to, $"  arithmetic  {Arithmetic(image.Arithmetic)}");
        Line(to, $"  time        {Plural(image.Steps, "step")} of {Plural(image.TicksPerStep, "tick")}");
        Line(to, $"  holds       {Plural(image.Populations.Length, "population")}, {Plural(image.Projections.Length, "projection")}, {Plural(image.Readouts.Length, "readout")}");
        Line(to, $"  uses        {Plural(image.Cores.Length, "core")} on {Plural(image.Cores.Select(c => (c.X, c.Y)).Distinct().Count(), "chip")}, {Plural(image.Routers.Length, "routing table")} with {Plural(image.Routers.Sum(r => r.Entries.Length), "entry", "entries")}");
        Line(to, $"  weights     {Whole(image.Projections.Sum(p => (long)p.Rows.Length))}, {Whole(image.Projections.Sum(p => (long)p.Rows.Length * ImageFormat.BytesOf(p.Rows.Type)))} bytes, counted projection by projection");
    }

    private static void Populations(ChipImage image, TextWriter to)
    {
        Title(to, "populations");
        var table = new TextColumns("id", "name", ">neurons", "shape", "order", "neuron", "model", "emits", ">stage");
        foreach (var p in image.Populations)
            table.Add(p.Id.ToString(), p.Name, Whole(p.Size), Tensor.FormatShape(p.Layout.FrameworkShape), p.Sites is { } sites ? $"at {sites}" : p.Layout.ChannelLast ? "channel last" : "C", p.Neuron.Keyword, p.Neuron.Title, Lower(p.Domain), Whole(p.Stage));
        table.Write(to, "  ");
        foreach (var p in image.Populations)
        {
            var values = new TextColumns("parameter", "value");
            foreach (var (name, value) in Parameters(p.Neuron)) values.Add(name, value);
            for (var port = 0; port < p.Bias.Length; port++)
                if (p.Bias[port] is { } bias) values.Add($"bias of port {port}", ParameterText.Summary(bias));
            Line(to, "");
            Line(to, $"  {p.Id} '{p.Name}'");
            values.Write(to, "    ");
            if (p.Neuron is ArithmeticNeuron arithmetic)
                foreach (var line in ImageProgram.Lines(arithmetic.Program)) Line(to, $"    {line}");
        }
    }

    private static void Sites(ChipImage image, TextWriter to)
    {
        if (image.Sites.IsEmpty) return;
        Title(to, "tables of active sites");
        var table = new TextColumns("id", "name", "grid", ">sites at most", "made from", "lookup", ">slots", ">bits");
        foreach (var t in image.Sites)
        {
            var from = t.Reach is { Window: var w } reach
                ? $"{reach.From}, kernel {w.Z.Kernel} x {w.Y.Kernel} x {w.X.Kernel}, stride {w.Z.Stride} x {w.Y.Stride} x {w.X.Stride}" : $"input '{t.Input}'";
            table.Add(t.Id.ToString(), t.Name, string.Join(" x ", t.Extent), Whole(t.Capacity), from, Lower(t.Lookup), Whole(t.Lookup == SiteLookup.Hash ? t.HashSlots : t.Volume), Whole(t.LookupBits + t.CoordinateBits));
        }

        table.Write(to, "  ");
    }

    private static void Projections(ChipImage image, TextWriter to)
    {
        Title(to, "projections");
        var table = new TextColumns("name", "source", "target", ">port", ">delay", "kind", "reduction", "map", "descriptor words", "weights");
        foreach (var p in image.Projections)
            table.Add(p.Name, p.Source.ToString(), p.Target.ToString(), Whole(p.Port), Whole(p.Delay), Lower(p.Kind), Lower(p.Reduction), p.Map.Keyword, Words(p.Map.Encode()), p.RowsFrom is { } rows ? $"payloads of {rows}" : ParameterText.Summary(p.Rows));
        table.Write(to, "  ");
    }

    private static void Decisions(ChipImage image, TextWriter to)
    {
        if (image.Decisions.IsEmpty) return;
        Title(to, "decisions");
        foreach (var d in image.Decisions)
        {
            var costs = string.Join("; ", d.Alternatives.Select(a => $"{a.Form} {a.Cost.ToString("0.###", CultureInfo.InvariantCulture)}"));
            Line(to, $"  {d.Topic} of '{d.Subject}': {d.Chosen} ({costs} {d.Unit}; {d.Reason})");
        }
    }

    /// <summary>Writes what is computed on which tiles and when; nothing for an image without a schedule.</summary>
    public static void Schedule(ChipImage image, TextWriter to)
    {
        if (image.Schedule is not { } schedule) return;
        Title(to, $"schedule, {schedule.Policy}, {Plural(schedule.Phases, "phase")}");
        var table = new TextColumns(">phase", "layer", "kind", "tiles", "parts", ">weight bits", "weights", ">membrane bits", "kept in", ">input bits", ">output bits");
        foreach (var s in schedule.Stages)
        {
            table.Add(
                Whole(s.Phase), image.Populations[s.Population.Index].Name, s.TileKind, string.Join(' ', s.Tiles), $"{s.ChannelParts} x {s.PositionParts}", Whole(s.WeightBits), s.Streamed ? "streamed" : "resident",
                Whole(s.MembraneBits), Lower(s.MembraneHome), Whole(s.InputBits), Whole(s.OutputBits));
        }

        table.Write(to, "  ");
    }

    private static void InputsAndOutputs(ChipImage image, TextWriter to)
    {
        Title(to, "inputs");
        var inputs = new TextColumns("input", "population", ">values", "presented", ">unit", "keys");
        foreach (var p in image.Populations)
        {
            if (p.Neuron is not SourceNeuron source) continue;
            var keys = image.Cores.Where(c => c.Slice.Population == p.Id).Select(c => $"0x{c.Slice.Key:X8}+{c.Slice.Count}");
            inputs.Add(source.Input, p.Id.ToString(), Whole(p.Size), source.Static ? "every step" : "per step", ParameterText.Number(source.Unit), string.Join(' ', keys));
        }

        inputs.Write(to, "  ");
        Title(to, "outputs");
        foreach (var r in image.Readouts)
        {
            Line(to, $"  '{r.Name}' {Tensor.FormatShape(r.FrameworkShape)}, {Lower(r.Time)}{(r.Time == TimeReduction.Each ? $", steps on axis {r.TimeAxis}" : "")}");
            for (var s = 0; s < r.Signals.Length; s++)
            {
                var what = r.Signals[s].State < 0 ? "emission" : $"state {r.Signals[s].State}";
                Line(to, $"    input {s} = {what} of {r.Signals[s].Population}{(r.Scales[s] is { } scale ? $" times {ParameterText.Summary(scale)}" : "")}");
            }

            foreach (var line in ImageProgram.Lines(r.Program)) Line(to, $"    {line}");
        }
    }

    private static void Cores(ChipImage image, TextWriter to)
    {
        Title(to, "cores");
        var table = new TextColumns("core", "population", "addresses", "first key", "last key", "mask", "key under mask");
        foreach (var c in image.Cores)
            table.Add(Place(c), $"{c.Slice.Population} '{image.Populations[c.Slice.Population.Index].Name}'", Range(c.Slice), Hex(c.Slice.Key), Hex(c.Slice.Key + (uint)c.Slice.Count - 1), Hex(c.Slice.Mask), Ternary(c.Slice.Key, c.Slice.Mask));
        table.Write(to, "  ");
        Title(to, "memory");
        var memory = new TextColumns("core", "memory", "purpose", ">bytes");
        foreach (var c in image.Cores)
            foreach (var use in c.Memory) memory.Add(Place(c), use.Memory, use.Purpose, Whole(use.Bytes));
        memory.Write(to, "  ");
    }

    private static void Routers(ChipImage image, TextWriter to)
    {
        Title(to, "routing tables");
        foreach (var r in image.Routers)
        {
            Line(to, $"  chip ({r.X},{r.Y})");
            var table = new TextColumns(">entry", "key under mask", "goes out on");
            foreach (var (index, entry) in r.Entries.Index()) table.Add(Whole(index), Ternary(entry.Key, entry.Mask), Route(entry.Route));
            table.Write(to, "    ");
        }
    }

    private static IEnumerable<(string Name, string Value)> Parameters(Neuron neuron)
    {
        switch (neuron)
        {
            case SourceNeuron n:
                yield return ("input", $"{n.Input}, {(n.Static ? "presented every step" : "per step")}");
                yield return ("unit", ParameterText.Number(n.Unit));
                break;
            case RelayNeuron n:
                yield return ("gain", ParameterText.Summary(n.Gain));
                break;
            case LifNeuron n:
                yield return ("decay", ParameterText.Summary(n.Decay));
                yield return ("offset", ParameterText.Summary(n.Offset));
                yield return ("decay after a spike", ParameterText.Summary(n.FiredDecay));
                yield return ("offset after a spike", ParameterText.Summary(n.FiredOffset));
                yield return ("gain", ParameterText.Summary(n.Gain));
                yield return (n.Strict ? "threshold (>)" : "threshold (>=)", ParameterText.Summary(n.Threshold));
                yield return ("start", ParameterText.Summary(n.Start));
                break;
            case AffineNeuron n:
                for (var i = 0; i < n.States; i++)
                {
                    var (row, states) = (i, n.States);
                    string Row(System.Collections.Immutable.ImmutableArray<Parameter> matrix, int columns) => string.Join("; ", Enumerable.Range(0, columns).Select(j => ParameterText.Summary(matrix[(row * columns) + j])));
                    yield return ($"state {n.StateNames[i]}", $"starts at {ParameterText.Summary(n.Start[i])}");
                    yield return ("  decay", Row(n.Decay, states));
                    yield return ("  offset", ParameterText.Summary(n.Offset[i]));
                    yield return ("  decay after a spike", Row(n.FiredDecay, states));
                    yield return ("  offset after a spike", ParameterText.Summary(n.FiredOffset[i]));
                    yield return ("  gain", Row(n.Gain, n.Ports));
                    yield return ("  watch", ParameterText.Summary(n.Watch[i]));
                }

                if (n.Spiking) yield return (n.Strict ? "threshold (>)" : "threshold (>=)", ParameterText.Summary(n.Threshold));
                break;
            case ArithmeticNeuron n:
                for (var i = 0; i < n.States; i++) yield return ($"start of state {i}", ParameterText.Summary(n.Start[i]));
                for (var p = 0; p < n.Ports; p++) yield return ($"unit of port {p}", ParameterText.Summary(n.Units[p]));
                yield return ("unit of the output", ParameterText.Number(n.OutputUnit));
                break;
        }
    }

    private static string Places(IReadOnlyList<ImageCore> cores)
    {
        const int shown = 8;
        var chips = cores.GroupBy(c => (c.X, c.Y)).Select(g => $"{g.Key.X},{g.Key.Y}:{Runs([.. g.Select(c => c.Core).Order()])}").ToList();
        return chips.Count <= shown ? string.Join(' ', chips) : $"{string.Join(' ', chips.Take(shown))} and {Plural(chips.Count - shown, "more chip")}";
    }

    private static string Runs(IReadOnlyList<int> numbers)
    {
        var runs = new List<string>();
        for (var i = 0; i < numbers.Count;)
        {
            var last = i;
            while (last + 1 < numbers.Count && numbers[last + 1] == numbers[last] + 1) last++;
            runs.Add(last == i ? Whole(numbers[i]) : $"{numbers[i]}-{numbers[last]}");
            i = last + 1;
        }

        return string.Join('+', runs);
    }

    private static string Used(long bytes, IReadOnlyDictionary<string, long>? limits, string memory) =>
        limits is not null && limits.TryGetValue(memory, out var limit) && limit > 0
            ? $"{Whole(bytes)} of {Whole(limit)} ({(100.0 * bytes / limit).ToString("F1", CultureInfo.InvariantCulture)} %)"
            : Whole(bytes);

    private static string Ternary(uint key, uint mask)
    {
        var text = new char[39];
        for (int bit = 31, at = 0; bit >= 0; bit--)
        {
            text[at++] = (mask >> bit & 1) == 0 ? 'X' : (key >> bit & 1) == 0 ? '0' : '1';
            if (bit % 4 == 0 && bit > 0) text[at++] = '_';
        }

        return new string(text);
    }

    private static string Route(uint route)
    {
        var outs = Links.Where((_, link) => (route >> link & 1) != 0)
            .Concat(Enumerable.Range(0, 26).Where(core => (route >> (6 + core) & 1) != 0).Select(core => $"core {core}"));
        return route == 0 ? "nothing (dropped)" : string.Join(", ", outs);
    }

    private static string Words(int[] words)
    {
        const int shown = 16;
        var text = string.Join(' ', words.Take(shown).Select(Whole));
        return words.Length <= shown ? text : $"{text} ... ({words.Length} words)";
    }

    private static string Arithmetic(Arithmetic a) => a.Kind == ArithmeticKind.Float32 ? "float32" : $"integer: {a.WeightBits}-bit weights, {a.AccumulatorBits}-bit accumulators";

    private static string Range(CoreSlice slice) => $"{slice.First}..{slice.First + slice.Count - 1}";

    private static string Place(ImageCore core) => $"({core.X},{core.Y}) {core.Core}";

    private static string Hex(uint value) => $"0x{value:X8}";

    private static string Whole(int value) => value.ToString(CultureInfo.InvariantCulture);

    private static string Whole(long value) => value.ToString(CultureInfo.InvariantCulture);

    private static string Lower<T>(T value) where T : struct, Enum => value.ToString().ToLowerInvariant();

    private static string Plural(int count, string one, string? many = null) => $"{count} {(count == 1 ? one : many ?? one + "s")}";

    private static void Title(TextWriter to, string title)
    {
        Line(to, "");
        Line(to, title);
    }

    private static void Line(TextWriter to, string line)
    {
        to.Write(line);
        to.Write('\n');
    }
}
