using System.CommandLine;
using NeuroChip.Cli.Compiling;
using NeuroChip.Cli.Terminal;
using NeuroChip.Compiler;
using NeuroChip.Compiler.Mapping;
using NeuroChip.Runtime.Arrays;

namespace NeuroChip.Cli.Verbs;

/// <summary><c>demo</c>: the whole way on a network and samples that come with the tool.</summary>
internal static class DemoVerb
{
    private const string Network = "digits-csnn.onnx";
    private const string Samples = "digits.npz";

    public static Command Create()
    {
        var folder = new Option<string>("--report") { Description = "Folder for the report", DefaultValueFactory = _ => "neurochip-report" };
        var chip = new Option<string>("--chip") { Description = "A built-in chip or a YAML file", DefaultValueFactory = _ => "spinnaker1" };
        var threads = new ThreadsOption();
        var command = new Command("demo", "Compiles a bundled trained network, simulates it on real digits, shows the report") { folder, chip, threads };
        command.SetAction(parsed =>
        {
            Demonstrate(parsed.GetRequiredValue(chip), parsed.GetRequiredValue(folder), parsed.GetValue(threads));
            return ExitCode.Fine;
        });
        return command;
    }

    private static void Demonstrate(string chip, string folder, int threads)
    {
        var simulation = new Simulation(new RunRequest(Samples, null, "outputs", "cpu", "labels", null, folder, false, threads));
        simulation.RequireWritable();
        var scratch = Directory.CreateTempSubdirectory("neurochip-");
        try
        {
            // The loader reads files, because models may have parts beside them.
            var network = Path.Combine(scratch.FullName, Network);
            using (var file = File.Create(network)) Resource(Network).CopyTo(file);
            using var samples = Resource(Samples);
            var arrays = ArrayFile.Read(samples, Samples);
            Console.WriteLine("A convolutional spiking network, trained with SpikingJelly on 8 x 8 images of digits, exported to ONNX,");
            Console.WriteLine("compiled for a chip and run on 48 test images:");
            Console.WriteLine();
            var compiled = new CompileRequest(network, chip, new CompileOptions { Map = new MapOptions(Threads: threads) }, Samples, "labels").Compile(arrays);
            simulation.Run(compiled.Image!, arrays, QuantisationSummary.Of(compiled.Quantisation));
            Console.WriteLine();
            Console.WriteLine($"Open {Path.Combine(folder, "report.html")} in a browser. Next: neurochip simulate MODEL.onnx --input X.npz");
        }
        finally
        {
            scratch.Delete(recursive: true);
        }
    }

    private static Stream Resource(string name) =>
        typeof(DemoVerb).Assembly.GetManifestResourceStream(name) ?? throw new InvalidOperationException($"'{name}' is not in the tool");
}
