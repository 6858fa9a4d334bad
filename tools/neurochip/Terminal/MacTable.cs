using System.Text.Json.Nodes;
using NeuroChip.Ir.Ncir;
using NeuroChip.Runtime.Reports;
using Spectre.Console;

namespace NeuroChip.Cli.Terminal;

/// <summary>Dense multiply-accumulate slots of a module, layer by layer and by the three parts that published figures tell apart.</summary>
internal static class MacTable
{
    public static void Print(Module module)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumns("from", "to", "part", "positions x inputs x outputs", "slots a step", "on");
        foreach (var p in module.Projections.Where(p => MacSlots.ClassOf(module, p) != MacClass.None))
        {
            table.AddRow(
                Markup.Escape(module[p.Source].Name), Markup.Escape(module[p.Target].Name), Part(MacSlots.ClassOf(module, p)), MacSlots.Of(p).ToString(),
                ReportText.Count(MacSlots.Of(p).Slots), p.Kind == ProjectionKind.Analog ? "real values" : "spikes");
        }

        Screen.Out.Write(table);
        var slots = MacSlots.Of(module);
        Console.WriteLine($"Dense multiply-accumulate slots of a time step, taps outside the image included: {slots.Total:N0}");
        foreach (var (part, count) in Parts(slots)) Console.WriteLine($"  {part,-32} {count,18:N0}");
        Console.WriteLine($"Of these on real values, i.e. multiplications: {OnRealValues(module):N0}. Stored weights and biases: {Stored(module):N0}.");
    }

    /// <summary>The slots in one line.</summary>
    public static string Line(Module module)
    {
        var slots = MacSlots.Of(module);
        return $"{slots.Total:N0} multiply-accumulate slots a step, {slots.FirstLayer:N0} of them the first layer's, {slots.Attention:N0} attention's";
    }

    public static JsonObject Json(Module module)
    {
        var slots = MacSlots.Of(module);
        return new()
        {
            ["firstLayer"] = slots.FirstLayer,
            ["weights"] = slots.Weights,
            ["attention"] = slots.Attention,
            ["total"] = slots.Total,
            ["onRealValues"] = OnRealValues(module),
            ["storedWeights"] = Stored(module),
        };
    }

    private static IEnumerable<(string Part, long Slots)> Parts(MacSlots slots) =>
        [(Part(MacClass.FirstLayer), slots.FirstLayer), (Part(MacClass.Weights), slots.Weights), (Part(MacClass.Attention), slots.Attention)];

    private static string Part(MacClass of) => of switch
    {
        MacClass.FirstLayer => "first layer (real input)",
        MacClass.Weights => "convolutions and linear layers",
        _ => "attention",
    };

    private static long OnRealValues(Module module) => module.Projections.Where(p => p.Kind == ProjectionKind.Analog).Sum(p => MacSlots.Of(p).Slots);

    private static long Stored(Module module) =>
        module.Projections.Where(p => MacSlots.ClassOf(module, p) is MacClass.FirstLayer or MacClass.Weights).Sum(p => (long)p.Rows.Length)
        + module.Populations.SelectMany(p => p.Bias).Sum(b => (long)(b?.Length ?? 0));
}
