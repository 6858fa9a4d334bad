using System.Collections.Immutable;
using NeuroChip.Compiler.Onnx.Sparse;
using NeuroChip.Compiler.Rolling;
using NeuroChip.Ir.Diagnostics;
using NeuroChip.Ir.Graphs;
using NeuroChip.Ir.Ncir;
using NeuroChip.Ir.Neurons;
using NeuroChip.Ir.Tensors;

namespace NeuroChip.Compiler.Lowering;

/// <summary>
/// From tensors to spike events. Works back from the outputs: a value that is affine in emissions becomes a sum of linear maps, a value that
/// is not becomes a population, and where two linear operations cannot be one, a relay population stands between them.
/// </summary>
public sealed partial class GraphLowering
{
    private readonly Graph graph;
    private readonly StateLoops loops;
    private readonly NeuronRecogniser recogniser;
    private readonly EmissionUnits units;
    private readonly List<PopulationDraft> drafts = [];
    private readonly Dictionary<int, LinearForm> forms = [];
    private readonly SharedValues shared;
    private readonly Dictionary<(IReadOnlyList<LinearTerm> Terms, Repeated? Bias), int> relays = [];
    private readonly Dictionary<(int Population, string Shape), int> views = [];
    private readonly Dictionary<int, int> populationOf = [];
    private readonly Dictionary<int, (int Population, ElementwiseProgram Program)> observedIn = [];
    private readonly List<int> wanted = [];
    private readonly HashSet<string> names = new(StringComparer.Ordinal);
    private readonly DiagnosticBag problems = new();
    private int unnamed;

    private GraphLowering(Graph graph)
    {
        this.graph = graph;
        loops = new(graph);
        recogniser = new(graph, loops);
        shared = new(graph);
        units = new(graph, shared);
    }

    /// <summary>Lowers a graph to a float32 module without pipeline stages.</summary>
    /// <exception cref="DiagnosticException">NC1110 to NC1119: every operator that cannot be lowered.</exception>
    public static Module Lower(Graph graph) => new GraphLowering(GraphSimplifier.Run(graph)).Run();

    private Module Run()
    {
        foreach (var output in graph.Outputs)
            if (IsStateValue(output.Node)) wanted.Add(output.Node);
        var readouts = new List<ReadoutDraft>();
        // Spikes first: a membrane that is an output too is then read from the population that fires.
        foreach (var output in graph.Outputs.OrderBy(o => IsStateValue(o.Node)))
        {
            try
            {
                readouts.Add(Read(output));
            }
            catch (DiagnosticException e)
            {
                foreach (var d in e.Diagnostics) problems.Add(d);
            }
        }
        problems.ThrowIfErrors();
        var ordered = graph.Outputs.Select(o => readouts.First(r => r.Output == o));
        return new ModuleBuilder(graph, drafts).Build([.. ordered]);
    }

    private ReadoutDraft Read(GraphOutput output)
    {
        var node = output.Node;
        if (observedIn.TryGetValue(node, out var seen)) return FromObserved(output, seen.Population, seen.Program);
        var form = Form(node);
        if (observedIn.TryGetValue(node, out seen)) return FromObserved(output, seen.Population, seen.Program);
        if (form.Terms is [{ Delay: 0, Map: ElementMap map } term] && drafts[term.Population].Size == form.Size)
        {
            var parameters = new List<Parameter>();
            var code = new List<Instruction> { new(ElementwiseOp.Input, 0) };
            Apply(ElementwiseOp.Multiply, map.Factor, 1);
            Apply(ElementwiseOp.Add, form.Bias?.Expanded(form.Size) ?? [0], 0);
            return new(output, [new(new(term.Population), -1)], new(1, [.. parameters], [.. code], code.Count - 1, []));

            void Apply(ElementwiseOp op, float[] values, float neutral)
            {
                if (values.Length == 1 && values[0] == neutral) return;
                parameters.Add(new([.. values.Select(v => (double)v)]));
                code.Add(new(ElementwiseOp.Parameter, parameters.Count - 1));
                code.Add(new(op, code.Count - 2, code.Count - 1));
            }
        }
        var relay = Relay(form, NameOf(output.Name)).Terms[0].Population;
        return new(output, [Signal.Emission(new(relay))], ElementwiseProgram.PassThrough);
    }

    private ReadoutDraft FromObserved(GraphOutput output, int population, ElementwiseProgram program)
    {
        // Ports of the formula: the emission, then the states; only those it uses become signals.
        var used = program.Code.Where(c => c.Op == ElementwiseOp.Input).Select(c => c.A).Distinct().Order().ToList();
        var code = program.Code.Select(c => c.Op == ElementwiseOp.Input ? c with { A = used.IndexOf(c.A) } : c);
        return new(output, [.. used.Select(p => new Signal(new(population), p - 1))], program with { Ports = used.Count, Code = [.. code] });
    }

    /// <summary>A membrane or another inner value of a neuron, as opposed to what neurons send or receive.</summary>
    private bool IsStateValue(int node)
    {
        var n = graph.Nodes[node];
        if (!StateLoops.IsElementwise(n) || loops.IsEvent(node)) return false;
        if (loops.LoopOf(node) >= 0) return !IsEmissionAffine(node, 0);
        return n.Op is not "Constant" && n.Operands.Any(o => o >= 0 && StateLoops.IsElementwise(graph.Nodes[o]) && IsStateValue(o));
    }

    /// <summary>Made of spikes alone, though the neuron itself reads it back (a scaled spike, a spike delayed).</summary>
    private bool IsEmissionAffine(int node, int depth)
    {
        if (depth > 64) return false;
        var n = graph.Nodes[node];
        if (loops.IsEvent(node)) return true;
        if (n.Op == "Constant") return true;
        if (n.Op is "Mul" or "Div" or "Cast" or "Neg" or "Reshape" or "Delay") return n.Operands.All(o => o < 0 || IsEmissionAffine(o, depth + 1));
        return false;
    }

    /// <summary>A node's value as a linear form.</summary>
    private LinearForm Form(int node)
    {
        if (forms.TryGetValue(node, out var known)) return known;
        var n = graph.Nodes[node];
        var form = MakeForm(n);
        // What several read is computed once: a residual stream is one chain of relays.
        if (shared.IsShared(n) && SharedValues.IsWorthSending(form)) form = Relay(form, NameOf(n.Name));
        return forms[node] = form;
    }

    private LinearForm MakeForm(GraphNode n)
    {
        int[] shape = [.. n.Shape];
        var size = Tensor.Count(n.Shape.AsSpan());
        if (n.Op == "Constant") return new(shape, [], Repeated.Broadcast(n.Constant!, n.Shape));
        if (n.Op == "Input") return Emits(Source(n), shape);
        if (StateLoops.IsElementwise(n))
        {
            var nonlinear = loops.IsEvent(n.Id) || (loops.LoopOf(n.Id) >= 0 && !IsEmissionAffine(n.Id, 0));
            return nonlinear ? Emits(Population(n.Id), shape) : Affine(n, shape) ?? Emits(Population(n.Id), shape);
        }
        switch (n.Op)
        {
            case "BatchNormalization":
                return BatchNorm(n, shape);
            case "MaxPool" or "GlobalMaxPool":
                return MaxPool(n, shape);
            case "Concat":
                return Concat(n, shape, size);
            case SiteOperators.Convolution or SiteOperators.Scatter:
                return AtSites(n, shape);
            case "ScatterND":
                return Assigned(n, shape) ?? Refused(n, shape);
            case "Pad" when Rearrangements.ImagePad(graph, n) is { } pad && FeedsWindows(n.Id):
                return Padded(n, pad, shape);
        }
        if (Product(n, shape) is { } product) return product;
        if (LinearOperators.Of(graph, n, out var of) is not var (map, bias)) return Refused(n, shape);
        return Through(Form(n.Operands[of]), map, bias, n, of, shape);
    }

    private LinearForm Through(LinearForm operand, LinearMap map, Repeated? bias, GraphNode n, int of, int[] shape)
    {
        // A constant that stays the same over the image goes past a relay, so that what is padded behind the relay is padded with zero.
        var constant = operand.Bias is null ? null : LinearConstants.Through(map, operand.Bias);
        LinearForm Sent() => constant is null || LinearConstants.IsUniform(map, constant) ? LinearRelay(operand, NameOf(n.Name)) : Relay(operand, NameOf(n.Name));
        // A sum of many emissions is cheaper sent once, as a count, than mapped term by term.
        if (operand.Terms.Count > 2) operand = Sent();
        var terms = operand.Terms.Select(t => (Term: t, Map: LinearAlgebra.Compose(t.Map, map))).ToArray();
        if (Array.Exists(terms, t => t.Map is null))
        {
            operand = Sent();
            terms = [.. operand.Terms.Select(t => (t, LinearAlgebra.Compose(t.Map, map)))];
        }
        if (operand.Bias is null) constant = null;
        if (n.Op == "Pad" && FillOf(n) is not 0 and var fill) constant = Filled(map, constant, fill);
        if (bias is not null) constant = constant is null ? bias : constant + bias;
        return new(shape, [.. terms.Select(t => t.Term with { Map = t.Map!, Name = n.Name })], IsZero(constant) ? null : constant);
    }

    /// <summary>Element-wise operators that are affine in emissions; null if this one is not.</summary>
    private LinearForm? Affine(GraphNode n, int[] shape)
    {
        bool IsConstant(int i) => graph.Nodes[n.Operands[i]].Op == "Constant";
        Repeated Value(int i) => Repeated.Broadcast(graph.Nodes[n.Operands[i]].Constant!, n.Shape);
        switch (n.Op)
        {
            case "Reshape" or "Cast" or "Identity":
                return Form(n.Operands[0]) with { Shape = shape };
            case "Delay":
                return Delayed(n, shape);
            case "Neg":
                return Widen(Form(n.Operands[0]), shape, n).Scaled(-1f, RelayHere);
            case "Add":
                return Widen(Form(n.Operands[0]), shape, n).Plus(Widen(Form(n.Operands[1]), shape, n));
            case "Sum":
                return n.Operands.Select(o => Widen(Form(o), shape, n)).Aggregate((a, b) => a.Plus(b));
            case "Sub":
                return Widen(Form(n.Operands[0]), shape, n).Plus(Widen(Form(n.Operands[1]), shape, n).Scaled(-1f, RelayHere));
            case "Mul" when IsConstant(0) || IsConstant(1):
                var variable = IsConstant(0) ? 1 : 0;
                return Widen(Form(n.Operands[variable]), shape, n).Scaled(Value(1 - variable), RelayHere);
            case "Mul":
                return Product(n, shape);
            case "Div" when IsConstant(1):
                return Widen(Form(n.Operands[0]), shape, n).Scaled(Value(1).Each(v => 1 / v), RelayHere);
            case "Where" when IsConstant(1) && IsConstant(2):
                var (yes, no) = (Value(1), Value(2));
                var truth = Widen(Form(n.Operands[0]), shape, n).Scaled(Repeated.Zip(yes, no, (a, b) => a - b), RelayHere);
                return truth.Plus(new(shape, [], no));
            default:
                return null;
        }

        LinearForm RelayHere(LinearForm form) => Relay(form, NameOf(n.Name));
    }

    /// <summary>Emissions of the step before; before the first step nothing is emitted, so what the file starts from must be the constant part alone.</summary>
    private LinearForm Delayed(GraphNode delay, int[] shape)
    {
        var form = Form(delay.Operands[0]);
        var start = Repeated.Broadcast(delay.Constant!, delay.Shape);
        var difference = Repeated.Zip(start, form.Bias ?? Repeated.Zero, (a, b) => Math.Abs(a - b));
        if (difference.Cycle.All(d => d <= 1e-6f)) return form.Later(1) with { Shape = shape };
        throw new DiagnosticException(Diagnostic.Error(
            "NC1111",
            $"a value of the step before starts from {start[0]:G6}, where no spike has arrived yet and it would be {form.Bias?[0] ?? 0:G6}",
            new Place(graph.Path, $"node '{delay.Name}'"),
            "start recurrent inputs from zero"));
    }

    /// <summary>A form broadcast to a larger shape.</summary>
    private LinearForm Widen(LinearForm form, int[] shape, GraphNode n)
    {
        var size = shape.Aggregate(1, (a, b) => a * b);
        if (form.Size == size) return form with { Shape = shape };
        if (form.Terms.Count == 0) return form with { Shape = shape, Bias = form.Bias is null ? null : Repeated.Broadcast(Tensor.Of([.. form.Shape], Full(form.Bias.Expanded(form.Size), form.Size)), shape) };
        var numbers = new float[form.Size];
        for (var i = 0; i < numbers.Length; i++) numbers[i] = i;
        var from = Floats.Broadcast(Tensor.Of([.. form.Shape], numbers), shape);
        if (from.Length == 1) from = new float[size];
        var lists = new List<(int, float)>?[form.Size];
        for (var t = 0; t < from.Length; t++) (lists[(int)from[t]] ??= []).Add((t, 1f));
        var spread = LinearAlgebra.FromLists(lists, size);
        var relay = form.Terms.All(t => t.Map is ElementMap { IsUnit: true }) ? form : Relay(form, NameOf(n.Name));
        var bias = relay.Bias is not { } constant ? null : Repeated.Broadcast(Tensor.Of([.. form.Shape], Full(constant.Expanded(form.Size), form.Size)), shape);
        return new(shape, [.. relay.Terms.Select(t => t with { Map = spread })], bias);
    }

    private LinearForm BatchNorm(GraphNode n, int[] shape)
    {
        var (scale, shift) = BatchNormFactors(n);
        var pixels = n.Shape.Skip(2).Aggregate(1, (a, b) => a * b);
        var form = Form(n.Operands[0]).Scaled(Repeated.Of(scale, pixels), f => Relay(f, NameOf(n.Name)));
        return form.Plus(new(shape, [], Repeated.Of(shift, pixels))) with { Shape = shape };
    }

    private (float[] Scale, float[] Shift) BatchNormFactors(GraphNode n)
    {
        var p = n.Operands.Skip(1).Take(4).Select(o => graph.Nodes[o].Constant?.ToFloats()).ToArray();
        if (p.Any(v => v is null)) throw NotLinear(n);
        var epsilon = n.Attributes.TryGetValue("epsilon", out var e) ? (float)e : 1e-5f;
        var scale = new float[p[0]!.Length];
        var shift = new float[scale.Length];
        for (var c = 0; c < scale.Length; c++)
        {
            var factor = p[0]![c] / Math.Sqrt((double)p[3]![c] + epsilon);
            scale[c] = (float)factor;
            shift[c] = (float)(p[1]![c] - (p[2]![c] * factor));
        }
        return (scale, shift);
    }

    /// <summary>The maximum of spikes is an OR, and so a sum with a threshold of one half; the maximum of anything else is named as what it is.</summary>
    private LinearForm MaxPool(GraphNode n, int[] shape)
    {
        if (LinearOperators.MaxPool(graph, n) is not { } pool) return Refused(n, shape);
        var operand = Form(n.Operands[0]);
        if (operand.Bias is not null || operand.Terms is not [{ Map: ElementMap { Factor: [> 0] } }])
            operand = Relay(operand, NameOf(n.Name));
        var term = operand.Terms[0];
        var factor = ((ElementMap)term.Map).Factor;
        var source = drafts[term.Population];
        var binary = source.Domain == SpikeDomain.Binary;
        var name = Unique($"{NameOf(n.Name)}.max");
        var half = new Parameter(0.5);
        Neuron neuron = binary
            ? new LifNeuron("OR (max-pool of spikes)", Parameter.Zero, Parameter.Zero, Parameter.Zero, Parameter.Zero, Parameter.One, half, false, Parameter.Zero)
            : new RelayNeuron(Parameter.One);
        var draft = Add(name, shape, neuron, source.Domain);
        Connect(draft, 0, new(shape, [term with { Map = binary ? pool with { Max = false } : pool, Name = n.Name }], null), binary ? Reduction.Sum : Reduction.Max);
        return new(shape, [new(draft.Id, 0, new ElementMap(draft.Size, factor), n.Name)], null);
    }

    private LinearForm Concat(GraphNode n, int[] shape, int size)
    {
        var axis = (int)(n.Attributes.TryGetValue("axis", out var a) ? (long)a : 0);
        if (axis < 0) axis += shape.Length;
        int inner = shape.Skip(axis + 1).Aggregate(1, (x, y) => x * y), offset = 0;
        var sum = new LinearForm(shape, [], null);
        foreach (var o in n.Operands)
        {
            var extent = graph.Nodes[o].Shape[axis];
            var operand = Form(o);
            var targets = new int[operand.Size];
            for (var i = 0; i < targets.Length; i++) targets[i] = (((i / (extent * inner) * shape[axis]) + offset) * inner) + (i % (extent * inner));
            var index = new IndexMap(targets, size, Floats.One);
            if (operand.Terms.Any(t => LinearAlgebra.Compose(t.Map, index) is null)) operand = Relay(operand, NameOf(n.Name));
            Repeated? bias = null;
            if (operand.Bias is not null)
            {
                var values = new float[size];
                for (var i = 0; i < targets.Length; i++) values[targets[i]] = operand.Bias[i];
                bias = values;
            }
            sum = sum.Plus(new(shape, [.. operand.Terms.Select(t => t with { Map = LinearAlgebra.Compose(t.Map, index)! })], bias));
            offset += extent;
        }
        return sum;
    }

    private int Source(GraphNode n)
    {
        if (populationOf.TryGetValue(n.Id, out var id)) return id;
        var axis = (int)(long)n.Attributes["axis"];
        int[] shape = axis >= 0 && n.Shape[axis] == 1 && n.Shape.Length > 1 ? [.. n.Shape.RemoveAt(axis)] : [.. n.Shape];
        var draft = Add(Unique(n.Name), shape, new SourceNeuron(n.Name, axis == -1), SpikeDomain.Real);
        if (n.Attributes.TryGetValue("sites", out var table)) draft.Sites = new((int)(long)table);
        return populationOf[n.Id] = draft.Id;
    }

    /// <summary>The population that emits a value no linear form has.</summary>
    private int Population(int node)
    {
        if (populationOf.TryGetValue(node, out var id)) return id;
        var n = graph.Nodes[node];
        var observed = wanted.Where(w => w != node && !observedIn.ContainsKey(w) && BelongsWith(w, node)).ToList();
        var cluster = new NeuronCluster(graph, loops, node, observed);
        RecognisedNeuron found;
        try
        {
            found = recogniser.Recognise(cluster, observed);
        }
        catch (DiagnosticException e)
        {
            foreach (var problem in e.Diagnostics) problems.Add(problem);
            found = new(new RelayNeuron(Parameter.One), [[.. cluster.Inputs.Select(i => new PortShare(i, Floats.One))]], SpikeDomain.Real, new Dictionary<int, ElementwiseProgram>());
        }
        var path = PathOf(cluster);
        var draft = Add(path is null ? "" : Unique(path), [.. n.Shape], found.Neuron, found.Domain);
        populationOf[node] = draft.Id;
        draft.Unit = units.Of(node);
        foreach (var (value, program) in found.Observed) observedIn[value] = (draft.Id, program);
        for (var port = 0; port < found.Ports.Length; port++)
        {
            var sum = found.Ports[port].Select(share => Form(share.Node).Scaled(share.Factor, f => Relay(f, NameOf(n.Name)))).Select(f => Widen(f, [.. n.Shape], n)).Aggregate((a, b) => a.Plus(b));
            Connect(draft, port, sum, Reduction.Sum);
        }
        // Exports of scripted neurons name no module: number those, inputs first.
        if (path is null) draft.Name = Unique($"n{++unnamed}");
        return draft.Id;
    }

    /// <summary>Whether a wanted value lies in the loops of the neuron that emits <paramref name="emission"/>.</summary>
    private bool BelongsWith(int value, int emission)
    {
        var cluster = new NeuronCluster(graph, loops, emission, []);
        return cluster.Order.Contains(value) || cluster.Loops.Contains(loops.LoopOf(value))
            || (loops.LoopOf(value) < 0 && new NeuronCluster(graph, loops, value, []).Loops is var own && own.Count > 0 && own.IsSubsetOf(cluster.Loops));
    }

    private void Connect(PopulationDraft target, int port, LinearForm form, Reduction reduction)
    {
        form = WithFactorsFolded(target, port, form);
        foreach (var term in form.Terms)
        {
            var source = drafts[term.Population];
            var from = term;
            if (!source.AgreesOn(term.Map.SourceImage, term.Map.SourceTokens))
            {
                from = term with { Population = View(source, term.Map.SourceImage!, term.Map.SourceTokens) };
                drafts[from.Population].AgreesOn(term.Map.SourceImage, term.Map.SourceTokens);
            }
            if (!target.AgreesOn(term.Map.TargetImage, term.Map.TargetTokens))
            {
                var image = term.Map.TargetImage!;
                var middle = Relay(new(term.Map.TargetTokens ? [1, target.Size / image[1], image[1]] : image, [from], null), target.Name).Terms[0].Population;
                from = new(middle, 0, new ElementMap(target.Size, Floats.One), term.Name);
            }
            target.Incoming.Add(new(port, from.Population, from.Delay, from.Map, reduction, from.Name, from.Rows));
        }
        target.Bias[port] = form.Bias;
    }

    private PopulationDraft Add(string name, int[] shape, Neuron neuron, SpikeDomain domain)
    {
        var draft = new PopulationDraft(drafts.Count, name, shape) { Neuron = neuron, Domain = domain, Bias = new Repeated?[neuron.Ports] };
        drafts.Add(draft);
        return draft;
    }

    private LinearForm Emits(int population, int[] shape) => new(shape, [new(population, 0, new ElementMap(drafts[population].Size, Floats.One), drafts[population].Name)], null);

    private float FillOf(GraphNode pad) => pad.Operands.Length > 2 && pad.Operands[2] >= 0 && graph.Nodes[pad.Operands[2]].Constant is { } c ? (float)c.At(0) : 0;

    private static float[] Full(float[] values, int size) => values.Length == size ? values : [.. Enumerable.Repeat(values[0], size)];

    private static bool IsZero(Repeated? values) => values is null || values.Is(0);

    private string? PathOf(NeuronCluster cluster)
    {
        // The shallowest path among the neuron's own operators is the module the framework knows.
        var paths = cluster.Order.Select(i => ModulePath.Of(graph.Nodes[i].Name, graph.Scopes)).Where(p => p is not null).ToArray();
        return paths.GroupBy(p => p).OrderByDescending(g => g.Count()).ThenBy(g => g.Key!.Length).FirstOrDefault()?.Key;
    }

    private string NameOf(string nodeName) => ModulePath.Of(nodeName, graph.Scopes) ?? nodeName.Trim('/').Replace('/', '.');

    private string Unique(string name)
    {
        if (string.IsNullOrEmpty(name)) name = "population";
        if (names.Add(name)) return name;
        for (var i = 2; ; i++)
            if (names.Add($"{name}#{i}")) return $"{name}#{i}";
    }

    /// <summary>Notes an operator that cannot be lowered and goes on with its operands, so that one run finds all of them.</summary>
    private LinearForm Refused(GraphNode n, int[] shape)
    {
        problems.Add(Problem(n));
        foreach (var o in n.Operands)
            if (o >= 0) Form(o);
        return new(shape, [], null);
    }

    private DiagnosticException NotLinear(GraphNode n) => new(Problem(n));

    private Diagnostic Problem(GraphNode n) => Diagnostic.Error(
        "NC1112",
        $"{n.Op} over {string.Join(" and ", n.Operands.Where(o => o >= 0 && graph.Nodes[o].Op != "Constant").Select(o => Tensor.FormatShape(graph.Nodes[o].Shape)))} cannot be lowered to sparse additions",
        new Place(graph.Path, $"node '{n.Name}' ({n.Op})"),
        n.Shape.Length > 2 && n.Shape[0] > 1 ? $"its leading extent is {n.Shape[0]}: export with batch 1" : "supported: convolutions, matrices, pools, sums and means, and element-wise functions as neurons; remove it or run it on the host after the chip");
}
