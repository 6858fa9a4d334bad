using System.Collections.Immutable;

namespace NeuroChip.Ir.Ncir;

/// <summary>One way to do something and what it was expected to cost.</summary>
/// <param name="Form">The way, in the words reports use, e.g. "Q (K^T V)".</param>
/// <param name="Cost">Expected cost in the unit of the <see cref="Decision"/>.</param>
public readonly record struct Alternative(string Form, double Cost);

/// <summary>
/// A choice of the compiler, kept so that reports can name it and the price of the other ways. Changes nothing of what is computed.
/// </summary>
/// <param name="Topic">What kind of choice, e.g. "contraction order".</param>
/// <param name="Subject">The layer it was made for.</param>
/// <param name="Chosen">The form that was taken: one of <paramref name="Alternatives"/>.</param>
/// <param name="Unit">Unit of the costs, e.g. "additions per step".</param>
/// <param name="Alternatives">All forms that were weighed, the chosen one included.</param>
/// <param name="Reason">Why, in a sentence: on what the costs rest.</param>
public sealed record Decision(string Topic, string Subject, string Chosen, string Unit, ImmutableArray<Alternative> Alternatives, string Reason);
