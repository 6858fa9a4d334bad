using System.Collections.Immutable;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using NeuroChip.Runtime.Reports;

namespace NeuroChip.Runtime.Workloads;

/// <summary>
/// What a chip of tiles needs for a workload: integer counts, and what was derived from them and the chip model. Equal workloads, spikes and chips give equal
/// bytes.
/// </summary>
/// <param name="Format">Always <see cref="FormatName"/>.</param>
/// <param name="Version">Version of the form.</param>
/// <param name="Network">Name of the network.</param>
/// <param name="Spikes">Where its spikes come from.</param>
/// <param name="Chip">On what it runs.</param>
/// <param name="Layers">Layers in order.</param>
/// <param name="Total">All layers together.</param>
/// <param name="Energy">The price of the counts under one cost table.</param>
/// <param name="NotModelled">What the numbers leave out.</param>
public sealed record WorkloadReport(
    string Format,
    int Version,
    string Network,
    WorkloadReportSpikes Spikes,
    WorkloadReportChip Chip,
    ImmutableArray<WorkloadReportLayer> Layers,
    WorkloadReportTotal Total,
    ReportEnergy? Energy,
    ImmutableArray<string> NotModelled)
{
    /// <summary>Value of <see cref="Format"/>.</summary>
    public const string FormatName = "neurochip-workload";

    /// <summary>The version this build writes.</summary>
    public const int CurrentVersion = 1;

    // Quotes and units stay readable: the file is data, not part of a page.
    private static readonly WorkloadReportJson Readable = new(new JsonSerializerOptions(WorkloadReportJson.Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });

    /// <summary>Writes the report as JSON.</summary>
    public void WriteJson(Stream stream)
    {
        JsonSerializer.Serialize(stream, this, Readable.WorkloadReport);
        stream.WriteByte((byte)'\n');
    }
}

/// <summary>Where the spikes of a run come from.</summary>
/// <param name="Source">"trace", "drawn", "trace and drawn" or "none".</param>
/// <param name="Trace">The trace, if there is one.</param>
/// <param name="Recorded">Inputs of layers that were recorded.</param>
/// <param name="Drawn">Inputs of layers whose spikes were drawn.</param>
/// <param name="Density">Probability of a spike, if some were drawn.</param>
/// <param name="Seed">Seed, if some were drawn.</param>
public sealed record WorkloadReportSpikes(string Source, string? Trace, int Recorded, int Drawn, double? Density, long? Seed);

/// <summary>On what it ran.</summary>
/// <param name="Name">Name of the chip model.</param>
/// <param name="Title">The chip in one line.</param>
/// <param name="ClockHertz">Clock.</param>
/// <param name="Yaml">The chip model itself.</param>
public sealed record WorkloadReportChip(string Name, string Title, double ClockHertz, string Yaml);

/// <summary>One layer.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Kind">Kind of work: conv, linear, attention, neurons, pool, normalise.</param>
/// <param name="Tile">Kind of tile that does it; null if no time is counted for it.</param>
/// <param name="Rows">Rows M of the spike matrix.</param>
/// <param name="Inputs">Its columns K.</param>
/// <param name="Outputs">Outputs N.</param>
/// <param name="Cycles">Cycles by which it makes the run longer.</param>
/// <param name="CyclesAlone">Cycles without anything before or beside it.</param>
/// <param name="WaitingCycles">Cycles of these in which data is on its way.</param>
/// <param name="Units">Busy cycles of each unit.</param>
/// <param name="DramReadBits">Bits read from DRAM.</param>
/// <param name="DramWrittenBits">Bits written to DRAM.</param>
/// <param name="Events">Spikes that go in, each counted once; null if they are not known.</param>
/// <param name="BitDensity">Set bits per bit of the spike matrix; null if not known.</param>
/// <param name="ProductDensity">Bits left to add after product sparsity per bit of it; null for a machine that does not look for it.</param>
/// <param name="Additions">Additions made.</param>
/// <param name="Macs">Multiply-accumulates made.</param>
/// <param name="NeuronUpdates">Neuron steps.</param>
public sealed record WorkloadReportLayer(
    string Name,
    string Kind,
    string? Tile,
    long Rows,
    long Inputs,
    long Outputs,
    long Cycles,
    long CyclesAlone,
    long WaitingCycles,
    ImmutableArray<WorkloadReportUnit> Units,
    long DramReadBits,
    long DramWrittenBits,
    long? Events,
    double? BitDensity,
    double? ProductDensity,
    long Additions,
    long Macs,
    long NeuronUpdates);

/// <summary>Busy cycles of a unit.</summary>
/// <param name="Unit">Its name.</param>
/// <param name="BusyCycles">Cycles it works on the layer.</param>
public readonly record struct WorkloadReportUnit(string Unit, long BusyCycles);

/// <summary>All layers together.</summary>
/// <param name="Samples">Samples of the batch.</param>
/// <param name="Cycles">Cycles of the run.</param>
/// <param name="Seconds">Seconds of the run.</param>
/// <param name="DramBits">Bits from and to DRAM.</param>
/// <param name="BitDensity">Set bits per bit over the spike matrices of all layers, each counted as often as the machine goes through it; null if not known.</param>
/// <param name="ProductDensity">The same for the bits left to add.</param>
/// <param name="Additions">Additions made.</param>
/// <param name="Macs">Multiply-accumulates made.</param>
/// <param name="NeuronUpdates">Neuron steps.</param>
public sealed record WorkloadReportTotal(
    int Samples, long Cycles, double Seconds, long DramBits, double? BitDensity, double? ProductDensity, long Additions, long Macs, long NeuronUpdates);

/// <summary>Generated serialisers: no reflection, so the command line starts fast.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(WorkloadReport))]
internal sealed partial class WorkloadReportJson : JsonSerializerContext;
