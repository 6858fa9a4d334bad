namespace NeuroChip.Ir.Ncir;

/// <summary>One target of an event: the address in the target population and the index of the weight to add.</summary>
public readonly record struct Synapse(int Target, int Row);

/// <summary>One source of a target: the address in the source population and the index of the weight it adds.</summary>
public readonly record struct Afferent(int Source, int Row);

/// <summary>
/// Where an event goes: <c>map(a)</c> of the one form of the IR. Pure data; stateless and thread-safe. Addresses are those of
/// <see cref="Layout"/> (channel innermost for images). One file per function in <c>AddressFunctions/</c>, one line each in <see cref="AddressFunctionTable"/>.
/// </summary>
public abstract record AddressFunction
{
    /// <summary>Keyword in the text form.</summary>
    public abstract string Keyword { get; }

    /// <summary>Number of addresses of the source population.</summary>
    public abstract int SourceSize { get; }

    /// <summary>Number of addresses of the target population.</summary>
    public abstract int TargetSize { get; }

    /// <summary>Number of weights that rows index.</summary>
    public abstract int RowCount { get; }

    /// <summary>Appends the targets of an event at <paramref name="source"/>, in ascending target address.</summary>
    public abstract void Enumerate(int source, List<Synapse> into);

    /// <summary>Number of targets of an event at <paramref name="source"/>; closed form where there is one.</summary>
    public abstract int Count(int source);

    /// <summary>Appends the sources that reach <paramref name="target"/>, in ascending source address.</summary>
    public abstract void Invert(int target, List<Afferent> into);

    /// <summary>An upper bound of <see cref="Count"/> over all sources that is reached unless borders forbid it.</summary>
    public abstract int Bound { get; }

    /// <summary>Number of synapses in all: the sum of <see cref="Count"/>.</summary>
    public virtual long Total
    {
        get
        {
            long total = 0;
            for (var a = 0; a < SourceSize; a++) total += Count(a);
            return total;
        }
    }

    /// <summary>Integers that describe the function completely; <see cref="AddressFunctionTable.Decode"/> reads them back.</summary>
    public abstract int[] Encode();
}
