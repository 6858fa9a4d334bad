using System.Collections.Immutable;
using NeuroChip.Ir.Diagnostics;
using NeuroChip.Ir.Ncir.Sites;
using NeuroChip.Ir.Ncir.Text;
using NeuroChip.Ir.Neurons;
using NeuroChip.Ir.Tensors;

namespace NeuroChip.Ir.Ncir;

/// <summary>
/// Reads ncir text. Every line is read even where an earlier one is wrong, so that one run shows all mistakes.
/// </summary>
public sealed class Parser
{
    private readonly Report report;
    private readonly string file;
    private readonly Dictionary<string, Tensor> tensors = [];
    private readonly Dictionary<object, Place> places = new(ReferenceEqualityComparer.Instance);
    private readonly List<SiteTable> sites = [];
    private readonly List<Population> populations = [];
    private readonly List<Projection> projections = [];
    private readonly List<Readout> readouts = [];
    private readonly List<Decision> decisions = [];
    private Module? module;

    private Parser(string text, string file)
    {
        report = new(file, text);
        this.file = file;
    }

    /// <summary>The module that <paramref name="text"/> describes; throws a <see cref="DiagnosticException"/> with every mistake of its form.</summary>
    public static Module Parse(string text, string file = "module.ncir") => new Parser(text, file).Read(text);

    /// <summary>As <see cref="Parse"/>, and refuses what the <see cref="Verifier"/> refuses, with line and column.</summary>
    public static Module ParseVerified(string text, string file = "module.ncir")
    {
        var parser = new Parser(text, file);
        var module = parser.Read(text);
        var found = Verifier.Verify(module, parser.PlaceOf);
        return found.Any(d => d.Severity == Severity.Error) ? throw new DiagnosticException(InOrder(found)) : module;
    }

    /// <summary>Problems from the first line to the last.</summary>
    private static ImmutableArray<Diagnostic> InOrder(IEnumerable<Diagnostic> diagnostics) =>
        [.. diagnostics.OrderBy(d => d.Place?.Line ?? 0).ThenBy(d => d.Place?.Column ?? 0)];

    private Place? PlaceOf(object node) => places.GetValueOrDefault(node);

    private Module Read(string text)
    {
        if (!text.TrimStart('\uFEFF').StartsWith("ncir", StringComparison.Ordinal))
            throw new DiagnosticException(Diagnostic.Error("NC3008", "this is not ncir text: its first word is not 'ncir'", new(file, null, 1, 1), $"the first line must be: ncir {Printer.Version}"));
        var statements = new SyntaxParser(text.TrimStart('\uFEFF'), report).Parse();
        foreach (var statement in statements.Where(s => s.Keyword.Text == "tensor")) Guard(ReadTensor, statement);
        foreach (var statement in statements)
        {
            switch (statement.Keyword.Text)
            {
                case "ncir":
                    Guard(ReadHeader, statement);
                    break;
                case "module":
                    Guard(ReadModule, statement);
                    break;
                case "sites":
                    Guard(ReadSites, statement);
                    break;
                case "population":
                    Guard(ReadPopulation, statement);
                    break;
                case "projection":
                    Guard(ReadProjection, statement);
                    break;
                case "readout":
                    Guard(ReadReadout, statement);
                    break;
                case "decision":
                    Guard(ReadDecision, statement);
                    break;
                case "tensor":
                    break;
                default:
                    report.Error("NC3002", $"{statement.Keyword} is not a statement; statements are: ncir, module, sites, population, projection, readout, decision, tensor", statement.Keyword);
                    break;
            }
        }

        if (module is null && !report.Bag.HasErrors)
            report.Error("NC3003", "there is no module statement", new(TokenKind.EndOfFile, "", 1, 1));
        if (report.Bag.HasErrors) throw new DiagnosticException(InOrder(report.Bag.Diagnostics));
        return Locate(module! with { Populations = [.. populations], Projections = [.. projections], Readouts = [.. readouts], Decisions = [.. decisions], Sites = [.. sites] }, statements.First(s => s.Keyword.Text == "module"));
    }

    private static void Guard(Action<Statement, AttributeReader> read, Statement statement, AttributeReader reader)
    {
        try
        {
            read(statement, reader);
            reader.Finish();
        }
        catch (StatementException)
        {
            // Reported where it was thrown; the next statement is read all the same.
        }
    }

    private void Guard(Action<Statement, AttributeReader> read, Statement statement) =>
        Guard(read, statement, new(report, statement.Keyword, statement.Attributes, tensors));

    private void ReadHeader(Statement statement, AttributeReader reader)
    {
        if (statement.Items is [Atom { At.Kind: TokenKind.Number } version] && version.At.Text == $"{Printer.Version}") return;
        throw reader.Fail("NC3008", $"this reads version {Printer.Version} of ncir text only: ncir {Printer.Version}", statement.Keyword);
    }

    private void ReadModule(Statement statement, AttributeReader reader)
    {
        if (module is not null) throw reader.Fail("NC3004", "there is a module statement already", statement.Keyword);
        var name = Name(statement, reader, 0, 1);
        var kind = (ArithmeticKind)reader.Choice("arithmetic", Words.Arithmetics);
        var isInteger = kind == ArithmeticKind.Integer;
        var arithmetic = new Arithmetic(kind, reader.Int("weight_bits", isInteger ? null : 32), reader.Int("accumulator_bits", isInteger ? null : 32));
        module = new(name, arithmetic, reader.Int("steps"), reader.Int("ticks_per_step", 1), [], [], []);
    }

    private void ReadSites(Statement statement, AttributeReader reader)
    {
        var name = Name(statement, reader, 0, 1);
        sites.Add(Locate(SiteTableText.Read(name, new(sites.Count), reader), statement));
    }

    private void ReadPopulation(Statement statement, AttributeReader reader)
    {
        var name = Name(statement, reader, 1, 2);
        if (statement.Items[0] is not Member { Index: -1 } id) throw reader.Wrong(statement.Items[0], "the population's id, such as %0");
        var layout = new Layout(reader.Ints("shape"), reader.Choice("addresses", Words.Addresses) == 1);
        var domain = (SpikeDomain)reader.Choice("emits", Words.Domains);
        var unit = reader.Double("unit", 1);
        var stage = reader.Int("stage", 0);
        var table = reader.Int("sites", -1);
        var neuron = NeuronText.Read(reader);
        var bias = reader.Find("bias") is { } list ? Optional(reader, list) : [.. new Tensor?[neuron.Ports]];
        populations.Add(Locate(new Population(new(id.Population), name, layout, neuron, domain, bias, stage) { Unit = unit, Sites = table == -1 ? null : new(table) }, statement));
    }

    private void ReadProjection(Statement statement, AttributeReader reader)
    {
        var name = Name(statement, reader, 0, 3);
        if (statement.Items[1] is not Member { Index: -1 } source) throw reader.Wrong(statement.Items[1], "the source population, such as %0");
        if (statement.Items[2] is not Member { Index: >= 0 } target) throw reader.Wrong(statement.Items[2], "the target population and port, such as %1.0");
        var kind = (ProjectionKind)reader.Choice("kind", Words.Kinds);
        var delay = reader.Int("delay", 0);
        var reduction = (Reduction)reader.Choice("reduction", Words.Reductions, 0);
        var map = MapText.Read(reader);
        PopulationId? rowsFrom = null;
        var rows = reader.Get("rows");
        if (rows is Member { Index: -1 } payloads) rowsFrom = new(payloads.Population);
        var weights = rowsFrom is null ? reader.Tensor(rows) : Projection.NoRows;
        projections.Add(Locate(new Projection(name, new(source.Population), new(target.Population), target.Index, map, weights, delay, kind, reduction) { RowsFrom = rowsFrom }, statement));
    }

    private void ReadDecision(Statement statement, AttributeReader reader)
    {
        if (statement.Items is not [Atom { At.Kind: TokenKind.String } topic, Atom { At.Kind: TokenKind.String } subject])
            throw reader.Fail("NC3001", "expected decision \"topic\" \"subject\" key=value ...", statement.Keyword);
        var (chosen, unit, reason) = (reader.String("chosen"), reader.String("unit"), reader.String("reason"));
        var forms = reader.Get("forms");
        var costs = reader.Doubles("costs");
        ImmutableArray<string> names = [.. reader.List(forms).Select(v => v is Atom { At.Kind: TokenKind.String } name ? name.At.Text : throw reader.Wrong(v, "a \"string\""))];
        if (names.Length != costs.Length) throw reader.Wrong(forms, $"as many forms as costs, {costs.Length}");
        if (!names.Contains(chosen)) throw reader.Wrong(forms, $"a list with the chosen form, \"{chosen}\"");
        decisions.Add(new(topic.At.Text, subject.At.Text, chosen, unit, [.. names.Zip(costs, (form, cost) => new Alternative(form, cost))], reason));
    }

    private void ReadReadout(Statement statement, AttributeReader reader)
    {
        var name = Name(statement, reader, 0, 1);
        var shape = reader.Ints("shape");
        var time = (TimeReduction)reader.Choice("time", Words.Times);
        var axis = reader.Int("axis", time == TimeReduction.Each ? null : 0);
        ImmutableArray<Signal> signals = [.. reader.List("signals").Select(v => v is Member m ? new Signal(new(m.Population), m.Index) : throw reader.Wrong(v, "a population or its state, such as %1 or %1.0"))];
        var scales = reader.Find("scales") is { } list ? Optional(reader, list) : [.. new Tensor?[signals.Length]];
        var program = reader.Find("program") is { } value ? Program(reader.Inside(value)) : ElementwiseProgram.PassThrough;
        readouts.Add(Locate(new Readout(name, signals, scales, program, time, axis, shape), statement));
    }

    private void ReadTensor(Statement statement, AttributeReader reader)
    {
        if (statement.Items is not [Atom { At.Kind: TokenKind.TensorId } id, Literal { Items.IsEmpty: true } literal])
            throw reader.Fail("NC3001", "expected tensor #number type[shape] and lines of base64 below, indented", statement.Keyword);
        var (type, shape) = (reader.ElementType(literal), reader.Shape(literal));
        var data = statement.Data.Text ?? "";
        var bytes = new byte[data.Length];
        if (!Convert.TryFromBase64String(data, bytes, out var length)) throw reader.Fail("NC3007", $"the data of tensor {id.At} is not base64", id.At);
        var expected = reader.ElementCount(literal, shape) * TensorText.BytesPerElement(type);
        if (length != expected)
            throw reader.Fail("NC3007", $"{literal.At.Text}{Tensor.FormatShape(shape)} has {expected} bytes, the data of tensor {id.At} {length}", literal.At);
        if (!tensors.TryAdd(id.At.Text, TensorText.FromBytes(type, shape, bytes.AsSpan(0, length)))) throw reader.Fail("NC3004", $"tensor {id.At} is given twice", id.At);
    }

    private static ElementwiseProgram Program(AttributeReader reader)
    {
        var program = ProgramText.Read(reader);
        reader.Finish();
        return program;
    }

    private static ImmutableArray<Tensor?> Optional(AttributeReader reader, Value list) =>
        [.. reader.List(list).Select(v => v.At is { Kind: TokenKind.Word, Text: "none" } ? null : reader.Tensor(v))];

    private static string Name(Statement statement, AttributeReader reader, int index, int count)
    {
        if (statement.Items.Length == count && statement.Items[index] is Atom { At.Kind: TokenKind.String } name) return name.At.Text;
        throw reader.Fail("NC3001", $"expected {Form(statement.Keyword.Text)}", statement.Keyword);
    }

    private static string Form(string keyword) => keyword switch
    {
        "sites" => "sites \"name\" key=value ...",
        "module" => "module \"name\" key=value ...",
        "population" => "population %id \"name\" key=value ...",
        "projection" => "projection \"name\" %source -> %target.port key=value ...",
        _ => "readout \"name\" key=value ...",
    };

    private T Locate<T>(T node, Statement statement)
        where T : class
    {
        places[node] = new(file, null, statement.Keyword.Line, statement.Keyword.Column);
        return node;
    }
}
