using NeuroChip.Bench;

const string usage = """
    usage: kernels              synaptic additions per second of the engine's kernels, in seconds
           model FILE.onnx ...  time to compile and to run models, beside ONNX Runtime where it is installed
           timing [FILE.onnx ...]  both timing models on the demo, on dense, convolutional and recurrent networks, and on models: how far apart they are
           suite [OPTIONS]      the same kernels under BenchmarkDotNet, in minutes
    """;

switch (args)
{
    case ["kernels"]:
        return KernelTable.Print();
    case ["model", _, ..]:
        return ModelTable.Print(args[1..]);
    case ["timing", .. var models]:
        return TimingTable.Print(models);
    case ["suite", .. var options]:
        BenchmarkDotNet.Running.BenchmarkRunner.Run<KernelBenchmarks>(args: options);
        return 0;
    default:
        Console.Error.WriteLine(usage);
        return 1;
}
