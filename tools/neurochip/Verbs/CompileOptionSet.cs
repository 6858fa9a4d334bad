using System.Collections.Immutable;
using System.CommandLine;
using NeuroChip.Cli.Compiling;
using NeuroChip.Compiler;
using NeuroChip.Compiler.Mapping;
using NeuroChip.Compiler.Onnx.Sparse;
using NeuroChip.Runtime.Arrays;

namespace NeuroChip.Cli.Verbs;

/// <summary>The options of compiling a model; <c>compile</c> and <c>simulate</c> share them, <c>import</c> has the first few.</summary>
internal sealed class CompileOptionSet
{
    private readonly Option<string> chip = new("--chip") { Description = "A built-in chip (see: neurochip chips) or a YAML file", DefaultValueFactory = _ => "spinnaker1" };
    private readonly Option<string?> precision = new("--precision") { Description = "float32, or int8, int4, ...; the chip's own if not given" };
    private readonly Option<string?> calibrate = new("--calibrate") { Description = "Sample inputs (.npz): integer scales are chosen on them, inputs that are spikes are recognised, and room for active sites is planned (simulate takes its own input)" };
    private readonly Option<double> siteMargin = new("--site-margin") { Description = "Room for active sites beyond the largest calibration cloud, as a fraction of it", DefaultValueFactory = _ => new SitePlan().Margin };
    private readonly Option<int?> sites = new("--sites") { Description = "Room for so many active sites of the input, instead of the largest cloud and the margin" };
    private readonly Option<string?> siteExtent = new("--site-extent") { Description = "Voxels of the input grid along its axes, instead of those in the file: a,b,c" };
    private readonly Option<int?> timesteps = new("--timesteps") { Description = "Steps to run a model of a single step for" };
    private readonly Option<string[]> inputShapes = new("--input-shape") { Description = "Shape of an input that the model leaves open, e.g. x=1x3x32x32" };
    private readonly Option<string[]> states = new("--state") { Description = "A state of a single-step model whose names do not tell: input=output" };
    private readonly Option<string?> placer = new("--placer") { Description = $"How layers are placed on cores: {string.Join(", ", MappingPipeline.Placers.Select(p => p.Name))}" };
    private readonly Option<string?> router = new("--router") { Description = $"How multicast trees are found: {string.Join(", ", MappingPipeline.Routers.Select(r => r.Name))}" };
    private readonly Option<string?> attention = new Option<string?>("--attention") { Description = "ordinary: layers that add spikes of other layers as rows run on ordinary cores, where a chip has none made for attention" }.AcceptOnlyFromAmong("ordinary");
    private readonly Option<int> seed = new("--seed") { Description = "Seed of everything random", DefaultValueFactory = _ => 1 };
    private readonly Option<string?> stopAfter = new("--stop-after") { Description = "Stop after this pass" };
    private readonly Option<bool> verify = new("--verify") { Description = "Verify the network after every pass" };
    private readonly FormOptions forms = new();
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
        states.Validators.Add(result =>
        {
            foreach (var token in result.Tokens.Where(t => t.Value.IndexOf('=') < 1)) result.AddError($"--state {token.Value}: write input=output");
        });
        timesteps.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int?>() < 1) result.AddError("--timesteps must be 1 or more");
        });
        sites.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int?>() < 1) result.AddError("--sites must be 1 or more");
        });
        siteMargin.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<double>() is not (>= 0 and <= 1000)) result.AddError("--site-margin must be 0 to 1000: 0.25 is a quarter more");
        });
        siteExtent.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<string?>() is { } text && ParseExtent(text).Length is < 1 or > 3) result.AddError($"--site-extent {text}: write a,b,c, whole numbers of at least 1");
        });
    }

    /// <summary>Those that <see cref="AddTo"/> adds.</summary>
    public IEnumerable<Option> All => [timesteps, inputShapes, states, siteMargin, sites, siteExtent, chip, precision, calibrate, placer, router, seed, verify, strict];

    public void AddTo(Command command)
    {
        AddImportOptionsTo(command);
        foreach (var option in (Option[])[chip, precision, placer, router, seed, attention, verify, strict]) command.Add(option);
        forms.AddTo(command);
    }

    /// <summary>The chip that was named, null if none was.</summary>
    public string? ChipOf(ParseResult parsed) => parsed.GetResult(chip) is { Implicit: false } ? parsed.GetValue(chip) : null;

    /// <summary>The seed.</summary>
    public int SeedOf(ParseResult parsed) => parsed.GetValue(seed);

    public void AddImportOptionsTo(Command command)
    {
        command.Add(timesteps);
        command.Add(inputShapes);
        command.Add(states);
        command.Add(calibrate);
        command.Add(siteMargin);
        command.Add(sites);
        command.Add(siteExtent);
    }

    public void AddStopAfterTo(Command command) => command.Add(stopAfter);

    public CompileRequest Read(ParseResult parsed, string model, int threads, string? labels = null) => new(
        model,
        parsed.GetValue(chip) ?? "spinnaker1",
        Importing(parsed) with
        {
            Precision = parsed.GetValue(precision),
            Forms = forms.Read(parsed),
            StrictSpikeDriven = parsed.GetValue(strict) is not null,
            Verify = parsed.GetValue(verify),
            StopAfter = parsed.GetValue(stopAfter),
            Map = Mapping(parsed, threads),
        },
        parsed.GetValue(calibrate),
        labels);

    /// <summary>Options of reading a model, with what calibration samples say about shapes and sites.</summary>
    public CompileOptions ReadImport(ParseResult parsed) =>
        parsed.GetValue(calibrate) is { } file ? CompileRequest.WithArrays(Importing(parsed), ArrayFile.Read(file), file) : Importing(parsed);

    private CompileOptions Importing(ParseResult parsed) => new()
    {
        Sites = new() { Margin = parsed.GetValue(siteMargin), Sites = parsed.GetValue(sites), Extent = parsed.GetValue(siteExtent) is { } extent ? ParseExtent(extent) : [] },
        Timesteps = parsed.GetValue(timesteps),
        InputShapes = (parsed.GetValue(inputShapes) ?? []).Select(s => ParseShape(s)!.Value).ToImmutableDictionary(s => s.Name, s => s.Shape),
        States = (parsed.GetValue(states) ?? []).Select(s => s.Split('=', 2)).ToImmutableDictionary(s => s[0], s => s[1]),
    };

    private MapOptions Mapping(ParseResult parsed, int threads)
    {
        var options = new MapOptions(Seed: parsed.GetValue(seed), Threads: threads) { OrdinaryAttention = parsed.GetValue(attention) is not null };
        if (parsed.GetValue(placer) is { } p) options = options with { Placer = p };
        if (parsed.GetValue(router) is { } r) options = options with { Router = r };
        return options;
    }

    private static ImmutableArray<int> ParseExtent(string text)
    {
        var extent = text.Split(',').Select(e => int.TryParse(e, out var voxels) ? voxels : 0).ToImmutableArray();
        return extent.All(e => e > 0) ? extent : [];
    }

    private static (string Name, ImmutableArray<int> Shape)? ParseShape(string text)
    {
        var at = text.LastIndexOf('=');
        if (at < 1) return null;
        var extents = text[(at + 1)..].Split('x');
        var shape = extents.Select(e => int.TryParse(e, out var extent) ? extent : 0).ToImmutableArray();
        return shape.All(extent => extent > 0) ? (text[..at], shape) : null;
    }
}
