namespace NeuroChip.Simulator.Noc.Networks;

/// <summary>
/// The routers of a network, flit by flit and cycle by cycle. The head of a packet gets its port (the way is fixed), a free virtual channel behind that port, and the switch; both
/// allocators are separable with one round of grant and accept whose pointers move on success (iSLIP; McKeown 1999). A flit leaves only where the next buffer has room, told by
/// credits, so nothing is dropped and full buffers hold back those behind them. Deterministic.
/// </summary>
internal sealed class RouterNetwork
{
    /// <summary>Cycles between a router and its node.</summary>
    public const int NodeLink = 1;

    private readonly NetworkModel model;
    private readonly NetworkShape shape;
    private readonly int ports;
    private readonly int vcs;
    private readonly int lines; // channels of a router: ports * vcs
    private readonly InputChannel[] inputs; // by router * lines + port * vcs + vc
    private readonly int[] queues; // Buffer packet numbers per input channel
    private readonly long[] arrivals;
    private readonly bool[] taken; // by input channel behind the link; beyond them, channels into nodes
    private readonly int[] credits;
    private readonly int[] grantTurn;
    private readonly int[] acceptTurn; // by input channel
    private readonly int[] switchGrantTurn; // by router * ports + output
    private readonly int[] switchAcceptTurn; // by router * ports + input
    private readonly int[] channelTurn; // by router * ports + input
    private readonly UInt128[] occupied; // by router
    private readonly List<(int Channel, int Packet)>[] flying;
    private readonly List<int>[] returning;
    private readonly List<int> destinations = [];
    private readonly List<sbyte> wrappedAxis = [];
    private readonly List<int> freed = [];
    private readonly UInt128[] wishes;
    private readonly int[] switchGrants;
    private readonly int[] channelGrants;

    public RouterNetwork(NetworkModel model)
    {
        (this.model, shape, vcs) = (model, model.Shape, model.VirtualChannels);
        ports = shape.Links + 1;
        lines = ports * vcs;
        if (vcs is < 1 or > 16 || (shape.Topology == NetworkTopology.Torus && vcs % 2 != 0)) throw new ArgumentOutOfRangeException(nameof(model), $"{vcs} virtual channels; 1 to 16 are possible, on a torus an even number");
        var all = shape.Nodes * lines;
        inputs = new InputChannel[all];
        Array.Fill(inputs, new InputChannel { Port = -1, Channel = -1 });
        (queues, arrivals) = (new int[all * model.Buffer], new long[all * model.Buffer]);
        (taken, credits, grantTurn) = (new bool[all + (shape.Nodes * vcs)], new int[all + (shape.Nodes * vcs)], new int[all + (shape.Nodes * vcs)]);
        Array.Fill(credits, model.Buffer, 0, all);
        Array.Fill(credits, int.MaxValue, all, shape.Nodes * vcs);
        acceptTurn = new int[all];
        (switchGrantTurn, switchAcceptTurn, channelTurn) = (new int[shape.Nodes * ports], new int[shape.Nodes * ports], new int[shape.Nodes * ports]);
        occupied = new UInt128[shape.Nodes];
        flying = [.. Enumerable.Range(0, model.LinkDelay + 4).Select(_ => new List<(int, int)>())];
        returning = [.. Enumerable.Range(0, model.LinkDelay + 4).Select(_ => new List<int>())];
        (wishes, switchGrants, channelGrants) = (new UInt128[ports], new int[ports], new int[lines]);
        LinkFlits = new long[shape.Nodes * shape.Links];
    }

    /// <summary>The cycle that comes next.</summary>
    public long Now { get; private set; }

    /// <summary>Called with (packet, cycle) for every flit that reaches its node.</summary>
    public Action<int, long> Arrived { get; set; } = (_, _) => { };

    /// <summary>Flits that passed each link, by node * links + port.</summary>
    public long[] LinkFlits { get; }

    /// <summary>Flits in buffers and on links.</summary>
    public long InFlight { get; private set; }

    /// <summary>The last cycle in which a flit moved.</summary>
    public long LastMove { get; private set; }

    /// <summary>A packet to a node; its flits go in with <see cref="TryInject"/>.</summary>
    public int NewPacket(int destination)
    {
        destinations.Add(destination);
        wrappedAxis.Add(-1);
        return destinations.Count - 1;
    }

    /// <summary>Virtual channel of a node into its router that can take a new packet, -1 if there is none.</summary>
    public int FreeChannel(int node)
    {
        var first = (node * lines) + (shape.Links * vcs);
        for (var vc = 0; vc < vcs; vc++)
            if (!taken[first + vc] && credits[first + vc] > 0) return vc;
        return -1;
    }

    /// <summary>Sends the next flit of a packet from a node into a channel, if there is room; the channel is the packet's until its last flit.</summary>
    public bool TryInject(int node, int vc, int packet, bool isLast)
    {
        var channel = (node * lines) + (shape.Links * vcs) + vc;
        if (credits[channel] == 0) return false;
        credits[channel]--;
        taken[channel] = !isLast;
        flying[(int)((Now + 1 + NodeLink) % flying.Length)].Add((channel, packet));
        InFlight++;
        return true;
    }

    /// <summary>One cycle of all routers.</summary>
    public void Step()
    {
        foreach (var (channel, packet) in flying[(int)(Now % flying.Length)]) Arrive(channel, packet);
        foreach (var channel in returning[(int)(Now % returning.Length)]) credits[channel]++;
        flying[(int)(Now % flying.Length)].Clear();
        returning[(int)(Now % returning.Length)].Clear();
        for (var router = 0; router < occupied.Length; router++)
        {
            if (occupied[router] == 0) continue;
            // With a cycle for each, a channel won now asks for the switch in the next one.
            if (model.RouterDelay >= 3) Switch(router);
            AllocateChannels(router);
            if (model.RouterDelay < 3) Switch(router);
            foreach (var behind in freed) taken[behind] = false; // Seen by the allocator from the next cycle on.
            freed.Clear();
        }

        Now++;
    }

    private void Arrive(int channel, int packet)
    {
        if (channel >= inputs.Length)
        {
            InFlight--;
            Arrived(packet, Now);
            return;
        }

        ref var input = ref inputs[channel];
        var at = (channel * model.Buffer) + ((input.Head + input.Length++) % model.Buffer);
        (queues[at], arrivals[at]) = (packet, Now);
        occupied[channel / lines] |= UInt128.One << (channel % lines);
    }

    private void AllocateChannels(int router)
    {
        var first = router * lines;
        Array.Clear(wishes);
        for (var left = occupied[router]; left != 0; left &= left - 1)
        {
            var line = (int)UInt128.TrailingZeroCount(left);
            ref var input = ref inputs[first + line];
            var at = ((first + line) * model.Buffer) + input.Head;
            if (input.Channel >= 0 || Now < arrivals[at] + Math.Max(0, model.RouterDelay - 3)) continue;
            if (input.Port < 0) input.Port = (sbyte)shape.Port(router, destinations[queues[at]]);
            wishes[input.Port] |= UInt128.One << line;
        }

        Array.Fill(channelGrants, -1);
        for (var port = 0; port < ports; port++)
        {
            for (var vc = 0; vc < vcs && wishes[port] != 0; vc++)
            {
                var behind = Behind(router, port, vc);
                if (taken[behind]) continue;
                var line = Next(Allowed(router, port, vc, wishes[port]), grantTurn[behind]);
                // Of the channels an input is granted, it takes the first from its own turn on.
                if (line >= 0 && (channelGrants[line] < 0 || Turn(vc, acceptTurn[first + line]) < Turn(channelGrants[line], acceptTurn[first + line]))) channelGrants[line] = vc;
            }
        }

        for (var line = 0; line < lines; line++)
        {
            if (channelGrants[line] is not (>= 0 and var vc)) continue;
            ref var input = ref inputs[first + line];
            var behind = Behind(router, input.Port, vc);
            taken[behind] = true;
            (input.Channel, input.Sent) = (vc, 0);
            grantTurn[behind] = (line + 1) % lines;
            acceptTurn[first + line] = (vc + 1) % vcs;
        }
    }

    private int Turn(int vc, int from) => vc >= from ? vc - from : vc - from + vcs;

    /// <summary>On a torus the upper half of the channels is for packets that have wrapped on this axis, the lower half for those that have not.</summary>
    private UInt128 Allowed(int router, int port, int vc, UInt128 wishing)
    {
        if (shape.Topology != NetworkTopology.Torus || port == shape.Links) return wishing;
        UInt128 allowed = 0;
        for (var left = wishing; left != 0; left &= left - 1)
        {
            var line = (int)UInt128.TrailingZeroCount(left);
            var channel = (router * lines) + line;
            var past = shape.Wraps(router, port) || wrappedAxis[queues[(channel * model.Buffer) + inputs[channel].Head]] == port / 2;
            if (past == vc >= vcs / 2) allowed |= UInt128.One << line;
        }

        return allowed;
    }

    private void Switch(int router)
    {
        var first = router * lines;
        Array.Clear(wishes); // by output: input channels that could send
        for (var left = occupied[router]; left != 0; left &= left - 1)
        {
            var line = (int)UInt128.TrailingZeroCount(left);
            ref readonly var input = ref inputs[first + line];
            if (input.Channel < 0 || Now < arrivals[((first + line) * model.Buffer) + input.Head] + Math.Max(0, model.RouterDelay - 2)) continue;
            if (credits[Behind(router, input.Port, input.Channel)] > 0) wishes[input.Port] |= UInt128.One << line;
        }

        Array.Fill(switchGrants, -1); // by input port: output
        for (var output = 0; output < ports; output++)
        {
            if (wishes[output] == 0) continue;
            var turn = switchGrantTurn[(router * ports) + output];
            var line = Next(wishes[output], turn * vcs);
            var (port, accept) = (line / vcs, switchAcceptTurn[(router * ports) + (line / vcs)]);
            if (switchGrants[port] < 0 || (output - accept + ports) % ports < (switchGrants[port] - accept + ports) % ports) switchGrants[port] = output;
        }

        for (var port = 0; port < ports; port++)
        {
            if (switchGrants[port] is not (>= 0 and var output)) continue;
            var mine = wishes[output] & (((UInt128.One << vcs) - 1) << (port * vcs));
            var line = Next(mine, (port * vcs) + channelTurn[(router * ports) + port]);
            switchGrantTurn[(router * ports) + output] = (port + 1) % ports;
            switchAcceptTurn[(router * ports) + port] = (output + 1) % ports;
            channelTurn[(router * ports) + port] = ((line % vcs) + 1) % vcs;
            Send(router, line);
        }
    }

    private void Send(int router, int line)
    {
        var channel = (router * lines) + line;
        ref var input = ref inputs[channel];
        var packet = queues[(channel * model.Buffer) + input.Head];
        var (behind, port) = (Behind(router, input.Port, input.Channel), input.Port);
        input.Head = (input.Head + 1) % model.Buffer;
        if (--input.Length == 0) occupied[router] &= ~(UInt128.One << line);
        if (port < shape.Links)
        {
            credits[behind]--;
            LinkFlits[(router * shape.Links) + port]++;
            // The head decides; later flits follow it, and are on other links meanwhile.
            if (shape.Topology == NetworkTopology.Torus && input.Sent == 0 && wrappedAxis[packet] != port / 2) wrappedAxis[packet] = (sbyte)(shape.Wraps(router, port) ? port / 2 : -1);
        }

        if (++input.Sent == model.PacketFlits)
        {
            freed.Add(behind);
            (input.Port, input.Channel) = (-1, -1);
        }

        var (onward, back) = (port == shape.Links ? NodeLink : model.LinkDelay, line / vcs == shape.Links ? NodeLink : model.LinkDelay);
        flying[(int)((Now + (model.RouterDelay == 1 ? 1 : 2) + onward) % flying.Length)].Add((behind, packet));
        returning[(int)((Now + 1 + back) % returning.Length)].Add(channel);
        LastMove = Now;
    }

    /// <summary>The input channel behind an output channel; for the node's own port a number past all of them.</summary>
    private int Behind(int router, int port, int vc) => port == shape.Links
        ? inputs.Length + (router * vcs) + vc
        : (shape.Neighbour(router, port) * lines) + (NetworkShape.Opposite(port) * vcs) + vc;

    /// <summary>The first of a set from a position on, going around; -1 for none.</summary>
    private static int Next(UInt128 set, int from)
    {
        if (set == 0) return -1;
        var above = set >> from << from;
        return (int)UInt128.TrailingZeroCount(above != 0 ? above : set);
    }

    /// <summary>The state of one virtual channel of an input port.</summary>
    private struct InputChannel
    {
        /// <summary>Where its first flit stands in the ring.</summary>
        public int Head;

        /// <summary>Flits in it.</summary>
        public int Length;

        /// <summary>Flits of the packet at the head that have left.</summary>
        public int Sent;

        /// <summary>Port that packet leaves by, -1 before it is known.</summary>
        public sbyte Port;

        /// <summary>Channel it got behind that port, -1 before.</summary>
        public int Channel;
    }
}
