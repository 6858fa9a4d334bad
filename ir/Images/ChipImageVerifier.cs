using System.Collections.Immutable;
using NeuroChip.Ir.Diagnostics;
using NeuroChip.Ir.Ncir;
using NeuroChip.Ir.Ncir.Sites;
using NeuroChip.Ir.Neurons;
using NeuroChip.Ir.Tensors;

namespace NeuroChip.Ir.Images;

/// <summary>
/// Says where an image contradicts itself: indices that point nowhere, counts and sizes that do not fit each other, keys that overlap their masks.
/// What passes can be run without looking at it again. Whether it is the right program for a model, or fits the chip, is for the mapping checker.
/// </summary>
public static class ChipImageVerifier
{
    /// <summary>All contradictions, in the order of the image; empty for a sound image.</summary>
    /// <param name="image">The image.</param>
    /// <param name="file">Name of the file, for the places in the messages.</param>
    public static IReadOnlyList<Diagnostic> Verify(ChipImage image, string file)
    {
        var check = new Checks(image, file);
        check.Header();
        check.Sites();
        foreach (var (index, population) in image.Populations.Index()) check.Population(index, population);
        check.Names();

        // What follows looks up populations: with broken ones it would only repeat the same fault.
        if (check.Found.Count > 0) return check.Found;
        foreach (var projection in image.Projections) check.Projection(projection);
        if (check.Found.Count == 0) check.NoCycle();
        foreach (var readout in image.Readouts) check.Readout(readout);
        check.Cores();
        check.Routers();
        check.Schedule();
        return check.Found;
    }

    private sealed class Checks(ChipImage image, string file)
    {
        private const int MostFaults = 50;
        private readonly DiagnosticBag bag = new();

        public IReadOnlyList<Diagnostic> Found => bag.Diagnostics;

        public void Header()
        {
            Require(image.Steps >= 1, "model", $"{image.Steps} steps; at least 1 is needed");
            Require(image.TicksPerStep >= 1, "model", $"{image.TicksPerStep} ticks per step; at least 1 is needed");
            var (kind, weights, accumulator) = image.Arithmetic;
            if (kind == ArithmeticKind.Float32) Require(weights == 32 && accumulator == 32, "model", $"float32 arithmetic with {weights}-bit weights and {accumulator}-bit accumulators; both are 32");
            else Require(weights is >= 2 and <= 16 && accumulator is >= 16 and <= 32, "model", $"integer arithmetic with {weights}-bit weights and {accumulator}-bit accumulators; 2 to 16 and 16 to 32 are possible");
        }

        public void Sites()
        {
            for (var i = 0; i < image.Sites.Length; i++)
                if (!Require(SiteRules.Table(image.Sites, i) is null, $"sites '{image.Sites[i].Name}'", SiteRules.Table(image.Sites, i) ?? "")) return;
        }

        public void Population(int index, Population p)
        {
            var item = $"population '{p.Name}'";
            Require(SiteRules.Population(image.Sites, p) is null, item, SiteRules.Population(image.Sites, p) ?? "");
            Require(p.Id.Index == index, item, $"its id is {p.Id.Index}, its place {index}");
            Require(double.IsFinite(p.Unit) && p.Unit != 0, item, $"a payload is worth {p.Unit}; it must be finite and not 0");
            Require(p.Stage >= 0, item, $"stage {p.Stage}; it cannot be negative");
            var shape = p.Layout.FrameworkShape;
            var size = ImageBounds.Product(shape.AsSpan());
            if (!Require(size is >= 1 and <= int.MaxValue, item, $"shape {Tensor.FormatShape(shape)} does not have 1 to {int.MaxValue} neurons")) return;
            if (p.Layout.ChannelLast && !Require(shape.Length >= 2 && shape[0] == 1, item, $"shape {Tensor.FormatShape(shape)} is kept channel-last, which needs a batch axis of 1 and a channel axis")) return;
            if (!Neuron(item, p.Neuron, (int)size)) return;
            Require(p.Bias.Length == p.Neuron.Ports, item, $"{p.Bias.Length} biases for {p.Neuron.Ports} ports");
            foreach (var bias in p.Bias)
                if (bias is not null) Periodic(item, "bias", bias, (int)size, image.Arithmetic.Kind == ArithmeticKind.Float32 ? [DType.Float32] : [DType.Int32]);
        }

        public void Names()
        {
            foreach (var name in image.Populations.GroupBy(p => p.Name).Where(g => g.Count() > 1)) Fault($"population '{name.Key}'", $"{name.Count()} populations have this name");
            foreach (var name in image.Projections.GroupBy(p => p.Name).Where(g => g.Count() > 1)) Fault($"projection '{name.Key}'", $"{name.Count()} projections have this name");
        }

        public void Projection(Projection p)
        {
            var item = $"projection '{p.Name}'";
            if (!Exists(item, "source", p.Source) | !Exists(item, "target", p.Target)) return;
            var (source, target) = (image.Populations[p.Source.Index], image.Populations[p.Target.Index]);
            Require(p.Port >= 0 && p.Port < target.Neuron.Ports, item, $"port {p.Port} of '{target.Name}' does not exist; it has {target.Neuron.Ports}");
            Require(p.Delay >= 0, item, $"delay {p.Delay}; it cannot be negative");
            if (!Require(ImageBounds.Fault(p.Map) is null, item, $"address function '{p.Map.Keyword}': {ImageBounds.Fault(p.Map)}")) return;
            Require(p.Map.SourceSize == source.Size, item, $"its address function has {p.Map.SourceSize} sources, '{source.Name}' has {source.Size} neurons");
            Require(p.Map.TargetSize == target.Size, item, $"its address function has {p.Map.TargetSize} targets, '{target.Name}' has {target.Size} neurons");
            if (p.RowsFrom is { } payloads)
            {
                if (!Exists(item, "the population of its rows", payloads)) return;
                var rows = image.Populations[payloads.Index];
                Require(p.Map.RowCount == rows.Size, item, $"its address function uses {p.Map.RowCount} rows, '{rows.Name}' has {rows.Size} neurons");
                Require(p.Rows.Length == 0 && p.Reduction == Reduction.Sum, item, "its rows are payloads; then it has no weights and takes no maximum");
                return;
            }

            Require(SiteRules.Projection(image.Sites, p, source, target) is null, item, SiteRules.Projection(image.Sites, p, source, target) ?? "");
            Require(p.Map.RowCount == p.Rows.Length, item, $"its address function uses {p.Map.RowCount} weights, {p.Rows.Length} are there");
            DType[] types = image.Arithmetic.Kind == ArithmeticKind.Float32 ? [DType.Float32] : [DType.Int8, DType.Int16];
            Require(types.Contains(p.Rows.Type), item, $"its weights are of type {p.Rows.Type}; {string.Join(" or ", types)} was expected");
        }

        public void NoCycle()
        {
            var placed = StepOrder.Of(image.Populations, image.Projections);
            if (placed.Length == image.Populations.Length) return;
            var names = string.Join(", ", image.Populations.Where(p => !placed.Contains(p.Id)).Select(p => $"'{p.Name}'"));
            Fault("projections", $"those without delay form a cycle; {image.Populations.Length - placed.Length} populations wait for each other: {names}");
        }

        public void Readout(Readout r)
        {
            var item = $"readout '{r.Name}'";
            if (!Require(r.Signals.Length >= 1, item, "it reads no signal")) return;
            foreach (var signal in r.Signals)
            {
                if (!Exists(item, "signal", signal.Population)) return;
                var states = image.Populations[signal.Population.Index].Neuron.States;
                Require(signal.State >= -1 && signal.State < states, item, $"state {signal.State} of '{image.Populations[signal.Population.Index].Name}' does not exist; it has {states}");
            }

            var size = image.Populations[r.Signals[0].Population.Index].Size;
            foreach (var signal in r.Signals)
            {
                var other = image.Populations[signal.Population.Index];
                Require(other.Size == size, item, $"its signals have {size} and {other.Size} neurons");
            }

            Require(r.Scales.Length == r.Signals.Length, item, $"{r.Scales.Length} scales for {r.Signals.Length} signals");
            foreach (var scale in r.Scales)
                if (scale is not null) Periodic(item, "scale", scale, size, [DType.Float32, DType.Float64]);
            Require(r.Program.Ports == r.Signals.Length, item, $"its program has {r.Program.Ports} inputs for {r.Signals.Length} signals");
            Program(item, r.Program, 0, size);
            var each = r.Time == TimeReduction.Each;
            var elements = each ? (long)size * image.Steps : size;
            Require(ImageBounds.Product(r.FrameworkShape.AsSpan()) == elements, item, $"shape {Tensor.FormatShape(r.FrameworkShape)} does not hold its {elements} values");
            if (each)
                Require(r.TimeAxis >= 0 && r.TimeAxis < r.FrameworkShape.Length && r.FrameworkShape[r.TimeAxis] == image.Steps, item, $"axis {r.TimeAxis} of shape {Tensor.FormatShape(r.FrameworkShape)} is not the {image.Steps} steps");
            Require(SiteRules.Readout(image.Populations, r) is null, item, SiteRules.Readout(image.Populations, r) ?? "");
        }

        public void Cores()
        {
            var places = new HashSet<(int, int, int)>();
            var last = (Population: -1, End: 0);
            foreach (var core in image.Cores)
            {
                var item = $"core ({core.X},{core.Y},{core.Core})";
                var slice = core.Slice;
                Require(core is { X: >= 0, Y: >= 0, Core: >= 0 }, item, "a coordinate is negative");
                Require(places.Add((core.X, core.Y, core.Core)), item, "it is listed twice");
                foreach (var use in core.Memory) Require(use.Bytes >= 0, item, $"{use.Purpose} takes {use.Bytes} bytes of {use.Memory}");
                if (!Exists(item, "population", slice.Population)) return;
                if (slice.Population.Index != last.Population)
                {
                    Complete(last);
                    Require(slice.Population.Index > last.Population, item, $"population {slice.Population} comes after {last.Population}; cores are ordered by population");
                    last = (slice.Population.Index, 0);
                }

                if (!Require(slice.Count >= 1 && slice.First == last.End && slice.Count <= image.Populations[last.Population].Size - slice.First, item, $"neurons {slice.First} to {(long)slice.First + slice.Count - 1} do not follow those of the core before, which end at {last.End - 1}, in {slice.Population}")) return;
                last.End += slice.Count;
                Require((slice.Key & ~slice.Mask) == 0 && slice.Count - 1 <= (long)(uint)~slice.Mask, item, $"its {slice.Count} keys from 0x{slice.Key:X8} are not those that mask 0x{slice.Mask:X8} leaves open");
            }

            Complete(last);
        }

        public void Routers()
        {
            (int, int)? last = null;
            foreach (var router in image.Routers)
            {
                var item = $"router ({router.X},{router.Y})";
                Require(router is { X: >= 0, Y: >= 0 }, item, "a coordinate is negative");
                Require(last is null || last.Value.CompareTo((router.X, router.Y)) < 0, item, "routers are ordered by (X, Y), each once");
                last = (router.X, router.Y);
                foreach (var (index, entry) in router.Entries.Index())
                    Require((entry.Key & ~entry.Mask) == 0, item, $"entry {index} can match no packet: key 0x{entry.Key:X8} has bits outside mask 0x{entry.Mask:X8}");
            }
        }

        public void Schedule()
        {
            if (image.Schedule is not { } schedule) return;
            Require(image.Cores.IsEmpty && image.Routers.IsEmpty, "schedule", "an image has either cores or a schedule of tiles");
            var placed = new HashSet<PopulationId>();
            foreach (var (index, stage) in schedule.Stages.Index())
            {
                var item = $"stage {index}";
                if (!Exists(item, "population", stage.Population)) return;
                Require(placed.Add(stage.Population), item, $"population {stage.Population} has a stage already");
                Require(stage.Phase >= 0 && stage is { WeightBits: >= 0, MembraneBits: >= 0, InputBits: >= 0, OutputBits: >= 0 }, item, "a number is negative");
                Require(stage.ChannelParts >= 1 && stage.Tiles.Length % stage.ChannelParts == 0, item, $"{stage.Tiles.Length} tiles are not {stage.ChannelParts} parts along channels times some along positions");
                Require(stage.Tiles.Length >= 1 && stage.Tiles[0] >= 0 && Enumerable.Range(1, stage.Tiles.Length - 1).All(i => stage.Tiles[i] > stage.Tiles[i - 1]), item, "its tiles are not an ascending list of at least one");
            }

            foreach (var population in image.Populations)
                Require(placed.Contains(population.Id) != population.Neuron is SourceNeuron, $"population '{population.Name}'", population.Neuron is SourceNeuron ? "it is an input and has a stage" : "it has no stage");
        }

        private void Complete((int Population, int End) last)
        {
            if (last.Population < 0) return;
            var population = image.Populations[last.Population];
            Require(last.End == population.Size, $"population '{population.Name}'", $"its cores hold {last.End} of its {population.Size} neurons");
        }

        private bool Neuron(string item, Neuron neuron, int size)
        {
            switch (neuron)
            {
                case RelayNeuron n:
                    return Periods(item, size, n.Gain);
                case LifNeuron n:
                    return Periods(item, size, n.Decay, n.Offset, n.FiredDecay, n.FiredOffset, n.Gain, n.Threshold, n.Start);
                case AffineNeuron n:
                    var states = n.StateNames.Length;
                    if (!Require(states >= 1, item, "its neuron has no state variable")) return false;
                    var sound = n.Gain.Length % states == 0;
                    Require(sound, item, $"{n.Gain.Length} gains for {states} state variables");
                    foreach (var (name, list, expected) in new[]
                    {
                        ("decays", n.Decay, (long)states * states), ("decays after a spike", n.FiredDecay, (long)states * states), ("offsets", n.Offset, states),
                        ("offsets after a spike", n.FiredOffset, states), ("watch weights", n.Watch, states), ("start values", n.Start, states),
                    })
                        sound &= Require(list.Length == expected, item, $"{list.Length} {name}; {expected} are needed for {states} state variables");
                    return sound && Periods(item, size, [.. n.Decay, .. n.Offset, .. n.FiredDecay, .. n.FiredOffset, .. n.Gain, .. n.Watch, .. n.Start, n.Threshold]);
                case ArithmeticNeuron n:
                    return Program(item, n.Program, n.Program.NextStates.Length, size)
                        & Require(n.Start.Length == n.States, item, $"{n.Start.Length} start values for {n.States} state variables")
                        & Require(n.Units.Length == n.Ports, item, $"{n.Units.Length} units for {n.Ports} ports")
                        & Periods(item, size, [.. n.Start, .. n.Units]);
                default:
                    return true;
            }
        }

        private bool Program(string item, ElementwiseProgram program, int states, int size)
        {
            var sound = Require(program.Ports >= 0, item, $"its program has {program.Ports} inputs")
                & Require(program.NextStates.Length == states, item, $"its program has {program.NextStates.Length} state variables; {states} were expected")
                & Periods(item, size, [.. program.Parameters]);
            var count = program.Code.Length;
            foreach (var (at, i) in program.Code.Index())
            {
                var operands = ImageProgram.Operands(i.Op);
                var (a, what) = i.Op switch
                {
                    ElementwiseOp.State => (states, "state"),
                    ElementwiseOp.Input => (program.Ports, "input"),
                    ElementwiseOp.Parameter => (program.Parameters.Length, "parameter"),
                    _ => (at, "earlier instruction"),
                };
                sound &= Require(i.A >= 0 && i.A < a, item, $"instruction {at} uses {what} {i.A}; there are {a}");
                if (operands >= 2) sound &= Require(i.B >= 0 && i.B < at, item, $"instruction {at} uses earlier instruction {i.B}; there are {at}");
                if (operands >= 3) sound &= Require(i.C >= 0 && i.C < at, item, $"instruction {at} uses earlier instruction {i.C}; there are {at}");
            }

            foreach (var result in program.NextStates.Append(program.Emission))
                sound &= Require(result >= 0 && result < count, item, $"its program yields instruction {result}; there are {count}");
            return sound;
        }

        private bool Periods(string item, int size, params ReadOnlySpan<Parameter> parameters)
        {
            var sound = true;
            foreach (var p in parameters) sound &= Require(p.Length >= 1 && size % p.Length == 0, item, $"a parameter has {p.Length} values, which does not divide {size} neurons");
            return sound;
        }

        private void Periodic(string item, string what, Tensor tensor, int size, DType[] types)
        {
            Require(types.Contains(tensor.Type), item, $"its {what} is of type {tensor.Type}; {string.Join(" or ", types)} was expected");
            Require(tensor.Length >= 1 && size % tensor.Length == 0, item, $"its {what} has {tensor.Length} values, which does not divide {size} neurons");
        }

        private bool Exists(string item, string what, PopulationId id) =>
            Require(id.Index >= 0 && id.Index < image.Populations.Length, item, $"its {what} is population {id.Index}; there are {image.Populations.Length}");

        private bool Require(bool holds, string item, string message)
        {
            if (!holds) Fault(item, message);
            return holds;
        }

        private void Fault(string item, string message)
        {
            // A file that is wrong throughout is not described better by a thousand lines.
            if (bag.Diagnostics.Count < MostFaults) bag.Add(ImageErrors.Inconsistent(file, item, message));
        }
    }
}
