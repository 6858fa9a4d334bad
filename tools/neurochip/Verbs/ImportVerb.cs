using System.CommandLine;
using System.Text.Json.Nodes;
using NeuroChip.Cli.Terminal;
using NeuroChip.Compiler;
using NeuroChip.Compiler.Lowering;
using NeuroChip.Compiler.Passes;
using NeuroChip.Ir.Graphs;
using NeuroChip.Ir.Ncir;
using NeuroChip.Ir.Ncir.Sites;
using NeuroChip.Ir.Neurons;
using NeuroChip.Ir.Tensors;
using NeuroChip.Runtime.Inputs;
using NeuroChip.Runtime.Reports;
using Spectre.Console;

namespace NeuroChip.Cli.Verbs;

/// <summary><c>import MODEL</c>: what was recognised, and what is not driven by spikes.</summary>
internal static class ImportVerb
{
    public static Command Create()
    {
        var model = new Argument<string>("MODEL") { Description = "An exported network (.onnx)" };
        var json = new Option<bool>("--json") { Description = "Print JSON" };
        var macs = new Option<bool>("--macs") { Description = "Print the dense multiply-accumulate slots of a time step, layer by layer" };
        var options = new CompileOptionSet();
        var command = new Command("import", "What is recognised in a model: inputs, time, layers, neurons, what is not spike-driven") { model, macs, json };
        options.AddImportOptionsTo(command);
        command.SetAction(parsed =>
        {
            using var line = new ProgressLine();
            var graph = Pipeline.Import(parsed.GetRequiredValue(model), options.ReadImport(parsed), line.Report);
            // Only with domains known is it clear which projections multiply.
            var module = new InferDomains().Run(GraphLowering.Lower(graph), new PassContext());
            line.Dispose();
            if (parsed.GetValue(json)) Console.WriteLine(Json(graph, module).ToJsonString());
            else if (parsed.GetValue(macs)) MacTable.Print(module);
            else Print(graph, module);
            return ExitCode.Fine;
        });
        return command;
    }

    private static void Print(Graph graph, Module module)
    {
        Screen.Out.MarkupLineInterpolated($"[bold]{graph.Name}[/]: {ReportText.Plural(module.Steps, "step")} of time, in the file as: {graph.TimeForm}");
        foreach (var input in ModelInput.Of(module)) Console.WriteLine($"input  {input}{(input.Static ? ", presented in every step" : ", steps first")}");
        foreach (var output in module.Readouts) Console.WriteLine($"output '{output.Name}' float32 {Tensor.FormatShape(output.FrameworkShape)}, {Time(output)}");
        if (!module.Sites.IsEmpty) Screen.Out.Write(Sites(module));
        Screen.Out.Write(Layers(module));
        Screen.Out.Write(Connections(module));
        var dense = NotSpikeDriven(module).ToArray();
        Console.WriteLine(dense.Length == 0 ? "Everything is spike-driven." : "Not spike-driven:");
        foreach (var what in dense) Console.WriteLine("  - " + what);
    }

    private static Table Sites(Module module)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumns("active sites", "grid", "room for", "made from", "pairs of its convolutions");
        foreach (var t in module.Sites)
        {
            table.AddRow(
                Markup.Escape(t.Name), string.Join(" x ", t.Extent), ReportText.Plural(t.Capacity, "site"), Markup.Escape(MadeFrom(module, t)),
                string.Join(", ", Convolutions(module, t).Select(c => $"{c.Keyword} {c.Window.Z.Kernel}x{c.Window.Y.Kernel}x{c.Window.X.Kernel}: {ReportText.Count(c.Pairs)}").Distinct()));
        }

        return table;
    }

    private static string MadeFrom(Module module, SiteTable table) => table.Reach is { } reach ? $"'{module.Sites[reach.From.Index].Name}'" : $"input '{table.Input}'";

    private static IEnumerable<SiteConvMap> Convolutions(Module module, SiteTable table) => module.Projections.Select(p => p.Map).OfType<SiteConvMap>().Where(m => m.To == table.Id);

    private static Table Layers(Module module)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumns("layer", "neuron", "shape", "emits");
        foreach (var p in module.Populations)
            table.AddRow(Markup.Escape(p.Name), Markup.Escape(p.Neuron.Title), Markup.Escape(Tensor.FormatShape(p.Layout.FrameworkShape)), Domain(p));
        return table;
    }

    private static Table Connections(Module module)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumns("from", "to", "map", "weights", "synapses", "delay");
        foreach (var p in module.Projections)
        {
            table.AddRow(
                Markup.Escape(module[p.Source].Name), Markup.Escape(module[p.Target].Name), p.Map.Keyword, ReportText.Count(p.Rows.Length),
                ReportText.Count(p.Map.Total), p.Delay == 0 ? "" : ReportText.Plural(p.Delay, "step"));
        }

        return table;
    }

    private static IEnumerable<string> NotSpikeDriven(Module module)
    {
        foreach (var p in module.Projections)
        {
            var ends = $"'{module[p.Source].Name}' to '{module[p.Target].Name}'";
            if (p.Kind == ProjectionKind.Analog) yield return $"{ends}: real values times weights, {ReportText.Count(p.Map.Total)} multiply-accumulates a step";
            if (p.Reduction == Reduction.Max) yield return $"{ends}: the greatest of values that are not binary spikes";
        }

        foreach (var p in module.Populations.Where(p => p.Neuron is ArithmeticNeuron))
            yield return $"'{p.Name}': a neuron given by its arithmetic ({p.Neuron.Title}), computed as written";
    }

    private static string Domain(Population p) => p.Domain switch
    {
        SpikeDomain.Binary => "spikes",
        SpikeDomain.Count => "counts",
        SpikeDomain.Signed => "signed spikes",
        _ => "real values",
    };

    private static string Time(Readout output) => output.Time switch
    {
        TimeReduction.Each => "every step",
        TimeReduction.Last => "the last step",
        TimeReduction.Mean => "the mean over steps",
        _ => "the sum over steps",
    };

    private static JsonObject Json(Graph graph, Module module) => new()
    {
        ["name"] = graph.Name,
        ["steps"] = module.Steps,
        ["time"] = graph.TimeForm,
        ["inputs"] = new JsonArray([.. ModelInput.Of(module).Select(i => (JsonNode)new JsonObject { ["name"] = i.Name, ["shape"] = Shape(i.Shape), ["static"] = i.Static })]),
        ["outputs"] = new JsonArray([.. module.Readouts.Select(o => (JsonNode)new JsonObject { ["name"] = o.Name, ["shape"] = Shape(o.FrameworkShape), ["time"] = Time(o) })]),
        ["sites"] = new JsonArray([.. module.Sites.Select(t => (JsonNode)new JsonObject
        {
            ["name"] = t.Name, ["grid"] = Shape(t.Extent), ["capacity"] = t.Capacity, ["from"] = MadeFrom(module, t), ["pairs"] = new JsonArray([.. Convolutions(module, t).Select(c => (JsonNode)c.Pairs)]),
        })]),
        ["layers"] = new JsonArray([.. module.Populations.Select(p => (JsonNode)new JsonObject
        {
            ["name"] = p.Name, ["neuron"] = p.Neuron.Title, ["model"] = p.Neuron.Keyword, ["shape"] = Shape(p.Layout.FrameworkShape), ["emits"] = Domain(p),
        })]),
        ["connections"] = new JsonArray([.. module.Projections.Select(p => (JsonNode)new JsonObject
        {
            ["name"] = p.Name, ["from"] = module[p.Source].Name, ["to"] = module[p.Target].Name, ["map"] = p.Map.Keyword, ["weights"] = p.Rows.Length,
            ["synapses"] = p.Map.Total, ["delay"] = p.Delay, ["kind"] = p.Kind.ToString().ToLowerInvariant(), ["reduction"] = p.Reduction.ToString().ToLowerInvariant(),
        })]),
        ["macs"] = MacTable.Json(module),
        ["notSpikeDriven"] = new JsonArray([.. NotSpikeDriven(module).Select(text => (JsonNode)text)]),
    };

    private static JsonArray Shape(IEnumerable<int> shape) => new([.. shape.Select(extent => (JsonNode)extent)]);
}
