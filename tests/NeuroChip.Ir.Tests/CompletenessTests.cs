using System.Text.RegularExpressions;
using NeuroChip.Ir.Ncir;
using NeuroChip.Ir.Neurons;
using NeuroChip.Ir.Tensors;

namespace NeuroChip.Ir.Tests;

/// <summary>What is in a folder is in its table, in the text form and in docs/ncir.md, and nothing else is.</summary>
public sealed class CompletenessTests
{
    private static readonly string Page = File.ReadAllText(Path.Combine(Golden.Repository(), "docs", "ncir.md"));

    [Fact]
    public void Address_functions()
    {
        var files = Files("Ncir/AddressFunctions", "*Map.cs");
        var types = Types<AddressFunction>().Where(t => t.Namespace!.EndsWith("AddressFunctions", StringComparison.Ordinal)).ToArray(); // Those bound to a sample are in no file.
        Assert.Equal(files, types.Select(t => t.Name).Order());
        Assert.Equal(types.Length, AddressFunctionTable.Entries.Count);
        Assert.Equal(AddressFunctionTable.Entries.Select(e => e.Keyword).Distinct().Count(), types.Length);
        foreach (var entry in AddressFunctionTable.Entries)
        {
            Assert.Contains($"### `{entry.Keyword}`", Page);
            foreach (var field in entry.Fields) Assert.Contains($"`{field.Name}`", Page);
        }
    }

    [Fact]
    public void Neuron_models()
    {
        var files = Files("Neurons", "*Neuron.cs").Where(f => f is not ("Neuron" or "BoundNeuron"));
        var types = Types<Neuron>();
        Assert.Equal(files, types.Select(t => t.Name).Order());
        Assert.Equal(types.Length, NeuronModels.Keywords.Count);
        foreach (var keyword in NeuronModels.Keywords) Assert.Contains($"### `{keyword}`", Page);
    }

    [Fact]
    public void Operations()
    {
        foreach (var op in Enum.GetValues<ElementwiseOp>())
            Assert.Matches($@"`{Regex.Replace(op.ToString(), "(?<!^)([A-Z])", "_$1").ToLowerInvariant()}[(`]", Page);
    }

    [Fact]
    public void Example_of_the_page_is_a_module_that_spikes()
    {
        var text = Regex.Match(Page, "```ncir\n(.*?)```", RegexOptions.Singleline).Groups[1].Value;
        var module = Parser.ParseVerified(text, "docs/ncir.md");
        var run = new ModuleInterpreter(module).Run(new Dictionary<string, Tensor> { ["image"] = Tensor.Vector(1f, 1f, 0f, 1f) }, record: true);

        // Currents 1.5 and 0: neuron 0 fires in every step and inhibits neuron 1, whose membrane only falls.
        Assert.Equal([1f, 0f, 1f, 0f, 1f, 0f, 1f, 0f], run.Emissions[1].Array<float>());
        Assert.Equal([4f, 0f, 8f], run.Outputs["logits"].Array<float>());
    }

    private static IEnumerable<string> Files(string folder, string pattern) =>
        Directory.GetFiles(Path.Combine(Golden.Repository(), "ir", folder), pattern).Select(f => Path.GetFileNameWithoutExtension(f)!).Order();

    private static Type[] Types<T>() => [.. typeof(T).Assembly.GetTypes().Where(t => t.IsSubclassOf(typeof(T)) && !t.IsAbstract)];
}
