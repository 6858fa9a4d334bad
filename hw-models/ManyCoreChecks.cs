using System.Globalization;
using NeuroChip.HwModels.Fields;
using NeuroChip.Ir.Diagnostics;

namespace NeuroChip.HwModels;

/// <summary>What must hold between the numbers of a many-core chip (NC6015).</summary>
internal static class ManyCoreChecks
{
    /// <summary>Adds what does not hold to <paramref name="bag"/>.</summary>
    public static void Run(ManyCoreChip chip, ChipNode root, DiagnosticBag bag)
    {
        void Require(bool holds, string path, string message, params ReadOnlySpan<string> notes)
        {
            if (!holds) bag.Add(root.Nearest(path).Error("NC6015", message, notes));
        }

        foreach (var (path, value) in new[]
        {
            ("tick", chip.Tick), ("machine.width", chip.Machine.Width), ("machine.height", chip.Machine.Height), ("core.usable", chip.Core.Usable),
            ("core.clock", chip.Core.Clock), ("core.neurons", chip.Core.Neurons), ("noc.router_clock", chip.Noc.RouterClock),
            ("synapse.word", chip.Synapse.Word), ("synapse.delay_slots", chip.Synapse.DelaySlots),
        })
            Require(value.Value > 0, path, $"'{path}' is {value}; it must be more than 0");

        Require(chip.Tick.Value * chip.Core.Clock.Value is >= 1 and <= 1e15, "tick", $"a tick of {chip.Tick} at {chip.Core.Clock} must have 1 to 1e15 cycles");

        var core = chip.Core;
        Require(core.Usable.Count <= core.PerChip.Count, "core.usable", $"{core.Usable} of a chip are usable, but it has {core.PerChip}");
        Require(core.DtcmReserved.Value <= core.Dtcm.Value, "core.dtcm_reserved", $"the system keeps {core.DtcmReserved} of {core.Dtcm} of data memory");
        Require(chip.Memory.SdramUsable.Value <= chip.Memory.Sdram.Value, "memory.sdram_usable", $"{chip.Memory.SdramUsable} are usable, but a chip has {chip.Memory.Sdram}");

        var s = chip.Synapse;
        var bits = s.Weight.Bits.Count + s.Delay.Bits.Count + s.Type.Bits.Count + s.Index.Bits.Count;
        Require(bits <= s.Word.Bits.Count, "synapse.word", $"weight, delay, type and index take {bits} bit, the word of a synapse has {s.Word.Bits.Count}");
        Require(
            s.Index.Bits.Count >= 31 || core.Neurons.Count <= 1L << (int)s.Index.Bits.Count, "synapse.index",
            $"{s.Index} cannot name {core.Neurons} of a core");

        if (chip.Pipeline is { } pipeline)
        {
            foreach (var (path, room) in new[] { ("row_buffers", pipeline.RowBuffers), ("send_queue", pipeline.SendQueue), ("link_buffer", pipeline.LinkBuffer) })
                if (room.Count < 1) bag.Add(root.Nearest($"pipeline.{path}").Error("NC6050", $"'pipeline.{path}' is {room}; without room for one nothing could ever move", ["the least is 1"]));
            if (pipeline.CoreLink.Value <= 0) bag.Add(root.Nearest("pipeline.core_link").Error("NC6050", $"'pipeline.core_link' is {pipeline.CoreLink}; nothing could ever leave a core", ["it must be more than 0"]));
            if (core.SpikeQueue.Count < 1) bag.Add(root.Nearest("core.spike_queue").Error("NC6050", $"'core.spike_queue' is {core.SpikeQueue}; without room for one no spike could ever be handled", ["the least is 1"]));
        }

        if (!bag.HasErrors) CheckMachine(chip.Machine, Require);
    }

    private delegate void Check(bool holds, string path, string message, params ReadOnlySpan<string> notes);

    private static void CheckMachine(MachineModel machine, Check require)
    {
        var (width, height) = (machine.Width.Count, machine.Height.Count);
        require((long)width * height <= 1 << 20, "machine.width", $"{width} x {height} chips are more than 1048576, the most a machine can have");
        require(machine.BoardOrigins.Length > 0, "machine.board_origins", "a machine has at least one board");
        require(machine.BoardRows.Length is var rows && rows > 0 && rows <= height, "machine.board_rows", $"a board of {machine.BoardRows.Length} rows does not fit a machine of {machine.Height}");
        foreach (var row in machine.BoardRows)
        {
            var ends = row.Split('-').Select(t => long.Parse(t, CultureInfo.InvariantCulture)).ToArray();
            require(ends[0] <= ends[1] && ends[1] < width, "machine.board_rows", $"row '{row}' of a board is empty or does not fit a machine of {machine.Width}");
            if (ends[0] > ends[1] || ends[1] >= width) return;
        }
        foreach (var origin in machine.BoardOrigins)
        {
            var at = origin.Split(',').Select(t => long.Parse(t, CultureInfo.InvariantCulture)).ToArray();
            require(at[0] < width && at[1] < height, "machine.board_origins", $"board origin '{origin}' is outside the machine of {width} x {height} chips");
            if (at[0] >= width || at[1] >= height) return;
        }
        if (machine.BoardRows.Length > height || (long)width * height > 1 << 20) return;
        var taken = new Dictionary<(int X, int Y), int>();
        foreach (var (x, y, board) in machine.BoardCells())
        {
            if (taken.TryAdd((x, y), board)) continue;
            require(false, "machine.board_origins", $"chip ({x},{y}) would be on board {taken[(x, y)]} and on board {board}");
            return;
        }
    }
}
