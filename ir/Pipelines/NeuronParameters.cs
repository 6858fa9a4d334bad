namespace NeuroChip.Ir.Pipelines;

/// <summary>Parameters of the neurons of a group, one column per parameter: one value for all, or one each. Set while a network is built, then only read.</summary>
/// <param name="count">Number of neurons.</param>
public sealed class NeuronParameters(int count)
{
    private readonly double[]?[] columns = new double[Enum.GetValues<NeuronParameter>().Length][];

    /// <summary>The column of a parameter: empty if no neuron sets it, one value for all, or one per neuron (NaN where it is not set).</summary>
    public ReadOnlySpan<double> this[NeuronParameter parameter] => columns[(int)parameter];

    /// <summary>The value of one neuron, or <paramref name="otherwise"/> where it is not set.</summary>
    public double Of(NeuronParameter parameter, int neuron, double otherwise)
    {
        var column = columns[(int)parameter];
        if (column is null) return otherwise;
        var value = column[column.Length == 1 ? 0 : neuron];
        return double.IsNaN(value) ? otherwise : value;
    }

    /// <summary>Sets a parameter of all neurons.</summary>
    public void Set(NeuronParameter parameter, double value) => columns[(int)parameter] = [value];

    /// <summary>Sets a parameter of the neurons from <paramref name="first"/> on.</summary>
    public void Set(NeuronParameter parameter, int first, int length, double value)
    {
        ref var column = ref columns[(int)parameter];
        if (column is { Length: 1 } && column[0].Equals(value)) return;
        if (column is null || column.Length != count)
        {
            var shared = column is null ? double.NaN : column[0];
            column = new double[count];
            Array.Fill(column, shared);
        }

        column.AsSpan(first, length).Fill(value);
    }
}
