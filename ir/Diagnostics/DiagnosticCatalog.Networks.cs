namespace NeuroChip.Ir.Diagnostics;

public static partial class DiagnosticCatalog
{
    private static DiagnosticEntry[] Networks =>
    [
        new("NC5130", "no such network or traffic", "A number of the network, its size or its traffic pattern cannot be.", "The message names what is possible."),
        new("NC5131", "traffic file", "A traffic file has a flow per line: source node, destination node, weight.", "Correct the line; nodes are numbered row by row from 0."),
        new("NC5140", "what event timing cannot time", "Event timing follows single spikes between cores. A chip of tiles moves whole steps of layers between tiles, and has a timing of its own; lookups of active sites are only counted.", "Leave --timing out."),
        new("NC5141", "packets wait for each other in a circle", "Every buffer of a circle of links is full, the first packet of each waits for the next one, and routers wait longer than a million of their cycles before they drop a packet: the network would stand still for good.", "Route the network so that links are not used in circles, or let routers drop packets earlier (router_wait of the chip model)."),
        new("NC5142", "chip without pipelines", "Event timing needs to know which actions of a core go side by side and how much can wait where. The chip model in the image does not say.", "Add the section 'pipeline' to the chip model (docs/chip-model.md) and compile again, or leave --timing event out."),
    ];
}
