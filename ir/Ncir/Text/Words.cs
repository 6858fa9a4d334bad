using System.Collections.Immutable;

namespace NeuroChip.Ir.Ncir.Text;

/// <summary>Words of the text form for the values of enumerations, in the order of their members.</summary>
internal static class Words
{
    public static ImmutableArray<string> Arithmetics { get; } = ["float32", "integer"];

    public static ImmutableArray<string> Addresses { get; } = ["c_order", "channel_last"];

    public static ImmutableArray<string> Domains { get; } = ["binary", "count", "signed", "real"];

    public static ImmutableArray<string> Kinds { get; } = ["sparse", "analog", "shift_add"];

    public static ImmutableArray<string> Reductions { get; } = ["sum", "max"];

    public static ImmutableArray<string> Times { get; } = ["each", "last", "mean", "sum"];
}
