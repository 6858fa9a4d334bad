using FsCheck;
using FsCheck.Fluent;
using NeuroChip.Ir.Ncir;
using NeuroChip.TestKit;

namespace NeuroChip.Ir.Tests;

/// <summary>What is printed reads back as the same module: the same text, the same hash, the same results.</summary>
public sealed class TextRoundTripTests
{
    [Fact]
    public void Text_reads_back() => Prop.ForAll(ModuleGenerator.Modules(), module =>
    {
        var text = Printer.Print(module);
        var read = Parser.ParseVerified(text);
        Assert.Equal(text, Printer.Print(read));
        Assert.Equal(Printer.Hash(module), Printer.Hash(read));
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(200));

    [Fact]
    public void What_was_read_computes_the_same() => Prop.ForAll(ModuleGenerator.Modules(), module =>
    {
        var inputs = ModuleGenerator.Inputs(module, 7);
        var (before, after) = (new ModuleInterpreter(module).Run(inputs, record: true), new ModuleInterpreter(Parser.Parse(Printer.Print(module))).Run(inputs, record: true));
        Assert.Equal(Bits(before), Bits(after));
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(40));

    [Fact]
    public void Generated_modules_have_spikes_and_every_construct()
    {
        var text = string.Concat(Enumerable.Range(0, 200).Select(seed => Printer.Print(ModuleGenerator.Generate(seed))));
        foreach (var entry in AddressFunctionTable.Entries) Assert.Contains($"map={entry.Keyword}(", text);
        foreach (var keyword in Neurons.NeuronModels.Keywords) Assert.Contains($"neuron={keyword}(", text);
        foreach (var word in new[] { "arithmetic=integer", "arithmetic=float32", "delay=1", "reduction=max", "bias=[", "stage=", "%1.1 ", "tensor #1" }) Assert.Contains(word, text);
        var modules = Enumerable.Range(0, 50).Select(seed => ModuleGenerator.Generate(seed)).ToArray();
        var spikes = modules.Sum(m => new ModuleInterpreter(m).Run(ModuleGenerator.Inputs(m, 1), record: true).Emissions
            .Where((_, p) => m.Populations[p].Domain == SpikeDomain.Binary && m.Populations[p].Neuron.Ports > 0)
            .Sum(e => Enumerable.Range(0, e.Length).Count(i => e.At(i) == 1)));
        Assert.True(spikes > 1000, $"{spikes} spikes");
    }

    private static IEnumerable<string> Bits(ModuleRun run) =>
        run.Emissions.Concat(run.States.SelectMany(s => s)).Concat(run.Outputs.OrderBy(o => o.Key).Select(o => o.Value))
            .Select(t => Convert.ToHexString(t.Type == Tensors.DType.Float32
                ? System.Runtime.InteropServices.MemoryMarshal.AsBytes(t.Span<float>())
                : System.Runtime.InteropServices.MemoryMarshal.AsBytes(t.Span<int>())));
}
