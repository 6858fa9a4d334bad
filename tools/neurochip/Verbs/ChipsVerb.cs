using System.CommandLine;
using System.Text.Json.Nodes;
using NeuroChip.Cli.Terminal;
using NeuroChip.HwModels;
using NeuroChip.Runtime.Reports;
using Spectre.Console;

namespace NeuroChip.Cli.Verbs;

/// <summary><c>chips [NAME]</c>: the chip models, or one of them with every number, its source and grade.</summary>
internal static class ChipsVerb
{
    /// <summary>Numbers with their units are shorter than this.</summary>
    private const int LongestValue = 20;

    public static Command Create()
    {
        var name = new Argument<string?>("CHIP") { Description = "A built-in chip or a YAML file; all built-in ones are listed without it", Arity = ArgumentArity.ZeroOrOne };
        var json = new Option<bool>("--json") { Description = "Print JSON" };
        var yaml = new Option<bool>("--yaml") { Description = "Print the chip as YAML that stands alone, a start for one of your own" };
        var command = new Command("chips", "The chip models, or one with every number, its source and grade") { name, json, yaml };
        command.SetAction(parsed =>
        {
            if (parsed.GetValue(name) is not { } asked) List(parsed.GetValue(json));
            else Show(ChipModelReader.Load(asked), parsed.GetValue(json), parsed.GetValue(yaml));
            return ExitCode.Fine;
        });
        return command;
    }

    private static void List(bool json)
    {
        var chips = ChipModels.Names.Select(ChipModelReader.Load).ToArray();
        if (json)
        {
            Console.WriteLine(new JsonArray([.. chips.Select(Summary)]).ToJsonString());
            return;
        }

        var table = new Table().Border(TableBorder.Simple).AddColumns("chip", "family", "what", "size");
        foreach (var chip in chips)
            table.AddRow(Markup.Escape(chip.Name), ChipWords.Of(chip.Family), Markup.Escape(chip.Title), Size(chip));
        Screen.Out.Write(table);
    }

    private static string Size(ChipModel chip) => chip switch
    {
        ManyCoreChip c => $"{ReportText.Plural(c.Machine.ChipCount, "chip")}, {ReportText.Plural(c.Machine.ChipCount * c.Core.Usable.Count, "core")}",
        TileChip t => $"{ReportText.Plural(t.TileCount, "tile")}: {TileChipOverview.Counts(t)}",
        _ => "",
    };

    private static JsonObject Summary(ChipModel chip)
    {
        var summary = new JsonObject { ["name"] = chip.Name, ["family"] = ChipWords.Of(chip.Family), ["title"] = chip.Title, ["boundary"] = chip.Boundary.ToString().ToLowerInvariant() };
        if (chip is ManyCoreChip cores)
        {
            summary["chips"] = cores.Machine.ChipCount;
            summary["cores"] = cores.Machine.ChipCount * cores.Core.Usable.Count;
        }

        if (chip is TileChip tiles) summary["tiles"] = new JsonObject([.. tiles.Tiles.Select(t => KeyValuePair.Create(t.Key, (JsonNode?)t.Value.Count.Count))]);
        return summary;
    }

    private static void Show(ChipModel chip, bool json, bool yaml)
    {
        if (yaml)
        {
            Console.Write(chip.ToYaml());
            return;
        }

        if (json)
        {
            var summary = Summary(chip);
            summary["fields"] = new JsonArray([.. chip.Rows().Select(r => (JsonNode)new JsonObject
            {
                ["field"] = r.Field, ["value"] = r.Value, ["unit"] = r.Unit, ["source"] = r.Source, ["grade"] = r.Grade, ["note"] = r.Note,
            })]);
            Console.WriteLine(summary.ToJsonString());
            return;
        }

        Screen.Out.MarkupLineInterpolated($"[bold]{chip.Name}[/]  {chip.Title}");
        if (chip is TileChip tiles) TileChipOverview.Write(tiles);
        Screen.Out.Write(Fields(chip));
        foreach (var (alias, document) in chip.Sources) Screen.Out.MarkupLineInterpolated($"[bold]{alias}[/]: {document}");
        Console.WriteLine("Not modelled:");
        foreach (var item in chip.NotModelled) Console.WriteLine($"  * {item}");
        Console.WriteLine("Grades: " + string.Join(", ", EvidenceLetters.Grades.Zip(EvidenceLetters.Meanings, (g, m) => $"{g} {m}")));
    }
    /// <summary>All numbers, section by section: paths would take the width that sources need.</summary>
    private static Table Fields(ChipModel chip)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumns("field", "value", "grade", "source");
        var section = "";
        foreach (var row in chip.Rows())
        {
            if (row.Field is "name" or "title" or "not_modelled" || row.Field.StartsWith("sources.", StringComparison.Ordinal)) continue;
            var dot = row.Field.LastIndexOf('.');
            var here = row.Field[..Math.Max(0, dot)];
            if (here != section && here.Length > 0) table.AddRow($"[bold]{Markup.Escape(here)}[/]", "", "", "");
            section = here;
            var source = row.Note.Length > 0 ? $"{row.Source}; {row.Note}" : row.Source;
            // A text without a source may be long; it stands where sources stand.
            var (value, text) = row.Unit.Length == 0 && row.Value.Length > LongestValue ? ("", row.Value) : ($"{row.Value} {row.Unit}".TrimEnd(), source);
            table.AddRow(Markup.Escape((here.Length > 0 ? "  " : "") + row.Field[(dot + 1)..]), Markup.Escape(value), Markup.Escape(row.Grade), Markup.Escape(text));
        }

        return table;
    }
}
