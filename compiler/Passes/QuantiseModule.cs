using System.Collections.Immutable;
using NeuroChip.Ir.Diagnostics;
using NeuroChip.Ir.Ncir;
using NeuroChip.Ir.Ncir.AddressFunctions;
using NeuroChip.Ir.Ncir.Sites;
using NeuroChip.Ir.Neurons;
using NeuroChip.Ir.Tensors;

namespace NeuroChip.Compiler.Passes;

/// <summary>
/// Turns a float32 module into an integer module that emits nearly the same spikes. Weights become intN with one scale per output channel, shared by all
/// projections that add into the same accumulator; thresholds, offsets and biases absorb the scales; decays become fixed point. Deterministic.
/// </summary>
public static class Quantiser
{
    /// <summary>Quantises a module and, where there is calibration data, compares it with the original.</summary>
    /// <exception cref="DiagnosticException">NC2901, NC2902: numbers that have no integer form.</exception>
    public static (Module Quantised, QuantisationReport Report) Quantise(Module module, QuantiseOptions options)
    {
        if (module.Arithmetic.Kind != ArithmeticKind.Float32) throw new ArgumentException("the module is quantised already", nameof(module));
        if (options.WeightBits is < 2 or > 16) throw new ArgumentOutOfRangeException(nameof(options), options.WeightBits, "weights have 2 to 16 bits");
        if (options.AccumulatorBits is < 16 or > 32) throw new ArgumentOutOfRangeException(nameof(options), options.AccumulatorBits, "accumulators have 16 to 32 bits");
        RequireFinite(module);
        var samples = QuantiseSamples.Of(module, options);
        return new Pass(QuantisePorts.Split(module), options, samples).Run();
    }

    private static void RequireFinite(Module module)
    {
        var bag = new DiagnosticBag();
        foreach (var p in module.Projections)
        {
            var weights = p.Rows.Array<float>();
            var bad = Array.FindIndex(weights, w => !float.IsFinite(w));
            if (bad >= 0) bag.Add(Diagnostic.Error("NC2902", $"weight {bad} of '{p.Name}' is {weights[bad]}; integers hold finite numbers only ({weights.Count(w => !float.IsFinite(w))} of {weights.Length} are not)", new Place(p.Name), "train the model again, or look for an overflow in its export"));
        }

        bag.ThrowIfErrors();
    }

    private sealed class Pass(Module module, QuantiseOptions options, QuantiseSamples samples)
    {
        private readonly Arithmetic arithmetic = new(ArithmeticKind.Integer, options.WeightBits, options.AccumulatorBits);
        private readonly QuantiseScales chooser = new(options.WeightBits, samples.Power);
        private readonly Projection[] expanded = [.. module.Projections];
        private readonly Dictionary<(int Population, int Port), (int[] Projections, int Period)> ports = [];
        private readonly Dictionary<(int Population, int Port), double[]?> reach = [];

        public (Module, QuantisationReport) Run()
        {
            Ports();
            var units = PayloadUnits(out var payloads);
            var scales = ports.ToDictionary(p => p.Key, p => ProductScale(p.Key, units) is { } given ? [given] : chooser.Choose([.. p.Value.Projections.Select(i => new Incoming(expanded[i], UnitOf(i, units)))], p.Value.Period, NeedsFineBias(p.Key), Floor(p.Key, payloads, units)));
            var weights = new (Tensor Rows, ProjectionQuantisation Report)[expanded.Length];
            foreach (var (port, (projections, period)) in ports)
                foreach (var i in projections) weights[i] = expanded[i].RowsFrom is not null ? Product(expanded[i], scales[port][0]) : Weights(expanded[i], UnitOf(i, units), scales[port], period);

            var populations = ImmutableArray.CreateBuilder<Population>();
            var neurons = new QuantisedNeuron[module.Populations.Length];
            var bounds = new (double Most, bool Saturates)[module.Populations.Length];
            foreach (var population in module.Populations)
            {
                var p = population.Id.Index;
                var (bias, rest, bound) = (new Tensor?[population.Bias.Length], new double[]?[population.Bias.Length], new double[population.Neuron.Ports][]);
                var portScales = Enumerable.Range(0, population.Neuron.Ports).Select(port => scales[(p, port)]).ToArray();
                for (var port = 0; port < population.Neuron.Ports; port++)
                {
                    (bias[port], rest[port]) = Bias(population, port, portScales[port]);
                    foreach (var i in ports[(p, port)].Projections)
                        rest[port] = Sum(rest[port], MeanError(expanded[i], weights[i].Rows, UnitOf(i, units), portScales[port], ports[(p, port)].Period));
                    bound[port] = Bound((p, port), weights, payloads, units, bias[port]);
                    var limit = Math.Pow(2, options.AccumulatorBits - 1) - 1;
                    bounds[p] = (Math.Max(bounds[p].Most, bound[port].Max()), bounds[p].Saturates || bound[port].Max() > limit);
                    bound[port] = Array.ConvertAll(bound[port], b => Math.Min(b, limit));
                }

                neurons[p] = QuantiseNeurons.Quantise(new NeuronContext(population, portScales, bound, rest, units[p], module.Steps));
                populations.Add(population with { Neuron = neurons[p].Neuron, Bias = [.. bias] });
            }

            var quantised = module with
            {
                Arithmetic = arithmetic,
                Populations = populations.ToImmutable(),
                Projections = [.. expanded.Select((projection, i) => projection with { Rows = weights[i].Rows })],
                Readouts = [.. module.Readouts.Select(r => r with { Scales = [.. r.Signals.Select((s, i) => Scale(r.Scales[i], s, neurons[s.Population.Index]))] })],
            };
            return (quantised, samples.Report(quantised, options, [.. weights.Select(w => w.Report)], neurons, bounds));
        }

        private void Ports()
        {
            foreach (var population in module.Populations)
            {
                for (var port = 0; port < population.Neuron.Ports; port++)
                {
                    var projections = Enumerable.Range(0, expanded.Length).Where(i => expanded[i].Target == population.Id && expanded[i].Port == port).ToArray();
                    var period = QuantiseRows.Period(population, [.. projections.Select(i => expanded[i])]);
                    foreach (var i in projections) expanded[i] = QuantiseRows.Expand(expanded[i], period);
                    ports[(population.Id.Index, port)] = (projections, period);
                    reach[(population.Id.Index, port)] = QuantiseReach.Of(module, samples, population, port, [.. projections.Select(i => expanded[i])]);
                }
            }
        }

        /// <summary>
        /// Per channel, the least scale with which the accumulator does not saturate: on calibration data with some room beyond what was seen, else even if every source
        /// is active at once.
        /// </summary>
        private double[] Floor((int Population, int Port) port, double[] payloads, double?[] units)
        {
            var (projections, period) = ports[port];
            var limit = Math.Pow(2, options.AccumulatorBits - 1) - 1;
            var floor = new double[period];
            if (reach[port] is { } seen)
            {
                for (var a = 0; a < seen.Length; a++) floor[a % period] = Math.Max(floor[a % period], seen[a] * SeenHeadroom / limit);
                return floor;
            }

            foreach (var i in projections)
            {
                if (expanded[i].RowsFrom is not null) continue;
                var weights = expanded[i].Rows.Array<float>();
                var load = QuantiseRows.Load(expanded[i].Map, row => Math.Abs(weights[row]), period, expanded[i].Reduction);
                for (var c = 0; c < period; c++) floor[c] += load[c] * payloads[expanded[i].Source.Index] * UnitOf(i, units) * FloorMargin / limit;
            }

            return floor;
        }

        /// <summary>Room for codes that were rounded up, and for the bias.</summary>
        private const double FloorMargin = 1.05;

        /// <summary>Accumulators may exceed the greatest sum seen in calibration by this factor before they saturate.</summary>
        private const double SeenHeadroom = 1.5;

        private static double UnitOf(double? unit) => unit ?? 1;

        /// <summary>The value of payload 1 of a projection's source; of a product, of payload 1 of both.</summary>
        private double UnitOf(int projection, double?[] units) =>
            UnitOf(units[expanded[projection].Source.Index]) * (expanded[projection].RowsFrom is { } rows ? UnitOf(units[rows.Index]) : 1);

        /// <summary>
        /// The scale of a port that products of payloads add to, null for others: products come in a unit of their own and have no weight that could bring them to another.
        /// Several of them in one port must have the same unit.
        /// </summary>
        /// <exception cref="DiagnosticException">NC2903: they have not.</exception>
        private double? ProductScale((int Population, int Port) port, double?[] units)
        {
            var products = ports[port].Projections.Where(i => expanded[i].RowsFrom is not null).Select(i => (double)(float)UnitOf(i, units)).Distinct().ToArray();
            if (products.Length > 1)
                throw new DiagnosticException(Diagnostic.Error(
                    "NC2903",
                    $"port {port.Port} of '{module.Populations[port.Population].Name}' adds products of payloads in {products.Length} different units; integers of one accumulator have one",
                    new Place(module.Populations[port.Population].Name),
                    "compile with --precision float32, or give calibration samples that show the payloads to be spikes"));
            return products.Length == 1 ? products[0] : null;
        }

        private static (Tensor, ProjectionQuantisation) Product(Projection projection, double scale) =>
            (Projection.NoRows, new(projection.Name, DType.Int32, scale, scale, 0, 0));

        /// <summary>A bias has to be whole in the accumulator where no state can take up what is left of it.</summary>
        private bool NeedsFineBias((int Population, int Port) port) =>
            module.Populations[port.Population] is var p && p.Bias[port.Port] is not null && p.Neuron is RelayNeuron or ArithmeticNeuron;

        /// <summary>
        /// The value of payload 1 of each real-valued population (null for the others), and the expected greatest payload of every population in these units.
        /// A payload that meets spikes in an accumulator takes a unit in which its weights, too, are whole numbers of that accumulator: a few where they are all alike, else
        /// as many as the payload has levels. Others use the bits that the accumulators of their targets leave.
        /// </summary>
        private double?[] PayloadUnits(out double[] payloads)
        {
            var units = new double?[module.Populations.Length];
            var greatest = GreatestPayloads();
            foreach (var population in module.Populations)
            {
                if (population.Domain != SpikeDomain.Real) continue;
                var p = population.Id.Index;
                var most = greatest[p];
                var (bits, unit) = (options.PayloadBits, double.PositiveInfinity);
                var outgoing = Enumerable.Range(0, expanded.Length).Where(i => expanded[i].Source.Index == p && expanded[i].RowsFrom is null).ToArray();
                var products = Enumerable.Range(0, expanded.Length).Where(i => expanded[i].RowsFrom is { } rows && (rows.Index == p || expanded[i].Source.Index == p)).ToArray();
                if (outgoing.Length == 0 && products.Length == 0 && population.Neuron is RelayNeuron or AffineNeuron) continue;
                foreach (var i in products) bits = Math.Min(bits, ProductBits(expanded[i], p, greatest));
                foreach (var i in outgoing)
                {
                    var (projections, period) = ports[(expanded[i].Target.Index, expanded[i].Port)];
                    var weights = expanded[i].Rows.Array<float>();
                    var heaviest = weights.Length == 0 ? 0 : weights.Max(Math.Abs);
                    if (heaviest == 0) continue;
                    var load = reach[(expanded[i].Target.Index, expanded[i].Port)] is { } seen
                        ? seen.Max() * SeenHeadroom / (heaviest * most)
                        : PayloadHeadroom * QuantiseRows.Load(expanded[i].Map, row => Math.Abs(weights[row]) / heaviest, period, expanded[i].Reduction).Max();

                    // What a sum of products leaves: weights take theirs first, but no more than half of it (Floor makes their scale coarser then).
                    var room = options.AccumulatorBits - 1 - (int)Math.Ceiling(Math.Log2(Math.Max(1, load)));
                    bits = Math.Min(bits, Math.Max(room - (options.WeightBits - 1), room / 2));

                    var spiking = projections.Where(j => module[expanded[j].Source].Domain != SpikeDomain.Real).Select(j => new Incoming(expanded[j], 1)).ToArray();
                    if (spiking.Length == 0) continue;
                    var scale = chooser.Choose(spiking, period, finer: false).Max();
                    unit = Math.Min(unit, QuantiseScales.Constant(expanded[i].Rows) is null
                        ? Math.Min(scale * chooser.Most / heaviest, Math.Sqrt(most * scale / heaviest))
                        : ConstantWeight * scale / heaviest);
                }

                var finest = most / (Math.Pow(2, Math.Max(bits, LeastPayloadBits) - 1) - 1);
                var wanted = double.IsInfinity(unit) ? finest : Math.Max(unit, finest);
                if (WholeStep(population) is { } step && step >= finest) wanted = double.IsInfinity(unit) ? step : step / Math.Max(1, Math.Ceiling(step / wanted * (1 - 1e-6)));
                if (population.Neuron is SourceNeuron && double.IsInfinity(unit) && samples.Levels(population.Id, MostLevels) is { } levels && most / levels >= finest / 2) wanted = most / levels;
                units[p] = (float)wanted;
            }

            payloads = [.. greatest.Select((g, p) => units[p] is { } u ? Math.Ceiling(PayloadHeadroom * g / u) : g)];
            return units;
        }

        /// <summary>Bits of a real payload that is multiplied by another: what the sum of products leaves, shared with the other if that is real too.</summary>
        private int ProductBits(Projection product, int population, double[] greatest)
        {
            var other = product.Source.Index == population ? product.RowsFrom!.Value : product.Source;
            var isReal = module[other].Domain == SpikeDomain.Real;
            var load = QuantiseRows.FanIn(product.Map) * (isReal ? 1 : Math.Max(1, greatest[other.Index]));
            var room = options.AccumulatorBits - 1 - (int)Math.Ceiling(Math.Log2(Math.Max(1, PayloadHeadroom * load)));
            return isReal ? room / 2 : room;
        }

        /// <summary>
        /// Of a relay of spikes whose weights are whole multiples of one number (sums, pooling): that number, which all its emissions are multiples of. With it, or a whole
        /// part of it, as the unit nothing is rounded. Null otherwise.
        /// </summary>
        private double? WholeStep(Population population)
        {
            if (population.Neuron is not RelayNeuron relay || population.Bias[0] is not null || !relay.Gain.IsScalar) return null;
            var (projections, period) = ports[(population.Id.Index, 0)];
            if (projections.Length == 0 || projections.Any(i => module[expanded[i].Source].Domain == SpikeDomain.Real || expanded[i].RowsFrom is not null)) return null;
            var incoming = projections.Select(i => new Incoming(expanded[i], 1)).ToArray();
            var scales = chooser.Choose(incoming, period, finer: false);
            var step = scales[0] * Math.Abs(relay.Gain.Values[0]);
            return step > 0 && scales.All(s => s == scales[0]) && chooser.IsExact(incoming, scales[0]) ? step : null;
        }

        /// <summary>A constant weight of a payload that shares an accumulator with spikes becomes about this whole number: it then bends the finer scale of other weights by a quarter at most.</summary>
        private const double ConstantWeight = 4;

        private const int LeastPayloadBits = 4;

        /// <summary>Most equal levels that values of an input are looked for on: those of 8-bit pixels.</summary>
        private const int MostLevels = 255;

        /// <summary>Payloads may exceed the greatest one expected by this factor before the bounds are wrong.</summary>
        private const double PayloadHeadroom = 2;

        /// <summary>The greatest magnitude of each population's emission in units of the model: by its domain, else as seen in calibration, else by bounds.</summary>
        private double[] GreatestPayloads()
        {
            var greatest = new double[module.Populations.Length];
            Array.Fill(greatest, options.RealBound);
            foreach (var id in StepOrder.Of(module.Populations, module.Projections))
            {
                var population = module[id];
                var isSpike = population.Domain is SpikeDomain.Binary or SpikeDomain.Signed;
                greatest[id.Index] = isSpike ? 1
                    : samples.Greatest(id) is { } seen and > 0 ? seen
                    : population.Neuron is RelayNeuron relay ? ReachOf(population, relay, greatest)
                    : options.RealBound;
                if (population.Domain == SpikeDomain.Count) greatest[id.Index] = Math.Ceiling(greatest[id.Index]);
            }

            return greatest;
        }

        private double ReachOf(Population population, RelayNeuron relay, double[] greatest)
        {
            var (projections, period) = ports[(population.Id.Index, 0)];
            var sum = population.Bias[0] is { } bias ? bias.ToFloats().Max(b => (double)Math.Abs(b)) : 0;
            foreach (var i in projections)
            {
                if (expanded[i].RowsFrom is { } rows)
                {
                    sum += QuantiseRows.FanIn(expanded[i].Map) * greatest[expanded[i].Source.Index] * greatest[rows.Index];
                    continue;
                }

                var weights = expanded[i].Rows.Array<float>();
                sum += QuantiseRows.Load(expanded[i].Map, row => Math.Abs(weights[row]), period, expanded[i].Reduction).Max() * greatest[expanded[i].Source.Index];
            }

            var reach = sum * relay.Gain.Values.Max(Math.Abs);
            return reach > 0 ? reach : options.RealBound;
        }

        /// <summary>Up to these bits of a weight rounding errors are worth being made to cancel.</summary>
        private const int MostBitsToCancel = 10;

        private (Tensor, ProjectionQuantisation) Weights(Projection projection, double unit, double[] scales, int period)
        {
            var channel = QuantiseRows.Channel(projection.Map, period);
            var weights = projection.Rows.Array<float>();
            var most = chooser.Most;
            var (error, power, clipped) = (0.0, 0.0, 0);
            var hasState = module[projection.Target].Neuron is LifNeuron or AffineNeuron;
            var wanted = options.WeightBits > MostBitsToCancel ? weights
                : QuantiseRounding.Weights(module, samples, projection, row => scales[channel(row)] / unit, most, centred: hasState) ?? weights;
            int Code(int row)
            {
                var scale = scales[channel(row)];
                var code = Math.Clamp(Math.Round(wanted[row] * unit / scale, MidpointRounding.ToEven), -most, most);
                if (Math.Abs(weights[row] * unit / scale) > most + 0.5) clipped++;
                var off = (code * scale / unit) - weights[row];
                error += off * off;
                power += (double)weights[row] * weights[row];
                return (int)code;
            }

            Tensor rows;
            if (options.WeightBits <= 8)
            {
                var codes = new sbyte[weights.Length];
                for (var row = 0; row < codes.Length; row++) codes[row] = (sbyte)Code(row);
                rows = Tensor.Of(projection.Rows.Shape, codes);
            }
            else
            {
                var codes = new short[weights.Length];
                for (var row = 0; row < codes.Length; row++) codes[row] = (short)Code(row);
                rows = Tensor.Of(projection.Rows.Shape, codes);
            }

            return (rows, new(projection.Name, rows.Type, scales.Min() / unit, scales.Max() / unit, power == 0 ? 0 : Math.Sqrt(error / power), clipped));
        }

        /// <summary>The bias in whole units of the accumulator and what that leaves over, in units of the model.</summary>
        private (Tensor? Whole, double[]? LeftOver) Bias(Population population, int port, double[] scales)
        {
            if (population.Bias[port] is not { } bias) return (null, null);
            var values = bias.ToFloats();
            var length = QuantiseRows.LeastMultiple(values.Length, scales.Length);
            var (whole, rest) = (new int[length], new double[length]);
            for (var a = 0; a < length; a++)
            {
                var (value, scale) = (values[a % values.Length], scales[a % scales.Length]);
                whole[a] = arithmetic.Quantise(value, scale);
                rest[a] = value - (whole[a] * scale);
            }

            return (whole.All(w => w == 0) ? null : Tensor.Vector(whole), rest);
        }

        /// <summary>
        /// What rounding the weights takes away from a target on average, by the mean payloads of calibration: neurons get it back as an offset, so that the errors left have
        /// mean 0. For convolutions that of the interior. Null without samples and where a weight has many sources.
        /// </summary>
        private double[]? MeanError(Projection projection, Tensor codes, double unit, double[] scales, int period)
        {
            if (projection.RowsFrom is not null || projection.Reduction == Reduction.Max || MeanByRow(projection) is not { } mean) return null;
            var targets = projection.Map switch { ConvMap m => m.OutChannels, SiteConvMap m => m.OutChannels, _ => projection.Map.TargetSize };
            var (target, channel) = (QuantiseRows.Channel(projection.Map, targets), QuantiseRows.Channel(projection.Map, period));
            var weights = projection.Rows.Array<float>();
            var error = new double[targets];
            for (var row = 0; row < weights.Length; row++)
                error[target(row)] += (weights[row] - (codes.At(row) * scales[channel(row)] / unit)) * mean(row);
            return error;
        }

        /// <summary>The mean payload that a target adds a weight for; null without samples and where a weight has many sources.</summary>
        private Func<int, double>? MeanByRow(Projection projection)
        {
            if (projection.Map is SiteConvMap sites) return samples.Mean(projection, sites) is { } atTaps ? row => atTaps[row / sites.GroupOutputs] : null;
            if (samples.Mean(projection.Source) is not { } perAddress || QuantiseRows.Source(projection.Map) is not { } source) return null;
            if (projection.Map is TransposedConvMap) return null; // no two phases of its stride see the same taps
            var mean = new double[source.Count];
            for (var a = 0; a < perAddress.Length; a++) mean[a % mean.Length] += perAddress[a] * mean.Length / perAddress.Length;
            return row => mean[source.Of(row)];
        }

        private static double[]? Sum(double[]? a, double[]? b)
        {
            if (a is null || b is null) return a ?? b;
            var sum = new double[QuantiseRows.LeastMultiple(a.Length, b.Length)];
            for (var i = 0; i < sum.Length; i++) sum[i] = a[i % a.Length] + b[i % b.Length];
            return sum;
        }

        /// <summary>Per channel, the greatest magnitude that the accumulator of a port can reach, in its own units.</summary>
        private double[] Bound((int Population, int Port) port, (Tensor Rows, ProjectionQuantisation Report)[] weights, double[] payloads, double?[] units, Tensor? bias)
        {
            var (projections, period) = ports[port];
            var bound = new double[period];
            foreach (var i in projections)
            {
                if (expanded[i].RowsFrom is { } from)
                {
                    for (var c = 0; c < period; c++) bound[c] += QuantiseRows.FanIn(expanded[i].Map) * payloads[expanded[i].Source.Index] * payloads[from.Index];
                    continue;
                }

                var rows = weights[i].Rows;
                var load = QuantiseRows.Load(expanded[i].Map, row => Math.Abs(rows.At(row)), period, expanded[i].Reduction);
                for (var c = 0; c < period; c++) bound[c] += load[c] * payloads[expanded[i].Source.Index];
            }

            if (bias is not null)
            {
                var most = bias.ToLongs().Max(Math.Abs);
                for (var c = 0; c < period; c++) bound[c] += most;
            }

            return bound;
        }

        private static Tensor? Scale(Tensor? before, Signal signal, QuantisedNeuron neuron)
        {
            var unit = signal.State < 0 ? neuron.EmissionUnit : neuron.StateUnit;
            if (unit is null || before is null) return before ?? QuantiseNeurons.ScaleTensor(unit);
            var given = before.ToFloats();
            var both = new double[QuantiseRows.LeastMultiple(unit.Length, given.Length)];
            for (var a = 0; a < both.Length; a++) both[a] = unit[a % unit.Length] * given[a % given.Length];
            return QuantiseNeurons.ScaleTensor(both);
        }
    }
}
