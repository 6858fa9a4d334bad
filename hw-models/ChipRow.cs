namespace NeuroChip.HwModels;

/// <summary>One field of a chip model for a table; what is not a number has no source.</summary>
/// <param name="Field">Path, e.g. "core.clock".</param>
/// <param name="Value">Number or text.</param>
/// <param name="Unit">Unit of a number; empty otherwise.</param>
/// <param name="Source">Where the number comes from; empty otherwise.</param>
/// <param name="Grade">Letter of its grade, with the confidence where it is known, e.g. "C H".</param>
/// <param name="Note">What else there is to know.</param>
/// <param name="About">What the field is.</param>
public sealed record ChipRow(string Field, string Value, string Unit, string Source, string Grade, string Note, string About);
