using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using NeuroChip.Cli.Terminal;
using NeuroChip.Ir.Diagnostics;
using NeuroChip.Runtime.Reports;
using NeuroChip.Simulator.Noc.Networks;
using Spectre.Console;

namespace NeuroChip.Cli.Verbs;

/// <summary><c>noc</c>: a network of routers on its own, latency against the rate at which packets are made.</summary>
internal static class NocVerb
{
    public static Command Create()
    {
        var options = new NocOptions();
        var rate = new Option<double?>("--rate") { Description = "Flits per node and cycle; without it the whole curve up to saturation" };
        var step = new Option<double>("--step") { Description = "Distance of the rates of the curve", DefaultValueFactory = _ => 0.05 };
        var seed = new Option<int>("--seed") { Description = "Seed of the packets", DefaultValueFactory = _ => 1 };
        var json = new Option<bool>("--json") { Description = "Print JSON" };
        var command = new Command("noc", "Measures a network of routers on its own: latency against rate") { rate, step, seed, json };
        options.AddTo(command);
        command.SetAction(parsed =>
        {
            Require("--rate", parsed.GetValue(rate) ?? 1);
            Require("--step", parsed.GetValue(step));
            var (network, traffic, name) = options.Read(parsed);
            if (parsed.GetValue(rate) is { } single)
            {
                var point = NetworkRun.At(network, traffic, single, parsed.GetValue(seed));
                if (parsed.GetValue(json)) Console.WriteLine(Describe(network, name, Json(point)).ToJsonString());
                else Write(network, name, [point], null);
                return ExitCode.Fine;
            }

            NetworkCurve curve;
            using (var line = new ProgressLine())
            {
                curve = NetworkCurve.Measure(network, traffic, parsed.GetValue(step), parsed.GetValue(seed), r => line.Report($"measuring: rate {r.ToString(CultureInfo.InvariantCulture)}"));
            }

            if (parsed.GetValue(json)) Console.WriteLine(Describe(network, name, new() { ["saturation_rate"] = curve.SaturationRate, ["points"] = new JsonArray([.. curve.Points.Select(Json)]) }).ToJsonString());
            else Write(network, name, curve.Points, curve.SaturationRate);
            return ExitCode.Fine;
        });
        return command;
    }

    private static void Require(string option, double rate)
    {
        if (rate is > 0 and <= 1) return;
        throw new DiagnosticException(Diagnostic.Error("NC5130", $"{option} {rate.ToString(CultureInfo.InvariantCulture)}: a node can send more than 0 and at most 1 flit in a cycle", null, "for example --rate 0.2"));
    }

    private static JsonObject Json(NetworkPoint p) => new()
    {
        ["rate"] = p.Rate,
        ["latency_cycles"] = p.Stable ? p.LatencyCycles : null,
        ["network_latency_cycles"] = p.Stable ? p.NetworkLatencyCycles : null,
        ["accepted_rate"] = p.AcceptedRate,
        ["hops"] = p.Links,
        ["busiest_link"] = p.BusiestLink,
        ["stable"] = p.Stable,
    };

    private static JsonObject Describe(NetworkModel network, string traffic, JsonObject result)
    {
        var json = new JsonObject
        {
            ["topology"] = network.Shape.Topology.ToString().ToLowerInvariant(),
            ["width"] = network.Shape.Width,
            ["height"] = network.Shape.Height,
            ["vcs"] = network.VirtualChannels,
            ["buffer"] = network.Buffer,
            ["router_delay"] = network.RouterDelay,
            ["link_delay"] = network.LinkDelay,
            ["packet_flits"] = network.PacketFlits,
            ["traffic"] = traffic,
        };
        foreach (var (key, value) in result.ToArray())
        {
            result.Remove(key);
            json[key] = value;
        }

        return json;
    }

    private static void Write(NetworkModel network, string traffic, IReadOnlyList<NetworkPoint> points, double? saturation)
    {
        var s = network.Shape;
        Screen.Out.MarkupLineInterpolated($"[bold]{s.Topology.ToString().ToLowerInvariant()} {s.Width} x {s.Height}[/], {traffic} traffic, packets of {ReportText.Plural(network.PacketFlits, "flit")}");
        Console.WriteLine($"routers: {ReportText.Plural(network.VirtualChannels, "virtual channel")} of {ReportText.Plural(network.Buffer, "flit")}, {ReportText.Plural(network.RouterDelay, "cycle")}; links: {ReportText.Plural(network.LinkDelay, "cycle")}");
        var table = new Table().Border(TableBorder.Simple).AddColumns("rate", "latency", "in the network", "accepted", "links of a packet", "busiest link", "");
        foreach (var column in table.Columns.SkipLast(1)) column.RightAligned();
        foreach (var p in points)
        {
            table.AddRow(Number(p.Rate, "0.###"), p.Stable ? Number(p.LatencyCycles, "0.0") : "", p.Stable ? Number(p.NetworkLatencyCycles, "0.0") : "", Number(p.AcceptedRate, "0.0000"),
                Number(p.Links, "0.00"), Number(p.BusiestLink, "0 %"), p.Stable ? "" : "saturated");
        }

        Screen.Out.Write(table);
        Console.WriteLine("Rates in flits per node and cycle, latencies in cycles from making a packet to the arrival of its last flit; the busiest link in flits per cycle.");
        if (saturation is { } greatest) Console.WriteLine($"Saturation at {Number(greatest, "0.###")}: the greatest rate that the network takes, to {Number(NetworkCurve.Resolution, "0.###")}.");
    }

    private static string Number(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
}
