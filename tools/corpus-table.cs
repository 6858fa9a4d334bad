#!/usr/bin/env dotnet
// Prints how a folder of exported models compares with what their own frameworks computed:
//
//     dotnet run tools/corpus-table.cs -- FOLDER [--chip spinnaker1] [--precision float32] [--tolerance 1e-4] [--cli NeuroChip.Cli.dll]
//
// A case is a folder with model.onnx (and other model*.onnx), inputs.npz, golden.npz (outputs under their names, spikes of a layer under spk:NAME,
// for the first samples) and meta.json (its T is used for single-step models, whose folder ends in _step). Exit code 0 if every model agrees.
#:project ../runtime/NeuroChip.Runtime.csproj
#:property PublishAot=false

using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using NeuroChip.Ir.Tensors;
using NeuroChip.Runtime.Arrays;

var folder = args.Length > 0 && !args[0].StartsWith('-') ? args[0] : throw new ArgumentException("name the folder of models");
string Option(string name, string otherwise) => Array.IndexOf(args, name) is var at and > 0 && at + 1 < args.Length ? args[at + 1] : otherwise;
var (chip, precision, tolerance) = (Option("--chip", "spinnaker1"), Option("--precision", "float32"), double.Parse(Option("--tolerance", "1e-4"), CultureInfo.InvariantCulture));
var cli = Option("--cli", "tools/neurochip/bin/Release/net10.0/NeuroChip.Cli.dll");
if (!File.Exists(cli)) throw new FileNotFoundException($"build the command line first (dotnet build tools/neurochip -c Release): {cli}");

var output = Path.Combine(Path.GetTempPath(), $"corpus-table-{Environment.ProcessId}.npz");
var (agree, all) = (0, 0);
Console.WriteLine($"{"model",-58} {"samples",8} {"worst error",12} {"spikes (layers)",16} {"seconds",8}");
foreach (var model in Directory.EnumerateFiles(folder, "model*.onnx", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
{
    var home = Path.GetDirectoryName(model)!;
    var (inputs, golden) = (Path.Combine(home, "inputs.npz"), Path.Combine(home, "golden.npz"));
    if (!File.Exists(inputs) || !File.Exists(golden)) continue;
    all++;
    var name = Path.GetRelativePath(folder, model);
    var clock = Stopwatch.StartNew();
    var error = Simulate(model, inputs, home);
    var seconds = clock.Elapsed.TotalSeconds.ToString("F1", CultureInfo.InvariantCulture);
    if (error is not null)
    {
        Console.WriteLine($"{name,-58} FAIL {error}");
        continue;
    }

    var row = Compare(ArrayFile.Read(golden), ArrayFile.Read(output));
    if (row.Agrees) agree++;
    Console.WriteLine($"{name,-58} {row.Samples,8} {row.Worst,12} {row.Spikes,16} {seconds,8}{(row.Agrees ? "" : "  DIFFERS " + row.Why)}");
}

File.Delete(output);
Console.WriteLine($"{agree} of {all} models equal their framework's outputs ({precision}, tolerance {tolerance.ToString("0e0", CultureInfo.InvariantCulture)})");
return all > 0 && agree == all ? 0 : 1;

string? Simulate(string model, string inputs, string home)
{
    var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true };
    foreach (var a in (string[])[cli, "simulate", model, "--chip", chip, "--precision", precision, "--input", inputs, "--output", output, "--record", "all", "--json"]) start.ArgumentList.Add(a);
    if (home.EndsWith("_step", StringComparison.Ordinal))
    {
        using var meta = JsonDocument.Parse(File.ReadAllText(Path.Combine(home, "meta.json")));
        start.ArgumentList.Add("--timesteps");
        start.ArgumentList.Add(meta.RootElement.GetProperty("T").GetInt32().ToString(CultureInfo.InvariantCulture));
    }

    File.Delete(output);
    using var process = Process.Start(start)!;
    var errors = process.StandardError.ReadToEndAsync();
    process.StandardOutput.ReadToEnd();
    process.WaitForExit();
    if (process.ExitCode == 0) return null;
    var line = errors.Result.Split('\n').FirstOrDefault(l => l.StartsWith("error", StringComparison.Ordinal)) ?? errors.Result.Split('\n')[0];
    return $"(exit {process.ExitCode}) {line}";
}

// Values are scaled by the greatest of the golden; a golden that covers the first samples only is compared with those.
Row Compare(IReadOnlyDictionary<string, Tensor> golden, IReadOnlyDictionary<string, Tensor> mine)
{
    var (worst, samples, equalSamples) = (0.0, 0, 0);
    long same = 0, spikes = 0;
    var (layers, found) = (0, 0);
    foreach (var (key, expected) in golden)
    {
        if (key is "labels" or "label" or "y" or "target") continue;
        if (key.StartsWith("spk:", StringComparison.Ordinal)) layers++;
        if (!mine.TryGetValue(key, out var got))
        {
            if (key.StartsWith("spk:", StringComparison.Ordinal)) continue;
            return new Row("", "", "", false, $"output '{key}' is missing");
        }

        var each = expected.Length / Math.Max(1, expected.Shape[0]);
        if (key.StartsWith("spk:", StringComparison.Ordinal))
        {
            if (got.Length / Math.Max(1, got.Shape[0]) != each) continue;
            found++;
            var count = Math.Min(got.Length, expected.Length);
            spikes += count;
            for (var i = 0; i < count; i++) same += expected.At(i) == got.At(i) ? 1 : 0;
            continue;
        }

        if (got.Length != expected.Length) return new Row("", "", "", false, $"'{key}' is {Tensor.FormatShape(got.Shape)}, not {Tensor.FormatShape(expected.Shape)}");
        var scale = Math.Max(1, Enumerable.Range(0, expected.Length).Select(i => Math.Abs(expected.At(i))).DefaultIfEmpty(0).Max());
        for (var s = 0; s < expected.Shape[0]; s++)
        {
            var difference = 0.0;
            for (var i = s * each; i < (s + 1) * each; i++) difference = Math.Max(difference, Math.Abs(expected.At(i) - got.At(i)));
            worst = Math.Max(worst, difference);
            samples++;
            if (difference <= tolerance * scale) equalSamples++;
        }
    }

    var share = spikes == 0 ? 1 : (double)same / spikes;
    // The samples that may differ are those where a sum of another order lands on the other side of a threshold.
    var agrees = samples > 0 && equalSamples >= 0.98 * samples && share >= 0.999;
    return new Row(
        $"{equalSamples}/{samples}",
        worst.ToString("0.0e+0", CultureInfo.InvariantCulture),
        layers == 0 ? "-" : $"{(found == 0 ? "-" : share.ToString("F5", CultureInfo.InvariantCulture))} of {found}/{layers}",
        agrees,
        agrees ? "" : share < 0.999 ? "in spikes" : "in outputs");
}

internal sealed record Row(string Samples, string Worst, string Spikes, bool Agrees, string Why);
