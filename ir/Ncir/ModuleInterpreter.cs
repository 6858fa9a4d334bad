using System.Collections.Immutable;
using NeuroChip.Ir.Ncir.Sites;
using NeuroChip.Ir.Neurons;
using NeuroChip.Ir.Tensors;

namespace NeuroChip.Ir.Ncir;

/// <summary>
/// The meaning of a <see cref="Module"/>, executed: slow, obvious and small. Every pass and every engine must give the same bits.
/// The rules are written out in docs/ncir.md.
/// </summary>
public sealed class ModuleInterpreter(Module module)
{
    /// <summary>Runs one sample from reset state. <paramref name="inputs"/> holds a float32 tensor per model input, steps outermost unless static.</summary>
    public ModuleRun Run(IReadOnlyDictionary<string, Tensor> inputs, bool record = false) =>
        module.Arithmetic.Kind == ArithmeticKind.Integer
            ? new Execution<int>(module, inputs, AddInteger).Run(record)
            : new Execution<float>(module, inputs, AddFloat).Run(record);

    /// <summary>What each neuron of a population gets at one port, in float32: rounded after each product and each sum.</summary>
    private static void AddFloat(Arithmetic arithmetic, Tensor? bias, List<Arrival<float>> arrivals, float[] sums)
    {
        // + 0 turns a bias of -0 into 0. A sum that starts from 0 is never -0, so leaving out payloads of 0 cannot be seen.
        for (var a = 0; a < sums.Length; a++) sums[a] = bias is null ? 0f : bias.Span<float>()[a % bias.Length] + 0f;
        var afferents = new List<Afferent>();
        foreach (var (projection, emissions, rows) in arrivals)
        {
            var weights = rows is null ? projection.Rows.Span<float>() : rows;
            for (var a = 0; a < sums.Length; a++)
            {
                afferents.Clear();
                projection.Map.Invert(a, afferents);
                float? greatest = null;
                foreach (var (source, row) in afferents)
                {
                    var contribution = emissions[source] * weights[row];
                    if (projection.Reduction == Reduction.Max) greatest = greatest is { } g && !(contribution > g) ? g : contribution;
                    else if (emissions[source] != 0) sums[a] += contribution;
                }

                if (greatest is { } most) sums[a] += most;
            }
        }
    }

    /// <summary>What each neuron of a population gets at one port: summed exactly, then saturated.</summary>
    private static void AddInteger(Arithmetic arithmetic, Tensor? bias, List<Arrival<int>> arrivals, int[] sums)
    {
        var exact = new long[sums.Length];
        for (var a = 0; a < sums.Length; a++) exact[a] = bias is null ? 0 : bias.Span<int>()[a % bias.Length];
        var afferents = new List<Afferent>();
        foreach (var (projection, emissions, rows) in arrivals)
        {
            var weights = rows is null ? projection.Rows.ToLongs() : Array.ConvertAll(rows, r => (long)r);
            for (var a = 0; a < sums.Length; a++)
            {
                afferents.Clear();
                projection.Map.Invert(a, afferents);
                long? greatest = null;
                foreach (var (source, row) in afferents)
                {
                    var contribution = emissions[source] * weights[row];
                    if (projection.Reduction == Reduction.Max) greatest = Math.Max(greatest ?? contribution, contribution);
                    else exact[a] = checked(exact[a] + contribution);
                }

                exact[a] = checked(exact[a] + (greatest ?? 0));
            }
        }

        for (var a = 0; a < sums.Length; a++) sums[a] = arithmetic.Saturate(exact[a]);
    }

    /// <summary>A projection, what arrives through it in this step, and the payloads that are its rows (null for stored weights).</summary>
    private readonly record struct Arrival<T>(Projection Projection, T[] Emissions, T[]? Rows);

    /// <summary>The accumulated inputs of one port from its bias and what arrives, projection by projection in the module's order.</summary>
    private delegate void Accumulate<T>(Arithmetic arithmetic, Tensor? bias, List<Arrival<T>> arrivals, T[] sums);

    /// <summary>One sample in progress.</summary>
    private sealed class Execution<T>
        where T : unmanaged
    {
        private readonly Module module;
        private readonly Dictionary<PopulationId, float[]> inputs = [];
        private readonly ImmutableArray<PopulationId> order;
        private readonly BoundNeuron<T>[] neurons;
        private readonly NeuronBlock<T>[] blocks;
        private readonly List<T[]>[] emitted;
        private readonly Accumulate<T> accumulate;
        private readonly SiteBinding sites;
        private readonly ImmutableArray<Projection> projections;
        private int step;

        public Execution(Module module, IReadOnlyDictionary<string, Tensor> given, Accumulate<T> accumulate)
        {
            this.module = module;
            this.accumulate = accumulate;
            sites = module.Sites.IsEmpty ? SiteBinding.None : new(module.Sites, given);
            projections = [.. module.Projections.Select(p => p with { Map = sites.Bind(p.Map) })];
            order = StepOrder.Of(module.Populations, module.Projections);
            if (order.Length < module.Populations.Length) throw new ArgumentException("projections without delay form a cycle");
            neurons = [.. module.Populations.Select(p => BoundNeuron.Bind<T>(p, module.Arithmetic))];
            blocks = [.. module.Populations.Select(p => NeuronBlock<T>.Allocate(p.Neuron, p.Size))];
            emitted = [.. module.Populations.Select(_ => new List<T[]>())];
            foreach (var population in module.Populations)
            {
                if (population.Neuron is not SourceNeuron source) continue;
                if (!given.TryGetValue(source.Input, out var tensor)) throw new ArgumentException($"no input '{source.Input}'");
                inputs[population.Id] = InputFeed.Values(population, module.Steps, tensor, sites);
            }
        }

        public ModuleRun Run(bool record)
        {
            var readouts = module.Readouts.Select(r => new ReadoutAccumulator(module.Populations, module.Arithmetic, r, module.Steps)).ToArray();
            var states = module.Populations.Select(p => Enumerable.Range(0, p.Neuron.States).Select(_ => new List<T[]>()).ToArray()).ToArray();
            for (var i = 0; i < neurons.Length; i++) neurons[i].Reset(blocks[i]);
            for (step = 0; step < module.Steps; step++)
            {
                foreach (var id in order) Step(id);
                for (var r = 0; r < readouts.Length; r++)
                    readouts[r].Add([.. module.Readouts[r].Signals.Select(s => s.State < 0 ? blocks[s.Population.Index].Emissions : blocks[s.Population.Index].States[s.State])]);
                if (!record) continue;
                for (var i = 0; i < blocks.Length; i++)
                    for (var s = 0; s < states[i].Length; s++) states[i][s].Add([.. blocks[i].States[s]]);
            }

            return new(
                module.Readouts.Zip(readouts, (r, a) => KeyValuePair.Create(r.Name, sites.Rows(module[r.Signals[0].Population].Sites, a.Finish()))).ToImmutableDictionary(),
                record ? [.. emitted.Select(Stack)] : [],
                record ? [.. module.Populations.Select(p => states[p.Id.Index].Select(s => StackState(p, s)).ToImmutableArray())] : []);
        }

        private void Step(PopulationId id)
        {
            var (population, block) = (module[id], blocks[id.Index]);
            if (inputs.TryGetValue(id, out var input)) InputFeed.Read<T>(population, module.Arithmetic, input, step, block.Emissions);
            for (var port = 0; port < population.Neuron.Ports; port++)
            {
                var arrivals = projections.Where(p => p.Target == id && p.Port == port).Select(p => new Arrival<T>(p, Arriving(p), p.RowsFrom is { } rows ? emitted[rows.Index][step] : null)).ToList();
                accumulate(module.Arithmetic, population.Bias[port], arrivals, block.Inputs[port]);
            }

            neurons[id.Index].StepOneByOne(block, 0, population.Size);
            Array.Clear(block.Emissions, sites.Present(population), population.Size - sites.Present(population));
            emitted[id.Index].Add([.. block.Emissions]);
        }

        /// <summary>The emissions of <see cref="Projection.Delay"/> steps ago, 0 before the first step.</summary>
        private T[] Arriving(Projection projection) =>
            step >= projection.Delay ? emitted[projection.Source.Index][step - projection.Delay] : new T[module[projection.Source].Size];

        private static Tensor Stack(List<T[]> steps) => Tensor.Of([steps.Count, steps[0].Length], steps.SelectMany(s => s).ToArray());

        private static Tensor StackState(Population population, List<T[]> steps)
        {
            var stacked = Stack(steps);
            return stacked.Type == DType.Int32 && population.Neuron is ArithmeticNeuron
                ? Tensor.Of(stacked.Shape, Array.ConvertAll(stacked.Array<int>(), BitConverter.Int32BitsToSingle))
                : stacked;
        }
    }
}
