using NeuroChip.HwModels;
using NeuroChip.Ir.Images;
using NeuroChip.Runtime;

namespace NeuroChip.Simulator.Timing.Events;

/// <summary>
/// The cores of an image within a tick. Each updates its neurons in ascending address and sends as it comes to those that fire; takes spikes from its queue; has their rows brought while
/// a row buffer is free; adds them. Actions that share a unit take it in that order of urgency: decode, add, update, where arriving spikes interrupt an update (or, if the chip model
/// says so, wait for its end); a decode or an addition is never interrupted. Transfers of a core follow each other; the memory of a chip serves those of its cores in the order in which they begin.
/// </summary>
internal sealed class CoreUnits : IPacketReceiver
{
    private const int None = -1;
    private const int Decode = 0;
    private const int Add = 1;
    private const int Update = 2;
    private const int Actions = 3;

    private readonly EventHeap events;
    private readonly PacketPool packets;
    private readonly SpikeWork work;
    private readonly ChipImage image;
    private readonly int queueRoom;
    private readonly int rowRoom;
    private readonly bool fetchAlone;
    private readonly bool spikesFirst;
    private readonly long dmaWord;
    private readonly double memoryWord;
    private readonly long sendCost;
    private readonly int[] unitOf = new int[Actions];
    private readonly int units;
    private readonly int[] chipOf;
    private readonly long[] memoryFree; // by chip
    private readonly bool[] payload; // by core
    private readonly CoreState[] cores;
    private readonly UnitState[] states; // by core * units + unit
    private readonly RowState[] rows; // by core * rowRoom + place in the ring
    private QueueEntry[] queued = new QueueEntry[256];
    private int freeEntry = None;
    private int entries;
    private int tick;

    public CoreUnits(ChipImage image, ManyCoreChip chip, NetworkPlan plan, EventHeap events, PacketPool packets, SpikeWork work, AnalyticTiming.Costs costs)
    {
        (this.image, this.events, this.packets, this.work) = (image, events, packets, work);
        var pipeline = chip.Pipeline!;
        (queueRoom, rowRoom) = (chip.Core.SpikeQueue.Count, pipeline.RowBuffers.Count);
        (fetchAlone, spikesFirst) = (pipeline.Overlap.HasFlag(CoreAction.Fetch), pipeline.SpikesFirst);
        (dmaWord, memoryWord, sendCost) = (costs.DmaWord * EventTime.PerCycle, costs.CyclesPerWord * EventTime.PerCycle, costs.PacketSent * EventTime.PerCycle);
        units = 1; // The processor.
        foreach (var (action, flag) in new[] { (Decode, CoreAction.Decode), (Add, CoreAction.Add), (Update, CoreAction.Update) })
            if (pipeline.Overlap.HasFlag(flag)) unitOf[action] = units++;
        chipOf = plan.RouterOfCore;
        memoryFree = new long[plan.Routers];
        payload = [.. image.Cores.Select(c => image.Populations[c.Slice.Population.Index].Domain != Ir.Ncir.SpikeDomain.Binary)];
        cores = new CoreState[plan.Cores];
        states = new UnitState[plan.Cores * units];
        rows = new RowState[plan.Cores * rowRoom];
        Times = new CoreTimes[plan.Cores];
    }

    /// <summary>How each core spends the tick.</summary>
    public CoreTimes[] Times { get; }

    /// <summary>Where packets go.</summary>
    public PacketNetwork Network { get; set; } = null!;

    /// <summary>Where what waits for what is written down; null for nowhere.</summary>
    public PathLog? Path { get; set; }

    /// <summary>Copies that have arrived, and the time they were on the way, together and at most.</summary>
    public (long Count, long Time, long Longest) Arrivals { get; private set; }

    /// <summary>A new tick.</summary>
    public void Begin(int tick)
    {
        this.tick = tick;
        (entries, freeEntry, Arrivals) = (0, None, default);
        Array.Clear(memoryFree);
        Array.Clear(cores);
        Array.Clear(Times);
        Array.Fill(states, new() { Action = None, Path = -1 });
    }

    /// <summary>A core begins its tick.</summary>
    /// <param name="core">Which.</param>
    /// <param name="before">Cycles before the first neuron.</param>
    /// <param name="perNeuron">Cycles of a neuron.</param>
    /// <param name="neurons">Neurons it updates in this tick.</param>
    /// <param name="sends">Whether a neuron that fires sends a packet.</param>
    /// <param name="reaches">Whether that goes anywhere.</param>
    public void Start(int core, long before, long perNeuron, int neurons, bool sends, bool reaches)
    {
        ref var state = ref cores[core];
        (state.Before, state.PerNeuron, state.Neurons) = (before * EventTime.PerCycle, perNeuron * EventTime.PerCycle, neurons);
        (state.Sends, state.Reaches, state.Head, state.Tail) = (sends, reaches, None, None);
        (state.Step, state.Population, state.First) = (work.StepOf(tick, core), image.Cores[core].Slice.Population.Index, image.Cores[core].Slice.First);
        (state.FiresFrom, state.Fires) = work.Range(tick, core);
        state.Target = NextTarget(core);
        Dispatch(core, 0);
    }

    /// <summary>A core that neither sends nor gets anything in this tick works so many cycles.</summary>
    public void Alone(int core, long cycles)
    {
        var time = cycles * EventTime.PerCycle;
        (Times[core].Busy, Times[core].Update, Times[core].End) = (time, time, time);
        if (Path is { } path) states[core * units].Path = path.Add(PathUnit.Update, core, 0, time, -1);
    }

    /// <summary>One event of the cores.</summary>
    public void Handle(in TimedEvent e)
    {
        switch (e.Kind)
        {
            case EventKind.Updated:
                if (cores[e.A].Version == e.B) Updated(e.A, e.Time);
                break;
            case EventKind.JobDone:
                JobDone(e.A, e.B, e.Time);
                break;
            default:
                Fetched(e.A, e.Time);
                break;
        }
    }

    /// <inheritdoc/>
    public bool HasRoom(int core) => cores[core].Queued < queueRoom;

    /// <inheritdoc/>
    public void Arrive(int core, int packet, long now, int path)
    {
        ref var state = ref cores[core];
        var time = now - packets.Sent(packet);
        Arrivals = (Arrivals.Count + 1, Arrivals.Time + time, Math.Max(Arrivals.Longest, time));
        if (state.Queued == queueRoom)
        {
            Times[core].Overflows++;
            return;
        }

        Account(core, now);
        var entry = freeEntry;
        if (entry != None) freeEntry = queued[entry].Next;
        else entry = entries++;
        if (entry == queued.Length) Array.Resize(ref queued, 2 * entry);
        queued[entry] = new(packet, None, path);
        if (state.Queued++ == 0) state.Head = entry;
        else queued[state.Tail] = queued[state.Tail] with { Next = entry };
        state.Tail = entry;
        if (state.Queued > Times[core].HighWater) Times[core].HighWater = state.Queued;
        Dispatch(core, now);
    }

    /// <inheritdoc/>
    public void CanSend(int core, long now)
    {
        if (!cores[core].Blocked) return;
        Account(core, now);
        cores[core].Blocked = false;
        Dispatch(core, now);
    }

    /// <summary>The last thing a core did in the tick, in the log of paths.</summary>
    public int LastPath(int core)
    {
        var last = -1;
        for (var unit = 0; unit < units; unit++)
        {
            var path = states[(core * units) + unit].Path;
            if (Path!.EndOf(path) > Path.EndOf(last)) last = path;
        }

        return last;
    }

    /// <summary>Puts the time since the core last changed where it belongs.</summary>
    private void Account(int core, long now)
    {
        ref var state = ref cores[core];
        var passed = now - state.Since;
        state.Since = now;
        if (passed == 0) return;
        if (state.Active > 0) Times[core].Busy += passed;
        else if (state.Blocked) Times[core].Blocked += passed;
        else if (state.RowsHeld > 0) Times[core].ForRows += passed;
        else Times[core].ForPackets += passed;
    }

    /// <summary>Every unit that is free, or does what can be interrupted, takes the most urgent thing there is.</summary>
    private void Dispatch(int core, long now)
    {
        for (var unit = 0; unit < units; unit++)
        {
            ref var doing = ref states[(core * units) + unit];
            if (doing.Action is Decode or Add) continue;
            var action = MostUrgent(core, unit);
            if (action == doing.Action || (doing.Action == Update && !spikesFirst)) continue;
            if (doing.Action == Update) Interrupt(core, unit, now);
            if (action == None) continue;
            doing.Action = action;
            doing.Start = now;
            cores[core].Active++;
            if (action == Decode) StartDecode(core, unit, now);
            else if (action == Add) StartAdd(core, unit, now);
            else events.Push(now + cores[core].Target - cores[core].Done, EventKind.Updated, core, cores[core].Version);
        }
    }

    private int MostUrgent(int core, int unit)
    {
        ref readonly var state = ref cores[core];
        var updates = unitOf[Update] == unit && !state.Finished && !state.Blocked;
        if (updates && !spikesFirst) return Update;
        if (unitOf[Decode] == unit && state.Queued > 0 && state.RowsHeld < rowRoom) return Decode;
        if (unitOf[Add] == unit && state.RowsReady > 0) return Add;
        return updates ? Update : None;
    }

    private void Interrupt(int core, int unit, long now)
    {
        ref var state = ref cores[core];
        state.Version++;
        Stop(core, unit, PathUnit.Update, now, -1);
        state.Done += now - states[(core * units) + unit].Start;
    }

    /// <summary>A unit is free again.</summary>
    private void Stop(int core, int unit, PathUnit what, long now, int needed)
    {
        ref var doing = ref states[(core * units) + unit];
        doing.Action = None;
        cores[core].Active--;
        Times[core].Of(what) += now - doing.Start;
        Times[core].End = now;
        if (Path is { } path) doing.Path = path.Add(what, core, doing.Start, now, path.EndOf(needed) > path.EndOf(doing.Path) ? needed : doing.Path);
    }

    private void StartDecode(int core, int unit, long now)
    {
        ref var state = ref cores[core];
        var entry = state.Head;
        ref var doing = ref states[(core * units) + unit];
        (doing.Packet, doing.Needed) = (queued[entry].Packet, queued[entry].Path);
        (state.Head, queued[entry]) = (queued[entry].Next, queued[entry] with { Next = freeEntry });
        freeEntry = entry;
        state.Queued--;
        state.RowsHeld++;
        var sender = packets.Sender(doing.Packet);
        var costs = work.Of(image.Cores[sender].Slice.Population.Index, packets.Address(doing.Packet), packets.Digits(doing.Packet), core);
        (doing.Words, doing.Cycles) = (costs.Words, costs.Add);
        events.Push(now + (costs.Decode * EventTime.PerCycle), EventKind.JobDone, core, unit);
        Network.CoreHasRoom(core, now);
    }

    private void StartAdd(int core, int unit, long now)
    {
        ref var state = ref cores[core];
        ref readonly var row = ref rows[(core * rowRoom) + state.FirstRow];
        state.FirstRow = (state.FirstRow + 1) % rowRoom;
        state.RowsReady--;
        state.Rows--;
        states[(core * units) + unit].Needed = row.Path;
        // Without a unit of its own, the transfer takes the one that adds.
        var begin = fetchAlone || row.Words == 0 ? now : Transfer(core, row.Words, now);
        Times[core].Fetch += begin - now;
        Times[core].Add -= begin - now;
        events.Push(begin + (row.Cycles * EventTime.PerCycle), EventKind.JobDone, core, unit);
    }

    /// <summary>Has the memory of the chip bring words; returns when they are there.</summary>
    private long Transfer(int core, long words, long now)
    {
        ref var free = ref memoryFree[chipOf[core]];
        var begin = Math.Max(now, free);
        free = begin + (long)Math.Ceiling(words * memoryWord);
        return Math.Max(free, begin + (words * dmaWord));
    }

    private void JobDone(int core, int unit, long now)
    {
        Account(core, now);
        ref var state = ref cores[core];
        var doing = states[(core * units) + unit];
        Stop(core, unit, doing.Action == Decode ? PathUnit.Decode : PathUnit.Add, now, doing.Needed);
        if (doing.Action == Add || (doing.Words == 0 && doing.Cycles == 0))
        {
            state.RowsHeld--;
        }
        else
        {
            rows[(core * rowRoom) + ((state.FirstRow + state.Rows++) % rowRoom)] = new(doing.Words, doing.Cycles, states[(core * units) + unit].Path);
            Bring(core, now);
        }

        Dispatch(core, now);
    }

    /// <summary>Rows become ready in the order in which they were asked for.</summary>
    private void Bring(int core, long now)
    {
        ref var state = ref cores[core];
        while (!state.Fetching && state.RowsReady < state.Rows)
        {
            ref readonly var row = ref rows[(core * rowRoom) + ((state.FirstRow + state.RowsReady) % rowRoom)];
            if (row.Words > 0 && fetchAlone)
            {
                state.Fetching = true;
                state.FetchStart = now;
                events.Push(Transfer(core, row.Words, now), EventKind.Fetched, core);
                return;
            }

            state.RowsReady++;
        }
    }

    private void Fetched(int core, long now)
    {
        Account(core, now);
        ref var state = ref cores[core];
        Times[core].Fetch += now - state.FetchStart;
        ref var row = ref rows[(core * rowRoom) + ((state.FirstRow + state.RowsReady) % rowRoom)];
        if (Path is { } path) row = row with { Path = path.Add(PathUnit.Fetch, core, state.FetchStart, now, row.Path) };
        state.Fetching = false;
        state.RowsReady++;
        Bring(core, now);
        Dispatch(core, now);
    }

    /// <summary>Neurons are updated up to the next one that sends, or to the last.</summary>
    private void Updated(int core, long now)
    {
        Account(core, now);
        ref var state = ref cores[core];
        var unit = unitOf[Update];
        state.Done = state.Target;
        Stop(core, unit, PathUnit.Update, now, -1);
        state.Version++;
        while (state.Done == state.Target && !state.Finished)
        {
            if (state.Sends && state.Next < state.Fires)
            {
                if (state.Reaches)
                {
                    if (!Network.CanSend(core))
                    {
                        state.Blocked = true;
                        break;
                    }

                    var (address, digits) = work.Sender(state.Population, state.Step, state.FiresFrom, state.Next);
                    var packet = packets.Add(core, address, digits, payload[core], now, states[(core * units) + unit].Path);
                    Network.Send(core, packet, now);
                }

                state.Next++;
                state.Target = NextTarget(core);
            }
            else
            {
                state.Finished = true;
            }
        }

        Dispatch(core, now);
    }

    /// <summary>Work of the update up to where the next neuron that fires has sent, or all of it.</summary>
    private long NextTarget(int core)
    {
        ref readonly var state = ref cores[core];
        if (!state.Sends || state.Next >= state.Fires) return state.Before + (state.Neurons * state.PerNeuron) + ((state.Sends ? state.Fires : 0) * sendCost);
        var updated = work.Sender(state.Population, state.Step, state.FiresFrom, state.Next).Address - state.First + 1;
        return state.Before + (updated * state.PerNeuron) + ((state.Next + 1) * sendCost);
    }
}
