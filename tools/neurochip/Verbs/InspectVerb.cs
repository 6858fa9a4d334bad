using System.CommandLine;
using System.Text.Json.Nodes;
using NeuroChip.Cli.Terminal;
using NeuroChip.HwModels;
using NeuroChip.Ir.Images;
using NeuroChip.Runtime.Reports;
using Spectre.Console;

namespace NeuroChip.Cli.Verbs;

/// <summary><c>inspect IMAGE</c>: which neurons of which layer sit where, what each core holds, used and limit; for a chip of tiles its schedule.</summary>
internal static class InspectVerb
{
    public static Command Create()
    {
        var image = new Argument<string>("IMAGE") { Description = "A compiled image (.ncimg)" };
        var json = new Option<bool>("--json") { Description = "Print JSON" };
        var command = new Command("inspect", "Which layers sit on which cores or tiles, and what those hold") { image, json };
        command.SetAction(parsed =>
        {
            var loaded = ChipImageReader.Load(parsed.GetRequiredValue(image));
            var chip = ChipModelReader.Parse(loaded.ChipYaml, $"chip model of {loaded.Name}");
            if (chip is TileChip tiles && loaded.Schedule is not null)
            {
                if (parsed.GetValue(json)) Console.WriteLine(Json(loaded, tiles).ToJsonString());
                else Show(loaded, tiles);
                return ExitCode.Fine;
            }

            var cores = chip.As<ManyCoreChip>();
            if (parsed.GetValue(json)) Console.WriteLine(Json(loaded, cores).ToJsonString());
            else Show(loaded, cores);
            return ExitCode.Fine;
        });
        return command;
    }

    private static void Show(ChipImage image, TileChip chip)
    {
        Screen.Out.MarkupLineInterpolated($"[bold]{image.Name}[/] for [bold]{chip.Name}[/] ({chip.Title}), {RunReportBuilder.Describe(image.Arithmetic)}, {ReportText.Plural(image.Steps, "step")}");
        foreach (var line in ScheduleView.Summary(image, chip)) Console.WriteLine(line);
        Screen.Out.Write(ScheduleView.Kinds(image, chip));
        Screen.Out.Write(ScheduleView.Stages(image));
    }

    private static JsonObject Json(ChipImage image, TileChip chip) => new()
    {
        ["name"] = image.Name,
        ["chip"] = chip.Name,
        ["arithmetic"] = RunReportBuilder.Describe(image.Arithmetic),
        ["steps"] = image.Steps,
        ["layers"] = Layers(image, withStage: false),
        ["schedule"] = ScheduleView.Json(image, chip),
    };

    private static JsonArray Layers(ChipImage image, bool withStage) => new([.. image.Populations.Select(p =>
    {
        var layer = new JsonObject { ["name"] = p.Name, ["neuron"] = p.Neuron.Title, ["shape"] = new JsonArray([.. p.Layout.FrameworkShape.Select(e => (JsonNode)e)]) };
        if (withStage) layer["stage"] = p.Stage;
        return (JsonNode)layer;
    })]);

    private static void Show(ChipImage image, ManyCoreChip chip)
    {
        Screen.Out.MarkupLineInterpolated($"[bold]{image.Name}[/] for [bold]{chip.Name}[/] ({chip.Title}), {RunReportBuilder.Describe(image.Arithmetic)}");
        Console.WriteLine($"{ReportText.Plural(image.Steps, "step")} of {ReportText.Plural(image.TicksPerStep, "tick")}, "
            + $"{ReportText.Plural(image.Cores.Length, "core")} on {ReportText.Plural(image.Cores.Select(c => (c.X, c.Y)).Distinct().Count(), "chip")}");
        Screen.Out.Write(Layers(image));
        Screen.Out.Write(Cores(image, chip));
        if (image.Routers.Length > 0) Screen.Out.Write(Routers(image, chip));
    }

    private static Table Layers(ChipImage image)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumns("layer", "neuron", "shape", "neurons", "stage", "cores");
        foreach (var p in image.Populations)
        {
            table.AddRow(
                Markup.Escape(p.Name), Markup.Escape(p.Neuron.Title), Markup.Escape($"[{string.Join(',', p.Layout.FrameworkShape)}]"),
                ReportText.Count(p.Size), $"{p.Stage}", $"{image.Cores.Count(c => c.Slice.Population == p.Id)}");
        }

        return table;
    }

    private static Table Cores(ChipImage image, ManyCoreChip chip)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumns("core", "layer", "neurons", "of limit", "keys", "DTCM", "of limit", "SDRAM");
        foreach (var c in image.Cores)
        {
            var dtcm = Sum(c, "DTCM");
            table.AddRow(
                $"({c.X},{c.Y})/{c.Core}",
                Markup.Escape(image.Populations[c.Slice.Population.Index].Name),
                $"{c.Slice.First}..{c.Slice.First + c.Slice.Count - 1}",
                $"{c.Slice.Count}/{chip.Core.Neurons.Count}",
                $"{c.Slice.Key:x8}/{c.Slice.Mask:x8}",
                ReportText.Bytes(dtcm),
                ReportText.Percent((double)dtcm / chip.Core.DtcmUsable.Bytes),
                ReportText.Bytes(Sum(c, "SDRAM")));
        }

        return table;
    }

    private static Table Routers(ChipImage image, ManyCoreChip chip)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumns("router", "entries", "limit");
        foreach (var r in image.Routers) table.AddRow($"({r.X},{r.Y})", $"{r.Entries.Length}", $"{chip.Noc.RouterEntries.Count}");
        return table;
    }

    private static long Sum(ImageCore core, string memory) => core.Memory.Where(m => m.Memory == memory).Sum(m => m.Bytes);

    private static JsonObject Json(ChipImage image, ManyCoreChip chip) => new()
    {
        ["name"] = image.Name,
        ["chip"] = chip.Name,
        ["arithmetic"] = RunReportBuilder.Describe(image.Arithmetic),
        ["steps"] = image.Steps,
        ["ticksPerStep"] = image.TicksPerStep,
        ["layers"] = Layers(image, withStage: true),
        ["cores"] = new JsonArray([.. image.Cores.Select(c => (JsonNode)new JsonObject
        {
            ["x"] = c.X,
            ["y"] = c.Y,
            ["core"] = c.Core,
            ["layer"] = image.Populations[c.Slice.Population.Index].Name,
            ["first"] = c.Slice.First,
            ["count"] = c.Slice.Count,
            ["neuronLimit"] = chip.Core.Neurons.Count,
            ["memory"] = new JsonArray([.. c.Memory.Select(m => (JsonNode)new JsonObject { ["memory"] = m.Memory, ["purpose"] = m.Purpose, ["bytes"] = m.Bytes })]),
            ["dtcmLimit"] = chip.Core.DtcmUsable.Bytes,
        })]),
        ["routers"] = new JsonArray([.. image.Routers.Select(r => (JsonNode)new JsonObject { ["x"] = r.X, ["y"] = r.Y, ["entries"] = r.Entries.Length, ["limit"] = chip.Noc.RouterEntries.Count })]),
    };
}
