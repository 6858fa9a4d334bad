using System.Collections.Immutable;

namespace NeuroChip.Runtime.Reports;

/// <summary>One form of a run's report.</summary>
public interface IReportWriter
{
    /// <summary>Name on the command line, e.g. <c>html</c>.</summary>
    string Name { get; }

    /// <summary>File name in a folder of reports, e.g. <c>report.html</c>.</summary>
    string FileName { get; }

    /// <summary>Writes the report; equal reports give equal bytes.</summary>
    void Write(RunReport report, Stream stream);
}

/// <summary>Every form a report can be written in: a new one is one file in this folder and one line here.</summary>
public static class ReportWriters
{
    /// <summary>All of them.</summary>
    public static ImmutableArray<IReportWriter> All { get; } = [new JsonReport(), new HtmlReport(), new CsvReport()];
}
