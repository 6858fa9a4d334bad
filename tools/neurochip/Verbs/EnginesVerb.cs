using System.CommandLine;
using System.Text.Json.Nodes;
using NeuroChip.Cli.Engines;
using NeuroChip.Cli.Terminal;
using Spectre.Console;

namespace NeuroChip.Cli.Verbs;

/// <summary><c>engines</c>: what can compute spikes here, and what is missing for the rest.</summary>
internal static class EnginesVerb
{
    public static Command Create()
    {
        var json = new Option<bool>("--json") { Description = "Print JSON" };
        var command = new Command("engines", "What can compute spikes on this machine, and why the rest cannot") { json };
        command.SetAction(parsed =>
        {
            var lines = EngineTable.List();
            if (parsed.GetValue(json))
            {
                Console.WriteLine(new JsonArray([.. lines.Select(l => (JsonNode)new JsonObject { ["engine"] = l.Engine, ["device"] = l.Device, ["state"] = l.State })]).ToJsonString());
                return ExitCode.Fine;
            }

            var table = new Table().Border(TableBorder.Simple).AddColumns("engine", "runs on", "state");
            foreach (var line in lines) table.AddRow(Markup.Escape(line.Engine), Markup.Escape(line.Device), Markup.Escape(line.State));
            Screen.Out.Write(table);
            return ExitCode.Fine;
        });
        return command;
    }
}
