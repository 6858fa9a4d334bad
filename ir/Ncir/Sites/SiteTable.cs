using System.Collections.Immutable;
using System.Numerics;
using NeuroChip.Ir.Ncir.AddressFunctions;

namespace NeuroChip.Ir.Ncir.Sites;

/// <summary>Index of a <see cref="SiteTable"/> in <see cref="Module.Sites"/>.</summary>
public readonly record struct SiteTableId(int Index)
{
    /// <inheritdoc/>
    public override string ToString() => $"sites {Index}";
}

/// <summary>How a table is looked up.</summary>
public enum SiteLookup
{
    /// <summary>One entry per voxel of the grid: one read per probe.</summary>
    Direct,

    /// <summary>Open addressing over twice as many slots as there can be sites; a probe reads slots until it finds the key or an empty one.</summary>
    Hash,
}

/// <summary>A window along each of the three axes of a voxel grid: output o, tap k and input i belong together where they do on every axis. Tap number: <c>(kz*KY + ky)*KX + kx</c>.</summary>
public readonly record struct SiteWindow(Window Z, Window Y, Window X)
{
    /// <summary>Taps in all.</summary>
    public int Taps => Z.Kernel * Y.Kernel * X.Kernel;

    /// <summary>The most outputs that see one input.</summary>
    public int OutputsBound => (int)Math.Min(int.MaxValue, (long)Z.OutputsBound * Y.OutputsBound * X.OutputsBound);

    /// <summary>Extents of the grid the window slides over.</summary>
    public ImmutableArray<int> Inputs => [Z.Input, Y.Input, X.Input];

    /// <summary>Extents of the grid it makes.</summary>
    public ImmutableArray<int> Outputs => [Z.Output, Y.Output, X.Output];

    /// <summary>The window of one tap on a grid: every site sees itself.</summary>
    public static SiteWindow Self(ImmutableArray<int> extent) => new(new(extent[0], extent[0], 1), new(extent[1], extent[1], 1), new(extent[2], extent[2], 1));

    /// <summary>The three windows as 18 numbers: in, out, kernel, stride, pad and dilation of each axis.</summary>
    public int[] Encode() => [.. Z.Encode(), .. Y.Encode(), .. X.Encode()];

    /// <summary>Reads back <see cref="Encode"/>.</summary>
    public static SiteWindow Decode(ReadOnlySpan<int> words) => new(Window.Decode(words), Window.Decode(words[6..]), Window.Decode(words[12..]));
}

/// <summary>Sites that exist because a window over the sites of another table reaches them.</summary>
/// <param name="From">The table whose sites reach.</param>
/// <param name="Window">Input and output grid, kernel, stride, padding and dilation.</param>
public sealed record SiteReach(SiteTableId From, SiteWindow Window);

/// <summary>
/// The active sites of one resolution: which voxels of a grid are there. Known for each sample only, so the table is planned for a capacity;
/// it is built once per sample, and every address function of that resolution looks it up.
/// A site's number is its place among the active ones in ascending <c>(z*E1 + y)*E2 + x</c>.
/// </summary>
/// <param name="Id">Position in <see cref="Module.Sites"/>.</param>
/// <param name="Name">Name for people, unique in the module.</param>
/// <param name="Extent">Voxels along the three axes, in the model's order.</param>
/// <param name="Capacity">Sites there is room for, at least 1. A sample with more is refused (NC5083), never cut.</param>
/// <param name="Input">Name of the model input that brings the coordinates; empty where <paramref name="Reach"/> makes the sites.</param>
/// <param name="Reach">How the sites come about, null for coordinates that are fed in.</param>
public sealed record SiteTable(SiteTableId Id, string Name, ImmutableArray<int> Extent, int Capacity, string Input, SiteReach? Reach = null)
{
    /// <summary>Voxels of the grid.</summary>
    public long Volume => (long)Extent[0] * Extent[1] * Extent[2];

    /// <summary>Bits of a site's number, one value more for "none".</summary>
    public int NumberBits => BitsFor(Capacity + 1L);

    /// <summary>Slots of the hash table: a power of two, at least twice <see cref="Capacity"/>, so that probes stay short.</summary>
    public int HashSlots => (int)BitOperations.RoundUpToPowerOf2(2 * (uint)Capacity);

    /// <summary>The smaller of both forms.</summary>
    public SiteLookup Lookup => DirectBits <= HashBits ? SiteLookup.Direct : SiteLookup.Hash;

    /// <summary>Bits the lookup takes on a chip: a number per voxel, or key and number per slot.</summary>
    public long LookupBits => Math.Min(DirectBits, HashBits);

    /// <summary>Bits of one slot of the lookup: what a read brings.</summary>
    public int SlotBits => Lookup == SiteLookup.Direct ? NumberBits : KeyBits + NumberBits;

    /// <summary>Bits of the coordinates by site number, which an address unit needs to get from an event to its neighbours.</summary>
    public long CoordinateBits => (long)Capacity * KeyBits;

    /// <summary>Bits of a linear index into the grid.</summary>
    public int KeyBits => BitsFor(Volume);

    /// <inheritdoc/>
    public bool Equals(SiteTable? other) => other is not null && (Id, Name, Capacity, Input, Reach) == (other.Id, other.Name, other.Capacity, other.Input, other.Reach) && Extent.AsSpan().SequenceEqual(other.Extent.AsSpan());

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Id, Name, Capacity);

    private long DirectBits => Volume > long.MaxValue / 64 ? long.MaxValue : Volume * NumberBits;

    private long HashBits => (long)HashSlots * (KeyBits + NumberBits);

    private static int BitsFor(long values) => Math.Max(1, 64 - BitOperations.LeadingZeroCount((ulong)values - 1));
}
