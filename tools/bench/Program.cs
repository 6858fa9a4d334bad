using NeuroChip.Bench;

const string usage = """
    usage: kernels              synaptic additions per second of the engine's kernels, in seconds
           sites                building tables of active sites, and convolutions between them beside dense ones
           model FILE.onnx ...  time to compile and to run models, beside ONNX Runtime where it is installed
           sanafe [MOST]        layered networks on a chip of pipelines, up to MOST neurons (one million)
           sanafe ARCH SNN STEPS  SANA-FE's files, with each timing model
           timing [FILE.onnx ...]  both timing models on the demo, on dense, convolutional and recurrent networks, and on models: how far apart they are
           gpu [FILE.onnx ...]  the GPU engine beside the CPU engine: models, and random networks of a million neurons (gpu NEURONS [FILE.onnx ...]: of so many)
           suite [OPTIONS]      the same kernels under BenchmarkDotNet, in minutes
    """;

switch (args)
{
    case ["kernels"]:
        return KernelTable.Print();
    case ["sites"]:
        return SiteMeasures.Print();
    case ["model", _, ..]:
        return ModelTable.Print(args[1..]);
    case ["sanafe", var arch, var snn, var steps]:
        return SanaFeTable.PrintFiles(arch, snn, int.Parse(steps, System.Globalization.CultureInfo.InvariantCulture));
    case ["sanafe"]:
        return SanaFeTable.PrintLayered(int.MaxValue);
    case ["sanafe", var most]:
        return SanaFeTable.PrintLayered(int.Parse(most, System.Globalization.CultureInfo.InvariantCulture));
    case ["timing", .. var models]:
        return TimingTable.Print(models);
    case ["gpu", var neurons, .. var models] when int.TryParse(neurons, System.Globalization.CultureInfo.InvariantCulture, out var count):
        return GpuTable.Print(models, count);
    case ["gpu", .. var models]:
        return GpuTable.Print(models, 1_000_000);
    case ["suite", .. var options]:
        BenchmarkDotNet.Running.BenchmarkRunner.Run<KernelBenchmarks>(args: options);
        return 0;
    default:
        Console.Error.WriteLine(usage);
        return 1;
}
