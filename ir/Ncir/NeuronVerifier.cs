using NeuroChip.Ir.Neurons;

namespace NeuroChip.Ir.Ncir;

/// <summary>Checks the neuron of a population: numbers and lengths of its parameters, its program, and what it says it emits.</summary>
internal static class NeuronVerifier
{
    /// <summary>Whether the arrays of the neuron fit each other, so that the rest can be looked at.</summary>
    public static bool HasRightLengths(Population population, Verifier.Findings findings)
    {
        var problem = population.Neuron switch
        {
            AffineNeuron affine => AffineLengths(affine),
            ArithmeticNeuron neuron when neuron.Start.Length != neuron.States => $"{neuron.States} states and {neuron.Start.Length} start values",
            ArithmeticNeuron neuron when neuron.Units.Length != neuron.Ports => $"{neuron.Ports} ports and {neuron.Units.Length} units",
            _ => null,
        };
        if (problem is not null) findings.Error("NC3219", population, $"the neuron of '{population.Name}' has {problem}");
        return problem is null;
    }

    public static void Verify(Module module, Population population, Verifier.Findings findings)
    {
        var isInteger = module.Arithmetic.Kind == ArithmeticKind.Integer;
        foreach (var (name, parameter, isWhole) in Parameters(population.Neuron, isInteger)) VerifyParameter(population, name, parameter, isWhole, findings);
        switch (population.Neuron)
        {
            case SourceNeuron source:
                VerifyUnit(population, "unit", source.Unit, isInteger, findings);
                break;
            case ArithmeticNeuron neuron:
                VerifyUnit(population, "output unit", neuron.OutputUnit, isInteger, findings);
                VerifyProgram(population, population.Size, population.Layout.Channels, $"the neuron of '{population.Name}'", neuron.Program, neuron.States, findings);
                if (!isInteger && !neuron.Units.All(u => u.Is(1))) findings.Error("NC3213", population, $"the units of '{population.Name}' are not all 1; they must be in a float32 module");
                break;
            case AffineNeuron { Spiking: false } when population.Domain != SpikeDomain.Real:
                findings.Error("NC3219", population, $"'{population.Name}' emits its membrane, which is real, and says it emits {population.Domain.ToString().ToLowerInvariant()}");
                break;
        }
    }

    /// <summary>Checks a program over <paramref name="size"/> elements; <paramref name="states"/> is the number of state variables it may read.</summary>
    public static void VerifyProgram(object node, int size, int channels, string owner, ElementwiseProgram program, int states, Verifier.Findings findings)
    {
        foreach (var (i, instruction) in program.Code.Index())
        {
            var (op, a, b, c) = instruction;
            var limit = op switch
            {
                ElementwiseOp.State => states,
                ElementwiseOp.Input => program.Ports,
                ElementwiseOp.Parameter => program.Parameters.Length,
                _ => i,
            };
            var operands = Text.ProgramText.Arity(op) switch { 2 => [a, b], 3 => [a, b, c], _ => new[] { a } };
            foreach (var operand in operands)
            {
                if (!Enum.IsDefined(op) || operand < 0 || operand >= limit)
                    findings.Error("NC3214", node, $"step {i} of the program of {owner}, {op}, uses {operand}; there are {limit} of that at this place");
            }
        }

        foreach (var result in program.NextStates.Prepend(program.Emission))
        {
            if (result < 0 || result >= program.Code.Length)
                findings.Error("NC3214", node, $"the program of {owner} gives the result of step {result}; it has {program.Code.Length} steps");
        }

        foreach (var (i, parameter) in program.Parameters.Index())
        {
            if (!HasLength(parameter, size, channels)) findings.Error("NC3212", node, LengthProblem($"parameter {i} of the program of {owner}", parameter, size, channels));
            if (parameter.Values.Any(v => !IsFloat(v))) findings.Error("NC3213", node, $"parameter {i} of the program of {owner} holds {parameter.Values.First(v => !IsFloat(v))}, which is not a finite float32");
        }
    }

    private static string? AffineLengths(AffineNeuron affine)
    {
        var n = affine.StateNames.Length;
        if (n < 1) return "no states";
        foreach (var (name, length, expected) in new[]
        {
            ("decay", affine.Decay.Length, n * n),
            ("fired_decay", affine.FiredDecay.Length, n * n),
            ("offset", affine.Offset.Length, n),
            ("fired_offset", affine.FiredOffset.Length, n),
            ("watch", affine.Watch.Length, n),
            ("start", affine.Start.Length, n),
        })
        {
            if (length != expected) return $"{n} states and {length} values of {name}; it needs {expected}";
        }

        return affine.Gain.Length < n || affine.Gain.Length % n != 0 ? $"{n} states and {affine.Gain.Length} values of gain; it needs {n} for each port" : null;
    }

    private static IEnumerable<(string Name, Parameter Parameter, bool IsWhole)> Parameters(Neuron neuron, bool isInteger)
    {
        IEnumerable<(string, Parameter)> parameters = neuron switch
        {
            RelayNeuron relay => [("gain", relay.Gain)],
            LifNeuron lif =>
            [
                ("decay", lif.Decay), ("offset", lif.Offset), ("fired_decay", lif.FiredDecay), ("fired_offset", lif.FiredOffset),
                ("gain", lif.Gain), ("threshold", lif.Threshold), ("start", lif.Start),
            ],
            AffineNeuron affine =>
            [
                .. affine.Decay.Select(p => ("decay", p)), .. affine.Offset.Select(p => ("offset", p)),
                .. affine.FiredDecay.Select(p => ("fired_decay", p)), .. affine.FiredOffset.Select(p => ("fired_offset", p)),
                .. affine.Gain.Select(p => ("gain", p)), .. affine.Watch.Select(p => ("watch", p)), ("threshold", affine.Threshold),
                .. affine.Start.Select(p => ("start", p)),
            ],
            ArithmeticNeuron arithmetic => [.. arithmetic.Start.Select(p => ("start", p)), .. arithmetic.Units.Select(p => ("units", p))],
            _ => [],
        };
        return parameters.Select(p => (p.Item1, p.Item2, isInteger && neuron is not ArithmeticNeuron));
    }

    private static void VerifyParameter(Population population, string name, Parameter parameter, bool isWhole, Verifier.Findings findings)
    {
        var owner = $"{name} of '{population.Name}'";
        if (!HasLength(parameter, population.Size, population.Layout.Channels))
        {
            findings.Error("NC3212", population, LengthProblem(owner, parameter, population.Size, population.Layout.Channels));
            return;
        }

        foreach (var value in parameter.Values)
        {
            if (isWhole ? value == Math.Truncate(value) && value is >= int.MinValue and <= int.MaxValue : IsFloat(value)) continue;
            findings.Error("NC3213", population, $"{owner} holds {value}, which is not {(isWhole ? "an integer of 32 bits" : "a finite float32")}");
            return;
        }
    }

    private static void VerifyUnit(Population population, string name, double unit, bool isInteger, Verifier.Findings findings)
    {
        if (!isInteger && unit != 1) findings.Error("NC3213", population, $"the {name} of '{population.Name}' is {unit}; it must be 1 in a float32 module");
        else if (!(unit > 0) || !double.IsFinite(unit)) findings.Error("NC3213", population, $"the {name} of '{population.Name}' is {unit}; it must be positive and finite");
    }

    private static bool HasLength(Parameter parameter, int size, int channels) => parameter.Length == 1 || parameter.Length == channels || parameter.Length == size;

    private static string LengthProblem(string owner, Parameter parameter, int size, int channels) =>
        $"{owner} has {parameter.Length} values; it must have 1, {channels} (channels) or {size} (neurons)";

    private static bool IsFloat(double value) => double.IsFinite(value) && (float)value == value;
}
