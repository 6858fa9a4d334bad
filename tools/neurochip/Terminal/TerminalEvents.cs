using NeuroChip.Runtime.Reports;
using Spectre.Console;
using static NeuroChip.Runtime.Reports.ReportText;

namespace NeuroChip.Cli.Terminal;

/// <summary>What the terminal's report says about single spikes, for runs with event timing.</summary>
internal static class TerminalEvents
{
    private const int StepsShown = 14;

    /// <summary>Lines of the summary.</summary>
    public static void Summary(RunReport run, ReportEvents events, Action<string, string> line)
    {
        line("Spikes", EventText.Spikes(events));
        if (events.Cores.IsEmpty) return;
        var (core, units) = run.Cores.Zip(events.Cores).MaxBy(c => c.Second.QueueHighWater);
        line("Queues", $"longest at core {core.Place()} '{core.Layer}': {Plural(units.QueueHighWater, "spike")}");
    }

    /// <summary>The critical path.</summary>
    public static void Write(RunReport run, ReportEvents events, IAnsiConsole console)
    {
        var steps = EventText.Condensed(events).ToArray();
        if (steps.Length == 0) return;
        console.WriteLine($"Critical path of the longest tick, number {events.SlowestTick} of an inference: {Count(steps[^1].EndCycle)} of {Count(run.Timing.CyclesPerTick)} cycles");
        var table = new Table().Border(TableBorder.Simple).AddColumn(new TableColumn("cycles").RightAligned().NoWrap()).AddColumn("what").AddColumn("where").AddColumn(new TableColumn("waiting").RightAligned().NoWrap());
        var left = steps.Length > StepsShown ? steps.OrderByDescending(s => s.EndCycle - s.StartCycle).Take(StepsShown).ToHashSet() : [.. steps];
        foreach (var step in steps.Where(left.Contains))
            table.AddRow(Count(step.EndCycle - step.StartCycle), Markup.Escape(EventText.Condensed(step)), Markup.Escape($"{step.Place} {step.Layer}".TrimEnd()), step.WaitedCycles > 0 ? Count(step.WaitedCycles) : "");
        console.Write(table);
        if (left.Count < steps.Length) console.WriteLine($"The {left.Count} longest of {steps.Length} steps; report.json has all.");
    }
}
