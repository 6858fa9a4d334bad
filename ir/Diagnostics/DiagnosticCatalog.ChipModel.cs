namespace NeuroChip.Ir.Diagnostics;

public static partial class DiagnosticCatalog
{
    /// <summary>NC6xxx: chip models.</summary>
    private static DiagnosticEntry[] ChipModel =>
    [
        new("NC6001", "unknown chip", "The name given as chip is neither a built-in chip nor the path of a file.", "Take one of the names listed, or give the path of a chip file (ending in .yaml). 'neurochip chips' lists the built-in ones."),
        new("NC6002", "chip file cannot be read", "The chip file does not exist or may not be read.", "Check the path and its permissions."),
        new("NC6003", "not YAML", "The chip file breaks the rules of YAML, or is not one map of fields.", "Look at the line shown; most often the indentation, a missing quote or a colon inside an unquoted text is the reason."),
        new("NC6004", "unknown field", "A chip file has a field that chips do not have. Unknown fields are refused so that a misspelt one is not silently without effect.", "Take one of the fields listed, or remove it. docs/chip-model.md explains them; figures without a field of their own go under 'reference'."),
        new("NC6005", "missing field", "A chip file that does not extend another must state every field.", "Add the field, or begin the file with 'extends: spinnaker1' and state only what differs."),
        new("NC6006", "wrong type", "A field has another shape than it must have: a map, a list, a text, or a number with a unit.", "Write it in the shape the message names."),
        new("NC6007", "negative number", "All numbers of a chip are amounts, times, rates and costs; none can be negative.", "Write the number without the sign."),
        new("NC6008", "number without a unit", "Every number of a chip states its unit, so that a cycle is never read as a nanosecond.", "Add one of the units listed, e.g. '200 MHz'."),
        new("NC6009", "unknown unit", "The unit is not one of what the field measures. Memory is in binary multiples only (KiB, MiB): KB would leave open which is meant.", "Take one of the units listed."),
        new("NC6010", "unknown choice", "A field that takes one of a few words has another one.", "Take one of the choices listed."),
        new("NC6011", "number without source or grade", "Every number of a chip states where it is from and how good that evidence is, because reports pass that on.", "Write { value: ..., source: \"document, file or arithmetic\", grade: C }. Grades: M measured, C vendor code, D datasheet, S pre-silicon, R regression, A abstract, X derived, 2 secondary."),
        new("NC6012", "unknown chip to extend", "'extends' names neither a built-in chip nor a file.", "Take one of the names listed, or a path relative to the file."),
        new("NC6013", "chips extend each other in a circle", "Following 'extends' leads back to a file that was there already.", "Let one of the files stand alone or extend another chip."),
        new("NC6014", "not a possible number", "The number is too large to compute with, or has a fraction where only whole numbers make sense (bits, cycles, counts).", "Round it, or write it in a smaller unit."),
        new("NC6015", "numbers that contradict each other", "Each number of the chip is possible, but not all of them together, e.g. more usable cores than cores.", "Change one of the numbers the message names."),
        new("NC6016", "unknown cost table", "The chip has no table of energies of that name.", "Take one of the names listed; they are under 'energy' in the chip file."),
        new("NC6030", "chip extends one of another family", "A chip file can change numbers of a chip it extends, but not its family: chips of another family have other fields.", "Leave 'family' out, extend a chip of the same family, or write a file that extends none."),
        new("NC6031", "tiles without the units they need", "A kind of tile says that it does some work but lacks the units or the memory for it, e.g. attention without probe lanes.", "Add the fields listed, or take the work out of 'does'."),
        new("NC6032", "more tiles than places on the mesh", "Every tile takes one node of the mesh, and there are fewer nodes than tiles.", "Widen the mesh or lower the count of a kind of tile."),
        new("NC6033", "chip without tiles that compute", "None of the kinds of tiles has both a count above 0 and work that it does.", "Give a kind of tile a count and something to do."),
        new("NC6040", "an address unit that cannot work", "Address units find the targets of single events, so they go with event-driven engines, and they need lanes, time and table memory.", "Give it numbers above 0, or leave it out."),
        new("NC6034", "chip of another family", "The command or function works with chips of one family only, and the chip given is of another.", "Take one of the chips listed."),
        new("NC6050", "no room in a pipeline", "A queue or buffer of a chip's pipelines has no entry, or a core has no rate into the network: nothing could ever move.", "Give it at least 1, or leave the section 'pipeline' out, if only analytic timing is needed."),
    ];
}
