using System.Globalization;

namespace NeuroChip.Validation;

/// <summary>One figure that somebody else gave, and what we give for the same.</summary>
/// <param name="What">What is compared, with its unit.</param>
/// <param name="Source">Where the figure is from.</param>
/// <param name="Grade">Its evidence grade (docs/chip-model.md), S for the result of another simulation, M for mathematics.</param>
/// <param name="Ours">Our figure.</param>
/// <param name="Theirs">Theirs.</param>
/// <param name="Allowed">How far they may be apart relative to theirs; beyond it the run fails.</param>
internal sealed record ValidationRow(string What, string Source, string Grade, double Ours, double Theirs, double Allowed)
{
    /// <summary>Relative difference; 0 where both are equal.</summary>
    public double Difference => Ours == Theirs ? 0 : (Ours - Theirs) / Math.Abs(Theirs);

    /// <summary>Whether they agree as far as they must.</summary>
    public bool Agrees => Math.Abs(Difference) <= Allowed;

    /// <summary>The row as Markdown.</summary>
    public override string ToString() => $"| {What} | {Source} | {Grade} | {Number(Ours)} | {Number(Theirs)} | {Percent} |";

    private string Percent => Difference == 0 ? "0" : Math.Abs(Difference) < 1e-6 ? $"< {Math.Pow(10, Math.Ceiling(Math.Log10(Math.Abs(Difference)))):0e-0}" : Difference.ToString("+0.### %;-0.### %", CultureInfo.InvariantCulture) is var p && p.Trim('+', '-') != "0 %" ? p : Difference.ToString("+0.0e-0;-0.0e-0", CultureInfo.InvariantCulture);

    private static string Number(double value) => value == Math.Floor(value) && Math.Abs(value) < 1e15 ? value.ToString("0", CultureInfo.InvariantCulture) : value.ToString("G10", CultureInfo.InvariantCulture);
}
