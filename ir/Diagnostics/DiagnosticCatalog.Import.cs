namespace NeuroChip.Ir.Diagnostics;

public static partial class DiagnosticCatalog
{
    /// <summary>NC1xxx: reading a model.</summary>
    private static DiagnosticEntry[] Import =>
    [
        new("NC1001", "model file cannot be read", "The path names no file, a folder, or a file without read permission.", "Check the path."),
        new("NC1002", "not an ONNX model", "The file is not a protobuf message with an ONNX graph in it.", "Give the .onnx file that the framework exported, not a checkpoint or a script."),
        new("NC1003", "model file damaged", "The file starts like an ONNX model, but the protobuf message breaks off or cannot be decoded.", "Copy or export the file again."),
        new("NC1004", "external data missing", "The model keeps weights in a second file, which is not at the place it names, or the place is outside the model's folder.", "Put the data file beside the model, or export with the weights inside."),
        new("NC1005", "external data too short", "The data file ends before the weights that the model says are in it.", "Copy both files again; they may belong to different exports."),
        new("NC1006", "operator set not supported", "The model uses a version of the ONNX operator set outside 9 to 21.", "Export with a supported opset_version, 13 for example."),
        new("NC1007", "operator not supported", "The model holds nodes whose operator this compiler does not know. All of them are listed.", "Write that part with supported operators, or cut it off before the export."),
        new("NC1008", "attribute value not supported", "An operator is used with a setting that this compiler does not know; the message lists the ones it knows.", "Change the setting in the network and export again."),
        new("NC1009", "element type not supported", "A tensor has an element type that this compiler or this operator cannot take, such as strings or complex numbers.", "Convert the tensor to float32 or an integer type before the export."),
        new("NC1010", "weights are NaN or infinite", "A constant of the model holds values that are not finite numbers.", "Train or export the model again."),
        new("NC1011", "control flow depends on data", "The condition of an If, or the number of iterations of a Loop, is only known while the network runs. A chip program has a fixed shape.", "Export for fixed shapes and a fixed number of time steps."),
        new("NC1012", "shapes do not fit", "The inputs of a node do not go together: extents, ranks, element types or indices contradict each other.", "Check the model with onnx.checker; if --input-shape was given, check it against what the network expects."),
        new("NC1013", "input shape is open", "The file leaves one or more extents of an input open, and none was given.", "Give the full shape with --input-shape name=1x3x32x32."),
        new("NC1014", "given input shape does not fit", "An --input-shape names no input of the model, or contradicts an extent that the file fixes.", "Choose only the extents that the file leaves open."),
        new("NC1015", "value not defined", "A node or output uses a value that no input, initializer or earlier node defines.", "The file is damaged or its nodes are out of order; export it again."),
        new("NC1016", "shape depends on data", "An input that decides a shape or a position (the shape of a Reshape, the bounds of a Slice) is only known while the network runs.", "Export for fixed shapes."),
        new("NC1017", "tensor is malformed", "A tensor's data does not have the size that its shape and element type say.", "The file is damaged; export it again."),
        new("NC1018", "loop too long", "A loop without a trip count does not end.", "Give the loop a trip count."),
        new("NC1101", "steps do not repeat", "The file unrolls time, but the steps do not apply the same operators, or a step uses another step's input: there is no one step to compile.", "Let every step of the Python loop run the same code; or export one step with its state as inputs and outputs and compile with --timesteps."),
        new("NC1102", "state pair does not fit", "A --state in=out names an input or output that the model does not have, or two of different shapes.", "Take names from the lists in the message."),
        new("NC1103", "more than one time axis", "--timesteps was given for a model that already is unrolled over steps of its own.", "Leave --timesteps out, or export a single step."),
        new("NC1104", "number of steps not given", "The model is one step with its state as inputs and outputs; how often to run it is not in the file.", "Give --timesteps T."),
        new("NC1105", "output of the last step alone", "An output is computed from the last step's values, and the values of the steps before could not be found.", "Return a stack, mean or sum over steps from the model."),
        new("NC1106", "first step differs", "The steps were rolled up, but computing both shows that one step of the file does something else.", "Start states from zero or from a constant of the activation's shape; or export a single step and compile with --timesteps."),
        new("NC1110", "neuron matches no model", "The element-wise recurrence of a neuron uses an operator that no neuron model has. The message shows the recurrence found.", "Write the neuron with sums, products, comparisons, minima, maxima, roundings, exp, log, sqrt, pow, sigmoid and tanh."),
        new("NC1111", "recurrent input does not start from rest", "A value of the step before starts from something other than what it is when no spike has arrived.", "Start recurrent inputs from zero."),
        new("NC1112", "not a sparse addition", "An operator is neither linear in one operand with constant weights nor element-wise, so no spike event can carry it out.", "Replace it, or cut it off and run it on the host."),
    ];
}
