namespace NeuroChip.Ir.Diagnostics;

public static partial class DiagnosticCatalog
{
    private static DiagnosticEntry[] SanaFe =>
    [
        new("NC1200", "not YAML that can be read",
            "The file cannot be opened, or is not YAML of the kind that describes architectures and networks: nested maps and lists in either style, plain and quoted texts, comments. Anchors, tags, block texts and texts over several lines are not read.",
            "The message shows the line. Write values out where the file refers to others by anchors."),
        new("NC1202", "section or field missing",
            "A section or field that SANA-FE's files must have is not there, or is not a list or map as it has to be.",
            "Add it; docs/howto/sana-fe.md lists what is read."),
        new("NC1203", "value that cannot be",
            "A value is of the wrong kind or out of range, or a name is none of those that are known.",
            "The message names what is known or how to write it."),
        new("NC1204", "not run here",
            "The file asks for something of SANA-FE that is not built in: a plugin, a model of a dendrite with taps, noise from a file, random thresholds, or a pipeline that would lose what arrives.",
            "The message names what is built in; docs/howto/sana-fe.md says what differs and why."),
        new("NC1205", "passed over",
            "An attribute that no built-in model reads, or that only asks for more output. SANA-FE passes over the first kind too; the run goes on without it.",
            "Check the spelling: the note names the nearest attribute and all that are read."),
        new("NC1206", "attribute of the wrong type",
            "An attribute is not the number, truth value, choice or list that it has to be.",
            "The message says what it has to be."),
        new("NC1207", "weights or extents do not fit",
            "An edge has no weight, a hyperedge has fewer weights than connections, or the extents of a convolution do not fit its groups.",
            "A dense hyperedge needs a weight per pair of neurons (sources outside), a sparse one as many as it has pairs, a convolution one per kernel row, column, input channel and output channel, in that order from outside in."),
        new("NC1208", "no such group, neuron, tile or core",
            "An edge or a mapping names something that the files do not have. Neurons, tiles and cores are numbered from 0.",
            "The message says what there is."),
        new("NC1209", "neurons without a core",
            "The mapping leaves neurons out; every neuron must be on a core.",
            "Add them to 'mappings': - GROUP.FIRST..LAST: {core: TILE.CORE}, or - GROUP: {core: TILE.CORE} for all of a group."),
        new("NC1210", "too many neurons on a core",
            "More neurons are mapped to a core than its max_neurons_supported.",
            "Spread them over more cores, or raise max_neurons_supported in the architecture."),
        new("NC1211", "no such unit on the core",
            "A neuron asks for a synapse, dendrite or soma unit by a name that its core does not have.",
            "Use a name of the note, or leave it out: then the first unit of the core is used."),
    ];
}
