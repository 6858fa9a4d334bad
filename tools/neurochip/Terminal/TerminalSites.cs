using NeuroChip.Runtime.Reports;
using Spectre.Console;
using static NeuroChip.Runtime.Reports.ReportText;

namespace NeuroChip.Cli.Terminal;

/// <summary>What the terminal's report says about active sites: the layers that save most, and the whole run.</summary>
internal static class TerminalSites
{
    private const int LayersShown = 12;

    /// <summary>Lines of the summary.</summary>
    public static void Summary(RunReport run, ReportSites sites, Action<string, string> line)
    {
        foreach (var table in sites.Tables.Take(LayersShown)) line("Sites", $"'{table.Name}': {SiteText.Table(table, run.Samples)}");
        if (sites.Tables.Length > LayersShown) line("", $"and {sites.Tables.Length - LayersShown} more tables");
    }

    /// <summary>Vanilla addressing beside that of spike sparse convolution.</summary>
    public static void Write(RunReport run, ReportSites sites, IAnsiConsole console)
    {
        console.WriteLine("Vanilla spike convolution addressing against SSC addressing, per inference:");
        var table = new Table().Border(TableBorder.Simple).AddColumn(new TableColumn("layer").Padding(0, 0, 1, 0));
        foreach (var column in (string[])["lookups", "operations", "vanilla", "cycles", "vanilla", "energy", "vanilla"]) table.AddColumn(new TableColumn(column).RightAligned().NoWrap().Padding(0, 0, 1, 0));
        var shown = sites.Layers.OrderByDescending(l => l.VanillaOperations).Take(LayersShown).ToHashSet();
        foreach (var row in sites.Layers.Where(shown.Contains)) Add(Markup.Escape(row.Name), row);
        Add("the whole run", sites.Total);
        console.Write(table);
        console.WriteLine(SiteText.Meaning);
        console.WriteLine();

        string Of(long count) => Si((double)count / run.Samples, "").TrimEnd();
        void Add(string name, ReportAddressing row) => table.AddRow(
            name, Of(row.Probes), Of(row.Operations), Of(row.VanillaOperations), Of(row.Cycles), Of(row.VanillaCycles), Si(row.Joules / run.Samples, "J"), Si(row.VanillaJoules / run.Samples, "J"));
    }
}
