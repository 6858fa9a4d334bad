using System.Collections.Immutable;

namespace NeuroChip.HwModels.Fields;

/// <summary>The fields that chips of every family have, so that they are named and explained once.</summary>
internal static class CommonFields
{
    public const string FamilyMeaning = "Family of the chip, which says what fields it has; many-core where it is left out.";

    public const string EnergyMeaning = "Cost tables by name: energy per action, power over time.";

    public static string Name(ChipFields f, ChipModel? c) => f.Text("name", c?.Name, "Name of the chip model on the command line.");

    public static string Title(ChipFields f, ChipModel? c) => f.Text("title", c?.Title, "One line for people.");

    public static Boundary Boundary(ChipFields f, ChipModel? c) => f.Choice("boundary", c?.Boundary, "What the energy of a report is the energy of.");

    public static ArithmeticModel Arithmetic(ChipFields f, ChipModel? c) => f.Section("arithmetic", c?.Arithmetic, ArithmeticModel.Map, "Numbers the chip computes in.");

    public static string DefaultEnergy(ChipFields f, ChipModel? c) => f.Text("default_energy", c?.DefaultEnergy, "Name of the cost table used unless another is asked for.");

    public static ImmutableSortedDictionary<string, Quantity> Reference(ChipFields f, ChipModel? c) =>
        f.Quantities("reference", c?.Reference, "Figures that are known but not computed with.");

    public static ImmutableSortedDictionary<string, string> Sources(ChipFields f, ChipModel? c) =>
        f.NamedTexts("sources", c?.Sources, "Documents that sources of numbers refer to, by alias.");

    public static ImmutableArray<string> NotModelled(ChipFields f, ChipModel? c) => f.Texts("not_modelled", ".+", c?.NotModelled ?? [], "What the model leaves out; reports print it.");
}
