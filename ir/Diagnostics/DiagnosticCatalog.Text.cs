namespace NeuroChip.Ir.Diagnostics;

public static partial class DiagnosticCatalog
{
    /// <summary>NC3xxx: ncir text.</summary>
    private static DiagnosticEntry[] Text =>
    [
        new("NC3001", "ncir text: something else was expected", "The text at the caret does not continue the statement; the message lists what can stand there.", "Correct the line; docs/ncir.md has the grammar."),
        new("NC3002", "ncir text: unknown word", "A statement, attribute, neuron, address function, operation or choice that ncir does not have.", "Use one of the words the message lists."),
        new("NC3003", "ncir text: missing attribute", "A statement or a neuron lacks a value it cannot be without.", "Add the attribute the message names."),
        new("NC3004", "ncir text: given twice", "An attribute, a tensor, a result or the module statement appears a second time.", "Remove one of the two."),
        new("NC3005", "ncir text: reference to nothing", "A tensor (#n) or a result (v0, v1, ...) is used that is not defined, or not before this place.", "Define it, or correct the reference."),
        new("NC3006", "ncir text: wrong kind of value", "A number, string, list or call stands where another kind of value is needed, or a number is out of range.", "Write the kind of value the message asks for."),
        new("NC3007", "ncir text: tensor data", "The data of a tensor is not base64, or there is more or less of it than the shape says.", "Print the module again; do not edit base64 by hand."),
        new("NC3008", "ncir text: not ncir, or another version", "The first line of ncir text is 'ncir' and the version.", "Give a file written by this version, or compile the model again with --emit ncir=FILE."),
        new("NC3201", "ncir: ids out of order", "The id of a population is its position: %0, %1, ...", "Number the populations in their order."),
        new("NC3202", "ncir: name not unique", "Names of populations, of projections and of readouts are unique and not empty: reports and recordings use them.", "Rename one of them."),
        new("NC3203", "ncir: no such population", "A projection starts from or leads to an id that no population has.", "Correct the id."),
        new("NC3204", "ncir: map and population differ in size", "An address function maps all addresses of its source to addresses of its target.", "Correct the sizes in the map or the shape of the population."),
        new("NC3205", "ncir: address function not well formed", "Extents are at least 1, groups divide channels, no two sources of a permutation share a target, targets of a CSR row ascend.", "Correct the fields the message names."),
        new("NC3206", "ncir: weights", "The weights of a projection have the number the map indexes, the type of the module's arithmetic, and its bits.", "Correct the rows, or the arithmetic of the module."),
        new("NC3207", "ncir: no such port", "A projection adds to an accumulator the target's neuron does not have.", "Correct the port."),
        new("NC3208", "ncir: bias", "There is one bias or none per port; its length divides the number of neurons; it is float32, or int32 in integer modules.", "Correct the bias."),
        new("NC3209", "ncir: negative delay", "An event cannot arrive in an earlier step.", "Use a delay of 0 or more steps."),
        new("NC3210", "ncir: cycle without delay", "Projections of delay 0 order the populations within a step, so they form no cycle.", "Give one projection of the cycle a delay of at least 1."),
        new("NC3211", "ncir: kind of a projection", "A projection from real payloads multiplies and is analog, unless its rows are payloads that are spikes, counts or signs; every other only adds and is sparse.", "Correct the kind, or what the source says it emits."),
        new("NC3212", "ncir: length of a parameter", "A parameter has one value, one per channel, or one per neuron.", "Correct the number of values."),
        new("NC3213", "ncir: value of a parameter", "Parameters are finite float32, in integer modules integers; units are positive.", "Correct the value. NaN or infinite weights usually come from the trained model."),
        new("NC3214", "ncir: program not well formed", "A step of a program uses results of earlier steps, existing ports, states and parameters only.", "Correct the step the message names."),
        new("NC3215", "ncir: stages", "Once populations have stages, every event takes at least one tick: stage of the target - stage of the source + ticks per step * delay >= 1.", "Run the delay-balancing pass, or correct the stages."),
        new("NC3216", "ncir: readout", "The signals of a readout exist and have one layout; scales and program fit them; the shape is that of the values.", "Correct the readout."),
        new("NC3217", "ncir: numbers of the module", "Steps and ticks per step are at least 1; weights have 2 to 16 bits and accumulators 16 to 32 in integer modules.", "Correct the module statement."),
        new("NC3218", "ncir: shape of a population", "Extents are at least 1; channel-last addresses need a batch axis of 1 and a channel axis.", "Correct the shape."),
        new("NC3240", "ncir: rows that are payloads", "A projection has stored weights or takes the payloads of a population as rows, not both; the population has as many neurons as the map has rows, and contributions are added.", "Correct the rows or the map."),
        new("NC3241", "ncir: payloads added digit by digit", "A projection of kind shift_add multiplies an integer payload of a real-valued population by stored weights, as additions of shifted weights; there is nothing to shift in float32, for spikes and counts, for payloads as rows, or in a maximum.", "Write kind=analog, or kind=sparse where only spikes arrive."),
        new("NC3250", "ncir: tables of sites", "A table of active sites has a grid of three extents, room for at least one site, and either an input that brings its coordinates or an earlier table and a window between their grids.", "Correct the fields the message names."),
        new("NC3251", "ncir: what is at sites", "A population at sites has shape [capacity of its table, channels]; functions over sites name the tables of their source and target, and no other function leads from one table to another.", "Correct the table, the shape or the map."),
        new("NC3219", "ncir: neuron not well formed", "The numbers of states, ports and coefficients of a neuron fit each other and what it emits.", "Correct the neuron."),
    ];
}
