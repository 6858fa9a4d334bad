using System.CommandLine;
using System.Globalization;
using NeuroChip.HwModels;
using NeuroChip.Ir.Diagnostics;
using NeuroChip.Simulator.Noc.Networks;

namespace NeuroChip.Cli.Verbs;

/// <summary>Which network <c>noc</c> measures, and under which traffic: that of a chip, or one of the options; options that are given win over the chip.</summary>
internal sealed class NocOptions
{
    private readonly Argument<string?> chip = new("CHIP") { Description = "A built-in chip or a YAML file whose network is measured", Arity = ArgumentArity.ZeroOrOne };
    private readonly Option<string?> topology = new Option<string?>("--topology") { Description = "mesh, torus or hex" }.AcceptOnlyFromAmong("mesh", "torus", "hex");
    private readonly Option<string?> size = new("--size") { Description = "Columns and rows: 8x8" };
    private readonly Option<int?> vcs = new("--vcs") { Description = "Virtual channels of a port (4)" };
    private readonly Option<int?> buffer = new("--buffer") { Description = "Flits a virtual channel holds (8)" };
    private readonly Option<int?> routerDelay = new("--router-delay") { Description = "Cycles through a router without waiting (3)" };
    private readonly Option<int?> linkDelay = new("--link-delay") { Description = "Cycles on a link (1)" };
    private readonly Option<int?> packetFlits = new("--packet-flits") { Description = "Flits of a packet (1)" };
    private readonly Option<string> traffic = new("--traffic")
    {
        Description = $"{string.Join(", ", TrafficPattern.Names)}, or a CSV file of source node, destination node, weight",
        DefaultValueFactory = _ => "uniform",
    };

    public void AddTo(Command command)
    {
        command.Add(chip);
        foreach (var option in (Option[])[topology, size, vcs, buffer, routerDelay, linkDelay, packetFlits, traffic]) command.Add(option);
    }

    /// <summary>The network, the traffic and the traffic's name.</summary>
    public (NetworkModel Network, TrafficPattern Traffic, string Name) Read(ParseResult parsed)
    {
        var start = parsed.GetValue(chip) is { } name ? Of(ChipModelReader.Load(name)) : new NetworkModel(new(NetworkTopology.Mesh, 8, 8));
        var (width, height) = parsed.GetValue(size) is { } text ? Size(text) : (start.Shape.Width, start.Shape.Height);
        var kind = parsed.GetValue(topology) is { } t ? Enum.Parse<NetworkTopology>(t, ignoreCase: true) : start.Shape.Topology;
        var network = new NetworkModel(
            new(kind, width, height),
            InRange("--vcs", parsed.GetValue(vcs) ?? start.VirtualChannels, 16),
            InRange("--buffer", parsed.GetValue(buffer) ?? start.Buffer, 1 << 16),
            InRange("--router-delay", parsed.GetValue(routerDelay) ?? start.RouterDelay, 1000),
            InRange("--link-delay", parsed.GetValue(linkDelay) ?? start.LinkDelay, 1000, least: 0),
            InRange("--packet-flits", parsed.GetValue(packetFlits) ?? start.PacketFlits, 1 << 16));
        if (kind == NetworkTopology.Torus && network.VirtualChannels % 2 != 0)
            throw Wrong($"--vcs {network.VirtualChannels}: a torus needs an even number, half of them for packets that have wrapped around", "without the other half they would wait for each other in a circle");
        var pattern = parsed.GetRequiredValue(traffic);
        try
        {
            return (network, TrafficPattern.Names.Contains(pattern) ? TrafficPattern.Of(pattern, network.Shape) : TrafficPattern.Of(network.Shape, Flows(pattern, network.Shape.Nodes)), pattern);
        }
        catch (ArgumentException cause)
        {
            throw Wrong($"--traffic {pattern}: {cause.Message}", $"patterns are {string.Join(", ", TrafficPattern.Names)}");
        }
    }

    /// <summary>
    /// The network of a chip as far as its model says it: size, cycles of a hop, and how many cycles a packet takes a link. Of the chips of a machine the rectangle is taken, without links around.
    /// </summary>
    private static NetworkModel Of(ChipModel chip) => chip switch
    {
        TileChip t => new NetworkModel(new(NetworkTopology.Mesh, t.Mesh.Width.Count, t.Mesh.Height.Count))
        {
            RouterDelay = Math.Max(1, (int)t.Mesh.Hop.Cycles.Count - 1),
            PacketFlits = (int)Math.Max(1, (t.Mesh.PacketHeader.Bits.Count + t.Mesh.Link.Bits.Count - 1) / t.Mesh.Link.Bits.Count),
        },
        ManyCoreChip c => new NetworkModel(new(c.Machine.Topology == Topology.Hexagonal ? NetworkTopology.Hex : NetworkTopology.Mesh, c.Machine.Width.Count, c.Machine.Height.Count))
        {
            RouterDelay = Math.Max(1, (int)c.Noc.HopLatency.Cycles.Count - 1),
            PacketFlits = Math.Max(1, (int)Math.Round(c.Noc.LinkTime.Seconds * c.Noc.RouterClock.Hertz)),
        },
        _ => throw Wrong($"'{chip.Name}' has no network that is described", "take a chip of tiles or of many cores, or --topology and --size"),
    };

    private static (int Width, int Height) Size(string text)
    {
        var parts = text.Split('x', 'X');
        if (parts.Length == 2 && int.TryParse(parts[0], out var width) && int.TryParse(parts[1], out var height) && width >= 1 && height >= 1 && (long)width * height is >= 2 and <= 1 << 16) return (width, height);
        throw Wrong($"--size {text}: columns and rows with an x between, 2 to {1 << 16} nodes in all", "for example --size 8x8");
    }

    private static int InRange(string option, int value, int most, int least = 1) =>
        value >= least && value <= most ? value : throw Wrong($"{option} {value}: {least} to {most} are possible");

    private static IEnumerable<(int Source, int Destination, double Weight)> Flows(string file, int nodes)
    {
        if (!File.Exists(file)) throw Wrong($"--traffic {file}: neither a pattern nor a file", $"patterns are {string.Join(", ", TrafficPattern.Names)}");
        var flows = new List<(int, int, double)>();
        foreach (var (index, line) in File.ReadLines(file).Index())
        {
            var text = line.Split('#')[0].Trim();
            if (text.Length == 0 || (index == 0 && text.StartsWith("source", StringComparison.Ordinal))) continue;
            var parts = text.Split(',', StringSplitOptions.TrimEntries);
            if (parts.Length is 2 or 3 && Node(parts[0]) is { } from && Node(parts[1]) is { } to && Weight(parts) is { } weight) flows.Add((from, to, weight));
            else throw new DiagnosticException(Diagnostic.Error("NC5131", $"'{text}' is not a flow", new Place(file, null, index + 1, 1), $"a line is source node, destination node (0 to {nodes - 1}), and a weight of 0 or more (1 if it is left out)"));
        }

        return flows.Any(f => f.Item3 > 0) ? flows : throw new DiagnosticException(Diagnostic.Error("NC5131", "the file holds no flow", new Place(file), "a line is source node, destination node, weight"));

        int? Node(string part) => int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var n) && n < nodes ? n : null;

        static double? Weight(string[] parts) =>
            parts.Length == 2 ? 1 : double.TryParse(parts[2], NumberStyles.Float, CultureInfo.InvariantCulture, out var w) && w >= 0 && double.IsFinite(w) ? w : null;
    }

    private static DiagnosticException Wrong(string what, params ReadOnlySpan<string> notes) => new(Diagnostic.Error("NC5130", what, null, notes));
}
