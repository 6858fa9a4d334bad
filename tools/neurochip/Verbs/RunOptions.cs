using System.CommandLine;
using NeuroChip.Cli.Engines;

namespace NeuroChip.Cli.Verbs;

/// <summary>The options of running an image; <c>run</c> and <c>simulate</c> share them.</summary>
internal sealed class RunOptions
{
    private readonly Option<string?> input = new("--input") { Description = "Arrays in .npz (or one in .npy), under the model's input names" };
    private readonly Option<string?> spikes = new("--spikes") { Description = "Recorded spikes (.npz), under the names of layers or populations: they are sent instead of computed ones" };
    private readonly Option<string?> output = new("--output") { Description = "Where to write the outputs (.npz)" };
    private readonly Option<string> record = new("--record") { Description = "Which emissions to write too: outputs, all, or names of populations with commas between", DefaultValueFactory = _ => "outputs" };
    private readonly Option<string> engine = new Option<string>("--engine") { Description = "What computes the spikes", DefaultValueFactory = _ => "cpu" }.AcceptOnlyFromAmong(EngineTable.Names);
    private readonly BatchOption batch = new();
    private readonly Option<string> timing = new Option<string>("--timing") { Description = "What tells when they happen: sums and formulas, or every spike on its way", DefaultValueFactory = _ => "analytic" }.AcceptOnlyFromAmong("analytic", "event");
    private readonly Option<string?> labels = new("--labels") { Description = "Array of the input file with the class of each sample: the report states accuracy" };
    private readonly Option<string?> samples = new("--samples") { Description = "Part of the samples: A..B takes A to B - 1" };
    private readonly Option<string?> report = new("--report") { Description = "Folder for report.json, report.html and report.csv" };
    private readonly Option<string?> trace = new("--trace") { Description = "Where to write the time line of the first sample (JSON for ui.perfetto.dev)" };
    private readonly Option<bool> json = new("--json") { Description = "Print the report as JSON" };

    /// <summary>Those that mean something for images only, not for workloads.</summary>
    public IEnumerable<Option> OfImages => [input, record, engine, batch, timing, labels, samples, report, trace];

    public void AddTo(Command command)
    {
        foreach (var option in (Option[])[input, spikes, output, record, engine, batch, timing, labels, samples, report, trace, json]) command.Add(option);
    }

    public RunRequest Read(ParseResult parsed, int threads) => new(
        parsed.GetValue(input),
        parsed.GetValue(output),
        parsed.GetRequiredValue(record),
        parsed.GetRequiredValue(engine),
        parsed.GetValue(labels),
        parsed.GetValue(samples),
        parsed.GetValue(report),
        parsed.GetValue(json),
        threads)
    {
        Batch = parsed.GetValue(batch),
        Timing = parsed.GetRequiredValue(timing),
        Trace = parsed.GetValue(trace),
        Spikes = parsed.GetValue(spikes),
    };
}

/// <summary>What to run and where the results go.</summary>
/// <param name="Input">Input file; null if everything that is needed is recorded in <see cref="Spikes"/>.</param>
/// <param name="Output">Output file, if any.</param>
/// <param name="Record"><c>outputs</c>, <c>all</c> or names.</param>
/// <param name="Engine">Name of the engine.</param>
/// <param name="Labels">Array of labels, if any.</param>
/// <param name="Samples">Range of samples, null for all.</param>
/// <param name="ReportFolder">Folder for the report, if any.</param>
/// <param name="Json">Print JSON instead of tables.</param>
/// <param name="Threads">Threads of the engine.</param>
internal sealed record RunRequest(
    string? Input, string? Output, string Record, string Engine, string? Labels, string? Samples, string? ReportFolder, bool Json, int Threads)
{
    /// <summary>Samples side by side at most, in engines that can.</summary>
    public int Batch { get; init; } = 16;

    /// <summary>Name of the timing model; <c>analytic</c> is the usual one of the chip.</summary>
    public string Timing { get; init; } = "analytic";

    /// <summary>File for the trace of the first sample, if any.</summary>
    public string? Trace { get; init; }

    /// <summary>File of recorded spikes, if any.</summary>
    public string? Spikes { get; init; }
}
