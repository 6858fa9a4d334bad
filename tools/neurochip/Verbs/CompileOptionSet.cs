using System.Collections.Immutable;
using System.CommandLine;
using System.CommandLine.Parsing;

namespace NeuroChip.Cli.Verbs;

/// <summary>The options of compiling a model; <c>compile</c> and <c>simulate</c> share them, <c>import</c> has the first few.</summary>
internal sealed class CompileOptionSet
{
    private readonly Option<string> chip = new("--chip") { Description = "A built-in chip (see: neurochip chips) or a YAML file", DefaultValueFactory = _ => "spinnaker1" };
    private readonly Option<string?> precision = new("--precision") { Description = "float32, or int8, int4, ...; the chip's own if not given" };
    private readonly Option<string?> calibrate = new("--calibrate") { Description = "Sample inputs (.npz) to choose integer scales by" };
    private readonly Option<int?> timesteps = new("--timesteps") { Description = "Steps to run a model of a single step for" };
    private readonly Option<string[]> inputShapes = new("--input-shape") { Description = "Shape of an input that the model leaves open, e.g. x=1x3x32x32" };
    private readonly Option<string?> placer = new("--placer") { Description = "How layers are placed on cores" };
    private readonly Option<string?> router = new("--router") { Description = "How multicast trees are found" };
    private readonly Option<int> seed = new("--seed") { Description = "Seed of everything random", DefaultValueFactory = _ => 1 };
    private readonly Option<string?> stopAfter = new("--stop-after") { Description = "Stop after this pass" };
    private readonly Option<bool> verify = new("--verify") { Description = "Verify the network after every pass" };
    private readonly Option<string?> strict = new Option<string?>("--strict") { Description = "Refuse what is not driven by spikes" }.AcceptOnlyFromAmong("spike-driven");

    public CompileOptionSet()
    {
        inputShapes.Validators.Add(result =>
        {
            foreach (var token in result.Tokens)
            {
                if (ParseShape(token.Value) is null) result.AddError($"--input-shape {token.Value}: write name=1x3x32x32");
            }
        });
        timesteps.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int?>() < 1) result.AddError("--timesteps must be 1 or more");
        });
    }

    public void AddTo(Command command)
    {
        AddImportOptionsTo(command);
        foreach (var option in (Option[])[chip, precision, calibrate, placer, router, seed, verify, strict]) command.Add(option);
    }

    public void AddImportOptionsTo(Command command)
    {
        command.Add(timesteps);
        command.Add(inputShapes);
    }

    public void AddStopAfterTo(Command command) => command.Add(stopAfter);

    public CompileRequest Read(ParseResult parsed, string model, int threads) => new(
        model,
        parsed.GetValue(chip) ?? "spinnaker1",
        parsed.GetValue(precision),
        parsed.GetValue(calibrate),
        parsed.GetValue(timesteps),
        (parsed.GetValue(inputShapes) ?? []).Select(s => ParseShape(s)!.Value).ToImmutableDictionary(s => s.Name, s => s.Shape),
        parsed.GetValue(placer),
        parsed.GetValue(router),
        parsed.GetValue(seed),
        parsed.GetValue(stopAfter),
        parsed.GetValue(verify),
        parsed.GetValue(strict),
        threads);

    private static (string Name, ImmutableArray<int> Shape)? ParseShape(string text)
    {
        var at = text.LastIndexOf('=');
        if (at < 1) return null;
        var extents = text[(at + 1)..].Split('x');
        var shape = extents.Select(e => int.TryParse(e, out var extent) ? extent : 0).ToImmutableArray();
        return shape.All(extent => extent > 0) ? (text[..at], shape) : null;
    }
}
