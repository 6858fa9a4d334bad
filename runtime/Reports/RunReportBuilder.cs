using System.Collections.Immutable;
using NeuroChip.HwModels;
using NeuroChip.Ir.Images;
using NeuroChip.Ir.Ncir;
using NeuroChip.Ir.Neurons;
using NeuroChip.Ir.Tensors;
using NeuroChip.Runtime.Energy;
using NeuroChip.Runtime.Inputs;

namespace NeuroChip.Runtime.Reports;

/// <summary>Makes the report of a run from the image, the chip model in it and the counts of the session.</summary>
public static class RunReportBuilder
{
    /// <summary>The report, priced with the chip's default cost table.</summary>
    public static RunReport Build(ChipImage image, ChipModel chip, SessionResult run, string device, Accuracy? accuracy = null, string? labels = null)
    {
        var report = Count(image, chip, run, device) with
        {
            Accuracy = accuracy is null ? null : new ReportAccuracy(labels ?? "", accuracy.Correct, accuracy.Samples, accuracy.Fraction),
            Decisions = image.Decisions,
            Paper = PaperEnergy.Of(image, run),
        };
        if (run.Vanilla is { } vanilla)
            report = report with { Sites = SiteReportBuilder.Of(image, run, report, Count(image, chip, run with { Activity = vanilla.Activity, Timing = vanilla.Timing }, device)) };
        return CostModels.Price(report, chip);
    }

    private static RunReport Count(ChipImage image, ChipModel chip, SessionResult run, string device)
    {
        var layers = Layers(image, run);
        var projections = Projections(image, run);
        var report = new RunReport(
            RunReport.FormatName,
            RunReport.CurrentVersion,
            new ReportModel(image.Name, image.Steps, image.TicksPerStep, Describe(image.Arithmetic), device),
            chip is TileChip tiles ? TileReportBuilder.Chip(image, tiles) : Chip(image, chip.As<ManyCoreChip>()),
            run.Samples.Length,
            null,
            null,
            Timing(run.Timing),
            layers,
            projections,
            [],
            [],
            [],
            null,
            NeuroBench(image, layers, projections, run),
            chip.NotModelled);
        return chip is TileChip placed ? report with { Tiles = TileReportBuilder.Tiles(image, placed, run) } : WithCores(report, image, chip.As<ManyCoreChip>(), run);
    }

    /// <summary>The numbers of an image in words, e.g. "int8, 32-bit accumulators".</summary>
    public static string Describe(Arithmetic arithmetic) => arithmetic.Kind == ArithmeticKind.Float32
        ? "float32"
        : $"int{arithmetic.WeightBits}, {arithmetic.AccumulatorBits}-bit accumulators";

    private static RunReport WithCores(RunReport report, ChipImage image, ManyCoreChip chip, SessionResult run) => report with
    {
        Cores = Cores(image, chip, run),
        Events = ReportEvents.Of(image, run.Timing),
        Links = [.. run.Activity.Links.Select(l => Link(l, chip, run.Timing))],
        Routers = [.. image.Routers.Select(r => new ReportRouter(r.X, r.Y, r.Entries.Length, chip.Noc.RouterEntries.Count))],
    };

    private static ReportChip Chip(ChipImage image, ManyCoreChip chip)
    {
        var used = image.Cores.Select(c => (c.X, c.Y)).Distinct().ToArray();
        return new ReportChip(
            chip.Name,
            chip.Title,
            chip.Boundary.ToString().ToLowerInvariant(),
            chip.Machine.Width.Count,
            chip.Machine.Height.Count,
            used.Length,
            used.Select(c => chip.Machine.BoardOf(c.X, c.Y)).Distinct().Count(),
            chip.Core.Usable.Count,
            chip.Machine.ChipCount,
            image.ChipYaml);
    }

    private static ReportTiming Timing(TimingResult timing)
    {
        var bottleneck = -1;
        for (var i = 0; i < timing.Cores.Length; i++)
        {
            if (bottleneck < 0 || timing.Cores[i].PeakPerTick.Count > timing.Cores[bottleneck].PeakPerTick.Count) bottleneck = i;
        }

        var utilisation = timing.Cores.Select(Utilisation).ToArray();
        return new ReportTiming(
            timing.Ticks,
            timing.TickSeconds,
            timing.CyclesPerTick.Count,
            timing.TimeScaleFactor,
            timing.Seconds,
            timing.LastOutputTick,
            timing.FirstOutputTick,
            timing.LatencySeconds,
            timing.Cores.Sum(c => c.OverrunTicks),
            bottleneck,
            utilisation.DefaultIfEmpty(0).Average(),
            utilisation.DefaultIfEmpty(0).Max(),
            [.. timing.SlowestCorePerTick.Select(c => c.Count)]);
    }

    private static double Utilisation(CoreTiming core)
    {
        var all = (core.Busy + core.Waiting + core.Idle).Count;
        return all == 0 ? 0 : (double)core.Busy.Count / all;
    }

    private static ImmutableArray<ReportLayer> Layers(ChipImage image, SessionResult run) =>
    [
        .. image.Populations.Select((p, i) =>
        {
            var did = run.Activity.Populations[i];
            return new ReportLayer(
                p.Name,
                p.Neuron.Title,
                p.Domain.ToString().ToLowerInvariant(),
                p.Layout.FrameworkShape,
                p.Size,
                image.Cores.Count(c => c.Slice.Population == p.Id),
                p.Neuron is SourceNeuron,
                new ReportLayerCounts(did.NeuronUpdates, did.Emissions, did.Packets, did.PayloadPackets, did.RouterVisits, did.LinkCrossings),
                did.EmissionsPerStep,
                did.NeuronSteps > 0 ? (double)did.Emissions / did.NeuronSteps : 0);
        }),
    ];

    private static ImmutableArray<ReportProjection> Projections(ChipImage image, SessionResult run) =>
    [
        .. image.Projections.Select((p, i) =>
        {
            var did = run.Activity.Projections[i];
            return new ReportProjection(
                p.Name,
                image.Populations[p.Source.Index].Name,
                image.Populations[p.Target.Index].Name,
                p.Kind.ToString().ToLowerInvariant(),
                p.Map.Keyword,
                p.Rows.Length,
                Zeros(p.Rows),
                did.DenseOperations / ((long)image.Steps * run.Samples.Length),
                did.Events,
                did.SynapticEvents,
                did.Macs,
                did.DenseOperations)
            {
                Probes = did.Probes,
                DenseSlots = did.DenseSlots,
            };
        }),
    ];

    private static ImmutableArray<ReportCore> Cores(ChipImage image, ManyCoreChip chip, SessionResult run) =>
    [
        .. image.Cores.Select((c, i) =>
        {
            var time = run.Timing.Cores[i];
            return new ReportCore(
                c.X,
                c.Y,
                c.Core,
                image.Populations[c.Slice.Population.Index].Name,
                c.Slice.First,
                c.Slice.Count,
                Memory(c, chip),
                run.Activity.Cores[i],
                time.Busy.Count,
                time.Waiting.Count,
                time.Idle.Count,
                time.PeakPerTick.Count,
                time.OverrunTicks);
        }),
    ];

    private static ImmutableArray<ReportMemory> Memory(ImageCore core, ManyCoreChip chip) =>
    [
        .. core.Memory.Select(m => new ReportMemory(m.Memory, m.Purpose, m.Bytes, null)),
        .. core.Memory.GroupBy(m => m.Memory).Select(g => new ReportMemory(
            g.Key, "total", g.Sum(m => m.Bytes), g.Key == "DTCM" ? chip.Core.DtcmUsable.Bytes : null)),
    ];

    private static ReportLink Link(LinkActivity link, ManyCoreChip chip, TimingResult timing)
    {
        // A layer's packets all have or all lack a payload, but a link may carry both kinds; the busiest tick is not split, so the mean mix stands for it.
        var share = link.Packets == 0 ? 0 : (double)link.PayloadPackets / link.Packets;
        var seconds = (chip.Noc.LinkTime.Seconds * (1 - share)) + (chip.Noc.PayloadLinkTime.Seconds * share);
        return new ReportLink(
            link.Link.X,
            link.Link.Y,
            MachineModel.LinkNames[link.Link.Direction],
            link.Packets,
            link.PayloadPackets,
            link.PeakPacketsPerTick,
            link.PeakPacketsPerTick * seconds / (timing.TickSeconds * timing.TimeScaleFactor));
    }

    private static ReportNeuroBench NeuroBench(
        ChipImage image, ImmutableArray<ReportLayer> layers, ImmutableArray<ReportProjection> projections, SessionResult run)
    {
        var samples = run.Samples.Length;
        // A tensor shared by projections is one parameter of the model.
        var tensors = image.Projections.Select(p => p.Rows).Distinct(ReferenceEqualityComparer.Instance).Cast<Tensor>().ToArray();
        var weights = tensors.Sum(t => (long)t.Length);
        var states = image.Populations.Sum(p => (long)p.Size * p.Neuron.States);
        var biases = image.Populations.SelectMany(p => p.Bias).Sum(b => (long)(b?.Length ?? 0));
        var spiking = image.Populations.Where(p => p.Neuron is not (SourceNeuron or RelayNeuron) && p.Domain != SpikeDomain.Real).Select(p => run.Activity.Populations[p.Id.Index]).ToArray();
        var chances = spiking.Sum(p => (double)p.NeuronSteps);
        return new ReportNeuroBench(
            ((weights * image.Arithmetic.WeightBits) + 7) / 8 + ((states + biases) * 4),
            weights == 0 ? 0 : (double)tensors.Sum(Zeros) / weights,
            chances > 0 ? 1 - (spiking.Sum(p => (double)p.Emissions) / chances) : 0,
            projections.Sum(p => (double)p.DenseOperations) / samples,
            projections.Sum(p => (double)p.Macs) / samples,
            projections.Sum(p => (double)p.SynapticEvents) / samples,
            layers.Sum(l => (double)l.Counts.NeuronUpdates) / samples);
    }

    private static long Zeros(Tensor tensor)
    {
        long zeros = 0;
        for (var i = 0; i < tensor.Length; i++)
        {
            if (tensor.At(i) == 0) zeros++;
        }

        return zeros;
    }
}
