namespace NeuroChip.Runtime.Reports;

/// <summary>The report as one self-contained page.</summary>
public sealed class HtmlReport : IReportWriter
{
    /// <inheritdoc/>
    public string Name => "html";

    /// <inheritdoc/>
    public string FileName => "report.html";

    /// <inheritdoc/>
    public void Write(RunReport report, Stream stream) => throw new InvalidOperationException();
}
