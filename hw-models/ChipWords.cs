using NeuroChip.HwModels.Fields;
using NeuroChip.HwModels.Tiles;

namespace NeuroChip.HwModels;

/// <summary>The words that chip files use for choices, for reports and tables.</summary>
public static class ChipWords
{
    /// <summary>A family, e.g. "many-core".</summary>
    public static string Of(ChipFamily family) => FieldNames.Of(family);

    /// <summary>An engine, e.g. "event-driven".</summary>
    public static string Of(TileEngine engine) => FieldNames.Of(engine);

    /// <summary>Kinds of layers, e.g. "analog, sparse"; "none" if there are none.</summary>
    public static string Of(TileWork work) => work == TileWork.None ? FieldNames.Of(work) : string.Join(", ", FieldNames.Set(work));
}
