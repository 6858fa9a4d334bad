namespace NeuroChip.Ir.Diagnostics;

public static partial class DiagnosticCatalog
{
    private static DiagnosticEntry[] Workload =>
    [
        new("NC5040", "not a workload",
            "The file is not JSON, or not of the form of a workload: networks by name, each a list of layers with a name and a shape.",
            "Write {\"networks\": {\"NAME\": [{\"layer\": \"conv2d_1\", \"shape\": [...]}]}}; docs/howto/traces.md lists the kinds of layers and their numbers."),
        new("NC5041", "extents of a layer",
            "The shape of a layer has too few or too many numbers, a number that cannot be, or numbers that do not fit together.",
            "The message names the numbers the kind of layer has, in their order."),
        new("NC5042", "which network",
            "A workload file holds several networks and none was chosen, or one was asked for that it does not have.",
            "Name one of those listed: --network NAME."),
        new("NC5043", "trace and layer differ in shape",
            "The spikes recorded for a layer or population have another shape than it has. The message shows both.",
            "Record with the same numbers of steps and the same network, and keep the order of the axes. Axes of extent 1 may be left out."),
        new("NC5044", "spikes missing in the trace",
            "The trace has no array for some layers of the workload, or for no population of the image.",
            "Name the arrays after the layers (populations as written by --record all); for a workload, --density D draws spikes for layers that were not recorded."),
        new("NC5045", "recorded values are no spikes",
            "A trace holds values that the layer or population cannot emit.",
            "Record emissions of neurons, not their membranes or the real values before them."),
        new("NC5046", "recorded array not used",
            "The trace holds an array that no layer of the workload takes, or that is named like no population of the image. It is left alone.",
            "Nothing, if it is there for another purpose; else give it the name of what it belongs to."),
        new("NC5047", "spikes needed",
            "The chip's time depends on which spikes there are, and neither a trace nor a density was given.",
            "Give recorded spikes with --spikes TRACE.npz, or have some drawn: --density 0.1 --seed 1."),
        new("NC5048", "workload does not run on this chip",
            "A workload has shapes but no weights and no neurons, so it can be timed on chips described by tiles; or the chip has no tile for one of its layers.",
            "Choose a chip of tiles (neurochip chips), or give the model itself: .onnx or .ncimg."),
        new("NC5049", "options do not go together",
            "An option was given that means nothing for the kind of file to be run.",
            "Leave it out. Workloads take --chip, --network, --spikes, --density and --seed; images and models take --input, --record and what goes with them."),
    ];
}
