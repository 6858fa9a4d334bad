using System.CommandLine;

namespace NeuroChip.Cli.Verbs;

/// <summary>The options of running a workload beside those it shares with images (<c>--chip</c>, <c>--spikes</c>, <c>--seed</c>, <c>--output</c>, <c>--json</c>).</summary>
internal sealed class WorkloadOptions
{
    private readonly Option<string?> network = new("--network") { Description = "Of a workload file: which network, if it holds several" };
    private readonly Option<double?> density = new("--density") { Description = "Of a workload: probability of a spike (0 to 1), for layers without recorded ones" };

    public WorkloadOptions() => density.Validators.Add(result =>
    {
        if (result.GetValueOrDefault<double?>() is < 0 or > 1 or double.NaN) result.AddError("--density must be from 0 to 1");
    });

    public IEnumerable<Option> All => [network, density];

    public void AddTo(Command command)
    {
        foreach (var option in All) command.Add(option);
    }

    public WorkloadSimulation Read(ParseResult parsed, string file, string? chip, long seed, RunRequest request) =>
        new(file, chip, parsed.GetValue(network), request.Spikes, parsed.GetValue(density), seed, request.Json, request.Output);
}
