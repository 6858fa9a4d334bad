namespace NeuroChip.Simulator.Tiles;

/// <summary>Names of what can take the time of a layer, as reports print them.</summary>
public static class TileUnits
{
    /// <summary>Taking events from the queue and decoding them.</summary>
    public const string Events = "events";

    /// <summary>Adders.</summary>
    public const string Adders = "adders";

    /// <summary>Multipliers with adder.</summary>
    public const string Macs = "macs";

    /// <summary>Membership tests.</summary>
    public const string Probes = "probes";

    /// <summary>Address units: lookups of active sites.</summary>
    public const string Addresses = "addresses";

    /// <summary>Neuron units.</summary>
    public const string Neurons = "neurons";

    /// <summary>The mesh between tiles.</summary>
    public const string Noc = "noc";

    /// <summary>The buffer all tiles share.</summary>
    public const string Buffer = "buffer";

    /// <summary>The DRAM channel.</summary>
    public const string Dram = "dram";
}
