using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using NeuroChip.Ir.Diagnostics;

namespace NeuroChip.Runtime.Reports;

/// <summary>The complete report as JSON (docs/report.md), the one form that is read back.</summary>
public sealed class JsonReport : IReportWriter
{
    // Quotes and units stay readable: the file is data, not part of a page.
    private static readonly ReportJson Forms = new(new JsonSerializerOptions(ReportJson.Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });

    /// <inheritdoc/>
    public string Name => "json";

    /// <inheritdoc/>
    public string FileName => "report.json";

    /// <inheritdoc/>
    public void Write(RunReport report, Stream stream)
    {
        JsonSerializer.Serialize(stream, report, Forms.RunReport);
        stream.WriteByte((byte)'\n');
    }

    /// <summary>Reads a <c>report.json</c>; a file that is none is refused with NC5014.</summary>
    public static RunReport Read(string path)
    {
        RunReport? report;
        try
        {
            using var stream = File.OpenRead(path);
            report = JsonSerializer.Deserialize(stream, Forms.RunReport);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DiagnosticException(Diagnostic.Error("NC5001", $"'{path}' cannot be read: {(e is FileNotFoundException or DirectoryNotFoundException ? "there is no such file" : e.Message)}", new Place(path)));
        }
        catch (JsonException e)
        {
            throw NoReport(path, "it is not the JSON of a report", new Place(path, e.Path, (int)(e.LineNumber ?? -1) + 1, (int)(e.BytePositionInLine ?? -1) + 1));
        }

        if (report is not { Format: RunReport.FormatName }) throw NoReport(path, "it is not the report of a run", new Place(path));
        if (report.Version != RunReport.CurrentVersion)
            throw NoReport(path, $"it has version {report.Version}; this build reads version {RunReport.CurrentVersion}", new Place(path));
        if (report.Samples < 1 || report.Layers.IsDefault || report.Projections.IsDefault || report.Cores.IsDefault || report.Links.IsDefault
            || report.Model is null || report.Chip is null || report.Timing is null || report.NeuroBench is null)
        {
            throw NoReport(path, "parts of it are missing", new Place(path));
        }

        return report;
    }

    private static DiagnosticException NoReport(string path, string what, Place place) =>
        new(Diagnostic.Error("NC5014", $"'{path}' cannot be used as a report: {what}", place, "neurochip run ... --report DIR writes DIR/report.json"));
}

/// <summary>Generated (de)serialisers: no reflection, so the command line starts fast.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    WriteIndented = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectRequiredConstructorParameters = false)]
[JsonSerializable(typeof(RunReport))]
internal sealed partial class ReportJson : JsonSerializerContext;
