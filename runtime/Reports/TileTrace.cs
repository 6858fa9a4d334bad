using System.Text.Json;
using NeuroChip.Ir.Images;

namespace NeuroChip.Runtime.Reports;

/// <summary>
/// The time line of the first sample on a chip of tiles, in the Trace Event Format as <see cref="PerfettoTrace"/>: one process per kind of tile, one thread per tile,
/// one slice per stage and step on each of its tiles. docs/report.md lists its fields.
/// </summary>
internal static class TileTrace
{
    private const int FlushAt = 1 << 16;

    /// <summary>Writes the trace; the run must have kept <see cref="RunRecording.CoreTicks"/>.</summary>
    public static void Write(ChipImage image, SessionResult run, Stream stream)
    {
        var (schedule, timing, did) = (image.Schedule!, run.Samples[0].Timing.Tiles!, run.Samples[0].Activity.Populations);
        if (timing.Spans.IsEmpty && timing.Latency.Count > 0) throw new ArgumentException($"the run has not kept {nameof(RunRecording.CoreTicks)}", nameof(run));
        using var json = new Utf8JsonWriter(stream);
        json.WriteStartObject();
        json.WriteString("displayTimeUnit", "ns");
        json.WriteStartObject("otherData");
        json.WriteString("model", image.Name);
        json.WriteNumber("cycles", timing.Latency.Count);
        json.WriteNumber("clockHertz", timing.ClockHertz);
        json.WriteEndObject();
        json.WriteStartArray("traceEvents");
        var kinds = schedule.Stages.Select(s => s.TileKind).Distinct().Order(StringComparer.Ordinal).ToList();
        foreach (var (i, kind) in kinds.Index()) Name(json, "process_name", i + 1, null, $"{kind} tiles");
        foreach (var (tile, kind) in schedule.Stages.SelectMany(s => s.Tiles.Select(t => (t, s.TileKind))).Distinct().OrderBy(t => t.t)) Name(json, "thread_name", kinds.IndexOf(kind) + 1, tile, $"tile {tile}");
        foreach (var span in timing.Spans)
        {
            var stage = schedule.Stages[span.Stage];
            foreach (var tile in stage.Tiles)
            {
                json.WriteStartObject();
                json.WriteString("ph", "X");
                json.WriteString("name", image.Populations[stage.Population.Index].Name);
                Track(json, kinds.IndexOf(stage.TileKind) + 1, tile);
                json.WriteNumber("ts", Microseconds(span.Start.Count, timing.ClockHertz));
                json.WriteNumber("dur", Microseconds(span.End.Count, timing.ClockHertz) - Microseconds(span.Start.Count, timing.ClockHertz));
                json.WriteStartObject("args");
                json.WriteNumber("step", span.Step);
                json.WriteNumber("cycles", span.End.Count - span.Start.Count);
                json.WriteNumber("emissions", did[stage.Population.Index].EmissionsPerStep[span.Step]);
                json.WriteEndObject();
                json.WriteEndObject();
            }

            if (json.BytesPending >= FlushAt) json.Flush();
        }

        json.WriteEndArray();
        json.WriteEndObject();
        json.Flush();
        stream.WriteByte((byte)'\n');
    }

    private static void Name(Utf8JsonWriter json, string what, int process, int? tile, string name)
    {
        json.WriteStartObject();
        json.WriteString("ph", "M");
        json.WriteString("name", what);
        Track(json, process, tile);
        json.WriteStartObject("args");
        json.WriteString("name", name);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void Track(Utf8JsonWriter json, int process, int? tile)
    {
        json.WriteNumber("pid", process);
        if (tile is { } number) json.WriteNumber("tid", number + 1);
    }

    /// <summary>Ends are rounded to nanoseconds, not durations, so that neighbours neither overlap nor part.</summary>
    private static decimal Microseconds(long cycles, double clock) => (long)Math.Round(cycles / clock * 1e9) / 1000m;
}
