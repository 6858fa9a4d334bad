using System.Collections.Immutable;
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

    /// <summary>Bias and every projection into one port of one neuron, in float32, rounded after each product and each sum.</summary>
    private static float AddFloat(Execution<float> run, PopulationId target, int port, int address)
    {
        // + 0 turns a bias of -0 into 0. A sum that starts from 0 is never -0, so leaving out payloads of 0 cannot be seen.
        var sum = BiasAt(run.Module[target], port, address, bias => bias.Span<float>()[address % bias.Length]) + 0f;
        foreach (var projection in run.Into(target, port))
        {
            var weights = projection.Rows.Span<float>();
            var emissions = run.EmissionsOf(projection);
            float? greatest = null;
            foreach (var (source, row) in run.AfferentsOf(projection, address))
            {
                var contribution = emissions[source] * weights[row];
                if (projection.Reduction == Reduction.Max) greatest = greatest is { } g && !(contribution > g) ? g : contribution;
                else if (emissions[source] != 0) sum += contribution;
            }

            if (greatest is { } most) sum += most;
        }

        return sum;
    }

    /// <summary>Bias and every projection into one port of one neuron, summed exactly and then saturated.</summary>
    private static int AddInteger(Execution<int> run, PopulationId target, int port, int address)
    {
        long sum = BiasAt(run.Module[target], port, address, bias => bias.Span<int>()[address % bias.Length]);
        foreach (var projection in run.Into(target, port))
        {
            var emissions = run.EmissionsOf(projection);
            long? greatest = null;
            foreach (var (source, row) in run.AfferentsOf(projection, address))
            {
                var contribution = emissions[source] * (long)projection.Rows.At(row);
                if (projection.Reduction == Reduction.Max) greatest = Math.Max(greatest ?? contribution, contribution);
                else sum = checked(sum + contribution);
            }

            sum = checked(sum + (greatest ?? 0));
        }

        return run.Module.Arithmetic.Saturate(sum);
    }

    private static T BiasAt<T>(Population population, int port, int address, Func<Tensor, T> read)
        where T : unmanaged => population.Bias[port] is { } bias ? read(bias) : default;

    /// <summary>One sample in progress.</summary>
    private sealed class Execution<T>
        where T : unmanaged
    {
        private readonly Dictionary<PopulationId, float[]> inputs = [];
        private readonly ImmutableArray<PopulationId> order;
        private readonly BoundNeuron<T>[] neurons;
        private readonly NeuronBlock<T>[] blocks;
        private readonly List<T[]>[] emitted;
        private readonly Func<Execution<T>, PopulationId, int, int, T> accumulate;
        private readonly List<Afferent> afferents = [];
        private int step;

        public Execution(Module module, IReadOnlyDictionary<string, Tensor> given, Func<Execution<T>, PopulationId, int, int, T> accumulate)
        {
            Module = module;
            this.accumulate = accumulate;
            order = StepOrder.Of(module.Populations, module.Projections);
            if (order.Length < module.Populations.Length) throw new ArgumentException("projections without delay form a cycle");
            neurons = [.. module.Populations.Select(p => BoundNeuron.Bind<T>(p, module.Arithmetic))];
            blocks = [.. module.Populations.Select(p => NeuronBlock<T>.Allocate(p.Neuron, p.Size))];
            emitted = [.. module.Populations.Select(_ => new List<T[]>())];
            foreach (var population in module.Populations)
            {
                if (population.Neuron is not SourceNeuron source) continue;
                if (!given.TryGetValue(source.Input, out var tensor)) throw new ArgumentException($"no input '{source.Input}'");
                inputs[population.Id] = InputFeed.Values(population, module.Steps, tensor);
            }
        }

        public Module Module { get; }

        public ModuleRun Run(bool record)
        {
            var readouts = Module.Readouts.Select(r => new ReadoutAccumulator(Module.Populations, Module.Arithmetic, r, Module.Steps)).ToArray();
            var states = Module.Populations.Select(p => Enumerable.Range(0, p.Neuron.States).Select(_ => new List<T[]>()).ToArray()).ToArray();
            for (var i = 0; i < neurons.Length; i++) neurons[i].Reset(blocks[i]);
            for (step = 0; step < Module.Steps; step++)
            {
                foreach (var id in order) Step(id);
                for (var r = 0; r < readouts.Length; r++)
                    readouts[r].Add([.. Module.Readouts[r].Signals.Select(s => s.State < 0 ? blocks[s.Population.Index].Emissions : blocks[s.Population.Index].States[s.State])]);
                if (!record) continue;
                for (var i = 0; i < blocks.Length; i++)
                    for (var s = 0; s < states[i].Length; s++) states[i][s].Add([.. blocks[i].States[s]]);
            }

            return new(
                Module.Readouts.Zip(readouts, (r, a) => KeyValuePair.Create(r.Name, a.Finish())).ToImmutableDictionary(),
                record ? [.. emitted.Select(Stack)] : [],
                record ? [.. Module.Populations.Select(p => states[p.Id.Index].Select(s => StackState(p, s)).ToImmutableArray())] : []);
        }

        /// <summary>Projections into a port in the module's order.</summary>
        public IEnumerable<Projection> Into(PopulationId target, int port) => Module.Projections.Where(p => p.Target == target && p.Port == port);

        /// <summary>What arrives through a projection in this step: the emissions of <see cref="Projection.Delay"/> steps ago, 0 before the first step.</summary>
        public T[] EmissionsOf(Projection projection) =>
            step >= projection.Delay ? emitted[projection.Source.Index][step - projection.Delay] : new T[Module[projection.Source].Size];

        /// <summary>The sources of one neuron, ascending.</summary>
        public List<Afferent> AfferentsOf(Projection projection, int address)
        {
            afferents.Clear();
            projection.Map.Invert(address, afferents);
            return afferents;
        }

        private void Step(PopulationId id)
        {
            var (population, block) = (Module[id], blocks[id.Index]);
            if (inputs.TryGetValue(id, out var input)) InputFeed.Read<T>(population, Module.Arithmetic, input, step, block.Emissions);
            for (var port = 0; port < population.Neuron.Ports; port++)
                for (var a = 0; a < population.Size; a++) block.Inputs[port][a] = accumulate(this, id, port, a);
            neurons[id.Index].StepOneByOne(block, 0, population.Size);
            emitted[id.Index].Add([.. block.Emissions]);
        }

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
