using System.Collections.Immutable;
using NeuroChip.HwModels;
using NeuroChip.Ir.Images;

namespace NeuroChip.Runtime.Reports;

/// <summary>What single spikes did on their way: of runs with event timing. Cycles are core cycles, over all samples unless said otherwise.</summary>
/// <param name="Injected">Copies of packets that cores should have got.</param>
/// <param name="Delivered">Copies that reached them.</param>
/// <param name="Dropped">Copies that would have been dropped in routers.</param>
/// <param name="Overflows">Spikes that found the queue of a core full and would have been lost.</param>
/// <param name="MeanTransitCycles">From sending to arriving, the mean of the delivered copies.</param>
/// <param name="LongestTransitCycles">The same of the copy that took longest.</param>
/// <param name="SlowestTick">The tick of an inference in which some core needed most cycles.</param>
/// <param name="CriticalPath">What that core's last work in that tick had to wait for, from the beginning of the tick.</param>
/// <param name="Cores">Per core, in the order of the report's cores.</param>
/// <param name="Links">Links that carried or dropped packets.</param>
public sealed record ReportEvents(
    long Injected,
    long Delivered,
    long Dropped,
    long Overflows,
    double MeanTransitCycles,
    long LongestTransitCycles,
    int SlowestTick,
    ImmutableArray<ReportPathStep> CriticalPath,
    ImmutableArray<ReportCoreUnits> Cores,
    ImmutableArray<ReportLinkTime> Links)
{
    /// <summary>The part of a report that event timing fills; null for other timing models.</summary>
    public static ReportEvents? Of(ChipImage image, TimingResult timing)
    {
        if (timing.Events is not { } events) return null;
        // Links are compared over the whole run.
        var part = (double)timing.Ticks * timing.CyclesPerTick.Count * timing.TimeScaleFactor;
        return new(
            events.Injected,
            events.Delivered,
            events.Dropped,
            events.Overflows,
            events.Delivered == 0 ? 0 : (double)events.TransitCycles.Count / events.Delivered,
            events.LongestTransit.Count,
            events.SlowestTick,
            [
                .. events.CriticalPath.Select(s => new ReportPathStep(
                    s.Unit.ToString().ToLowerInvariant(),
                    s.Core < 0 ? s.Link!.Value.ToString() : $"({image.Cores[s.Core].X},{image.Cores[s.Core].Y})/{image.Cores[s.Core].Core}",
                    s.Core < 0 ? null : image.Populations[image.Cores[s.Core].Slice.Population.Index].Name,
                    s.Start.Count,
                    s.End.Count,
                    s.Waited.Count,
                    s.Count)),
            ],
            [
                .. events.Cores.Select(c => new ReportCoreUnits(
                    c.Update.Count, c.Decode.Count, c.Fetch.Count, c.Add.Count, c.WaitingForRows.Count, c.Blocked.Count, c.WaitingForPackets.Count, c.QueueHighWater, c.Overflows, c.SendQueueHighWater)),
            ],
            [
                .. events.Links.Select(l => new ReportLinkTime(
                    l.Link.X,
                    l.Link.Y,
                    MachineModel.LinkNames[l.Link.Direction],
                    l.Packets,
                    part == 0 ? 0 : l.Busy.Count / part,
                    [.. l.BusyByPart.Select(b => part == 0 ? 0 : b.Count / (part / l.BusyByPart.Length))],
                    l.Waited.Count,
                    l.BufferHighWater,
                    l.Dropped)),
            ]);
    }
}

/// <summary>A step of the critical path.</summary>
/// <param name="Unit">"update", "send", "router", "link", "receive", "decode", "fetch" or "add".</param>
/// <param name="Place">Core, chip or link.</param>
/// <param name="Layer">Population of the core; null elsewhere.</param>
/// <param name="StartCycle">Core cycle of the tick in which the step before was over.</param>
/// <param name="EndCycle">Core cycle in which this one was.</param>
/// <param name="WaitedCycles">Of these, cycles it waited for its place to become free.</param>
/// <param name="Count">Things of that kind, one directly after the other.</param>
public sealed record ReportPathStep(string Unit, string Place, string? Layer, long StartCycle, long EndCycle, long WaitedCycles, int Count);

/// <summary>How a core spent its time.</summary>
/// <param name="UpdateCycles">Updating neurons and sending.</param>
/// <param name="DecodeCycles">Taking spikes from the queue.</param>
/// <param name="FetchCycles">Having rows brought, beside the others where the chip does so.</param>
/// <param name="AddCycles">Adding synapses.</param>
/// <param name="WaitingForRowsCycles">Nothing to do but to wait for rows.</param>
/// <param name="BlockedCycles">Nothing to do but to wait until the network takes a packet.</param>
/// <param name="WaitingForPacketsCycles">Nothing to do before the next packet came.</param>
/// <param name="QueueHighWater">Most spikes in its queue at once.</param>
/// <param name="Overflows">Spikes that found the queue full.</param>
/// <param name="SendQueueHighWater">Most packets in its send queue at once.</param>
public sealed record ReportCoreUnits(
    long UpdateCycles, long DecodeCycles, long FetchCycles, long AddCycles, long WaitingForRowsCycles, long BlockedCycles, long WaitingForPacketsCycles, int QueueHighWater, long Overflows, int SendQueueHighWater);

/// <summary>What a link did.</summary>
/// <param name="X">Column of the chip it leaves.</param>
/// <param name="Y">Row of the chip it leaves.</param>
/// <param name="Direction">E, NE, N, W, SW or S.</param>
/// <param name="Packets">Packets over it.</param>
/// <param name="Utilisation">Part of the time in which a packet was on it.</param>
/// <param name="UtilisationByPart">The same by part of the tick, in equal parts from its beginning, over all ticks.</param>
/// <param name="WaitedCycles">Cycles that packets at the head of a buffer waited for it, summed over packets.</param>
/// <param name="BufferHighWater">Most packets in the buffer behind it at once.</param>
/// <param name="Dropped">Copies that would have been dropped because it did not become free in time.</param>
public sealed record ReportLinkTime(
    int X, int Y, string Direction, long Packets, double Utilisation, ImmutableArray<double> UtilisationByPart, long WaitedCycles, int BufferHighWater, long Dropped);
