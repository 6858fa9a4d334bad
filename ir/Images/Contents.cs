using System.Collections.Immutable;
using NeuroChip.Ir.Diagnostics;
using NeuroChip.Ir.Ncir;
using NeuroChip.Ir.Ncir.Sites;
using NeuroChip.Ir.Tensors;

namespace NeuroChip.Ir.Images;

/// <summary>The sections of an image, decoded into one <see cref="ChipImage"/>. What they say together is for <see cref="ChipImageVerifier"/> to judge.</summary>
internal sealed class Contents(string file, byte[][] sections, Tensor[] pool)
{
    private readonly Dictionary<(int Code, int Words), AddressFunction> maps = [];

    public ChipImage Read()
    {
        var model = Open("model");
        var name = model.Text();
        var arithmetic = new Arithmetic(model.Choice<ArithmeticKind>("arithmetic"), model.Int(), model.Int());
        var (steps, ticks) = (model.Int(), model.Int());
        model.End();
        var chip = Open("chip");
        var yaml = chip.Text();
        chip.End();
        return new ChipImage(
            name, yaml, arithmetic, steps, ticks,
            All("populations", 34, Population),
            All("projections", 39, (from, _) => Projection(from)),
            All("readouts", 34, (from, _) => Readout(from)),
            All("cores", 36, (from, _) => Core(from)),
            All("routers", 12, (from, _) => Router(from)))
        {
            Decisions = All("decisions", 24, (from, _) => Decision(from)),
            Schedule = Schedule(Open("schedule")),
            Sites = All("sites", 24, Sites),
        };
    }

    private SectionReader Open(string section) => new(file, section, sections[ImageFormat.Sections.ToList().IndexOf(section)]);

    private ImmutableArray<T> All<T>(string section, int least, Func<SectionReader, int, T> read)
    {
        var from = Open(section);
        var index = 0;
        var items = from.List(least, section, () => read(from, index++));
        from.End();
        return items;
    }

    private static SiteTable Sites(SectionReader from, int index)
    {
        var (name, extent, capacity, input) = (from.Text(), from.Ints("extents"), from.Int(), from.Text());
        var (source, window) = (from.Int(), from.Ints("numbers of a window"));
        if (window.Length != (source == -1 ? 0 : 18)) throw from.Bad($"table '{name}' of sites has a window of {window.Length} numbers; 18 make one, and only a table made from another has it");
        return new(new(index), name, extent, capacity, input, source == -1 ? null : new(new(source), SiteWindow.Decode(window.AsSpan())));
    }

    private Population Population(SectionReader from, int index)
    {
        var name = from.Text();
        var layout = new Layout(from.Ints("extents"), from.Flag("'channel last' of a layout"));
        var domain = from.Choice<SpikeDomain>("spike domain");
        var unit = from.Double();
        var stage = from.Int();
        var sites = from.Int();
        var bias = from.List(4, "biases", () => Tensor(from));
        return new Population(new PopulationId(index), name, layout, NeuronCodec.ReadNeuron(from), domain, bias, stage) { Unit = unit, Sites = sites == -1 ? null : new(sites) };
    }

    private Projection Projection(SectionReader from)
    {
        var name = from.Text();
        var (source, target, port) = (new PopulationId(from.Int()), new PopulationId(from.Int()), from.Int());
        var map = Map(from);
        var rows = Tensor(from);
        var rowsFrom = from.Int();
        if (rows is null == (rowsFrom == -1)) throw from.Bad($"projection '{name}' has {(rows is null ? "neither weights nor a population" : "both weights and a population")} for its rows");
        return new Projection(name, source, target, port, map, rows ?? Ncir.Projection.NoRows, from.Int(), from.Choice<ProjectionKind>("kind of a projection"), from.Choice<Reduction>("reduction"))
        {
            RowsFrom = rowsFrom == -1 ? null : new PopulationId(rowsFrom),
        };
    }

    private AddressFunction Map(SectionReader from)
    {
        var code = from.Byte();
        if (code >= AddressFunctionTable.Entries.Count) throw from.Bad($"address function has code {code}; codes go from 0 to {AddressFunctionTable.Entries.Count - 1}");
        var words = from.Index(pool.Length, "tensor");

        // Projections that share a descriptor share the function: a large one is decoded once.
        if (maps.TryGetValue((code, words), out var known)) return known;
        var keyword = AddressFunctionTable.Entries[code].Keyword;
        if (pool[words].Type != DType.Int32) throw from.Bad($"the descriptor of address function '{keyword}' is of type {pool[words].Type}; {DType.Int32} was expected");
        var encoded = pool[words].Array<int>();
        AddressFunction? map;
        try
        {
            map = AddressFunctionTable.Decode(keyword, encoded);
            if (!map.Encode().AsSpan().SequenceEqual(encoded)) map = null;
        }
        catch (Exception e) when (e is ArgumentException or IndexOutOfRangeException or OverflowException)
        {
            map = null;
        }

        if (map is null) throw from.Bad($"the {encoded.Length} words of a descriptor do not describe an address function '{keyword}'");
        maps.Add((code, words), map);
        return map;
    }

    private Readout Readout(SectionReader from) => new(
        from.Text(),
        from.List(8, "signals", () => new Signal(new PopulationId(from.Int()), from.Int())),
        from.List(4, "scales", () => Tensor(from)),
        NeuronCodec.ReadProgram(from),
        from.Choice<TimeReduction>("reduction over time"),
        from.Int(),
        from.Ints("extents"));

    private static ImageCore Core(SectionReader from) => new(
        from.Int(), from.Int(), from.Int(),
        new CoreSlice(new PopulationId(from.Int()), from.Int(), from.Int(), from.UInt(), from.UInt()),
        from.List(16, "memory uses", () => new MemoryUse(from.Text(), from.Text(), from.Long())));

    private static ImageRouter Router(SectionReader from) => new(
        from.Int(), from.Int(),
        from.List(12, "routing entries", () => new RoutingEntry(from.UInt(), from.UInt(), from.UInt())));

    private static Decision Decision(SectionReader from)
    {
        var (topic, subject, chosen, unit, reason) = (from.Text(), from.Text(), from.Text(), from.Text(), from.Text());
        return new Decision(topic, subject, chosen, unit, from.List(12, "alternatives", () => new Alternative(from.Text(), from.Double())), reason);
    }

    private static TileSchedule? Schedule(SectionReader from)
    {
        if (!from.Flag("'has a schedule'"))
        {
            from.End();
            return null;
        }

        var schedule = new TileSchedule(from.Text(), from.List(54, "stages", () => new TileStage(
            new PopulationId(from.Int()), from.Text(), from.Ints("tiles"), from.Int(), from.Long(), from.Flag("'streamed'"), from.Long(),
            from.Choice<MembraneHome>("home of a membrane"), from.Long(), from.Long())
        { ChannelParts = from.Int() }));
        from.End();
        return schedule;
    }

    private Tensor? Tensor(SectionReader from)
    {
        var index = from.Int();
        if (index == -1) return null;
        return index >= 0 && index < pool.Length ? pool[index] : throw from.Bad($"tensor {index} does not exist; there are {pool.Length}");
    }
}
