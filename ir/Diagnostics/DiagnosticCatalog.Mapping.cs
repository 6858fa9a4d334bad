namespace NeuroChip.Ir.Diagnostics;

public static partial class DiagnosticCatalog
{
    /// <summary>NC2xxx: legality and mapping.</summary>
    private static DiagnosticEntry[] Mapping =>
    [
        new("NC2001", "precision the chip does not have", "The precision asked for is not among those the chip model lists.", "Take one of the precisions listed; 'neurochip chips NAME' shows them."),
        new("NC2002", "unknown pass", "The name given is not that of a pass.", "Take one of the names listed; they run in that order."),
        new("NC2003", "not spike-driven", "With --strict spike-driven, every projection must be an addressed sparse addition: no multiplications of real payloads, no maxima of values that are not binary spikes.", "Encode the input as spikes, pool spikes or averages, or compile without the option; the report counts such operations apart."),
        new("NC2004", "pass that is not for this chip", "Some passes are needed by one family of chips only, and are left out for others: balancing delays means nothing for a chip without ticks.", "Stop after a pass that runs for the chip: the last one is named."),
        new("NC2040", "no attention core", "Layers add rows that are not weights but spikes of other layers (attention, masks), and the chip has no tile made for that; the software of ordinary cores does it only when asked, because its cost is of another kind.", "Compile with --attention ordinary, or take a chip with attention tiles."),
        new("NC2041", "no multipliers", "Layers multiply real values by weights, such as the first layer of a network that gets an image, and no kind of tile has multipliers for it.", "Give a kind of tile 'analog' work and mac_lanes, or encode the input as spikes."),
        new("NC2042", "no tile for this work", "No kind of tile does all that a layer asks for at once: its inputs meet in the same accumulators, so they cannot be divided between kinds.", "Let one kind of tile do all of the work that the message names."),
        new("NC2043", "layer fits no tile and cannot be streamed", "A layer is divided over all tiles of a kind along its output channels, and its weights are streamed from DRAM where they do not stay; but a tile must hold at least the weights of one channel and one accumulator.", "Enlarge the memory named, add DRAM, or compile with fewer bits per weight."),
        new("NC2044", "memory outside the chip is full", "Weights that are streamed and membranes that fit neither tiles nor global buffer are kept in DRAM, and it does not hold them together.", "Enlarge the memory of tiles, the global buffer or the DRAM, or compile with fewer bits per weight."),
        new("NC2045", "precision the chip of tiles does not have", "The module computes in numbers that the tiles do not compute in, or accumulates in more bits than they have.", "Compile with a precision that the chip model lists."),
        new("NC2101", "a neuron does not fit a core", "Layers are split over as many cores as needed, but a single neuron of this layer takes more memory than one core, or its share of a chip, has.", "The message lists what takes the memory. Fewer bits per weight, shorter delays or fewer inputs make it smaller."),
        new("NC2102", "more cores than the machine has", "Every layer was split into the fewest slices that fit a core each, and together they are more than there are cores.", "Take one of the larger chips listed, a smaller precision where the message says that it helps, or a smaller network."),
        new("NC2103", "memory of the chips does not hold the slices", "Every slice fits a core, but the memory that the cores of a chip share does not hold as many slices as would have to share it.", "Take fewer bits per weight or a machine with more chips."),
        new("NC2104", "delay longer than the chip's", "The chip keeps pending inputs in a ring with a fixed number of slots; a connection whose target computes more ticks later than that cannot be held. Long skip connections over many layers do this.", "Run the pass relay-delays, which cuts the connection with relay populations; the compiler does so on its own, a hand-written module needs it too."),
        new("NC2105", "delay below one tick", "On a tick-synchronous chip a spike arrives one tick after it was sent at the earliest, so a target must compute at least one tick after its sources.", "Run the pass balance-delays; the compiler does so on its own, a hand-written module needs it too."),
        new("NC2106", "routing table too long", "More multicast trees pass the router than its table can tell apart, even after entries were merged.", "Try another seed, or a machine with more chips, so that fewer trees pass each router."),
        new("NC2107", "out of multicast keys", "Every slice takes a block of keys of a power of two, and together they need more bits than a packet's key has.", "Split the network over several machines."),
        new("NC2108", "chip cannot be reached", "Two slices that must talk sit on chips between which no chain of links leads.", "Check the machine of the chip model: board rows, board origins and wrap."),
        new("NC2109", "mapping needs more memory than this machine has", "Before mapping, the compiler estimates what it will need from the sizes of the network; it is more than is free.", "Run the compiler on a machine with more memory."),
        new("NC2110", "unknown placer or router", "The name given is not that of a placer or router.", "Take one of the names listed."),
        new("NC2111", "neuron model without core software", "The cores of the chip compute neurons in software, and there is none for this model.", "Express the neuron as an arithmetic neuron, or take another chip."),
        new("NC2112", "precision the chip does not have", "The module computes in numbers that the chip model does not list, or accumulates in more bits than the chip keeps.", "Compile with one of the precisions listed; 'neurochip chips NAME' shows them."),
        new("NC2190", "the mapping is wrong", "The checker, which shares no code with the mapper, found that the finished mapping does not do what the module says. This is a bug in NeuroChip (exit code 2), not in your model.", "Please report it with the model; another --seed or --placer may get around it."),
    ];
}
