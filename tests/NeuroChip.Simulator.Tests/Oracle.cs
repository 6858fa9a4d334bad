using System.Collections.Concurrent;
using System.Collections.Immutable;
using NeuroChip.Ir.Ncir;
using NeuroChip.TestKit;

namespace NeuroChip.Simulator.Tests;

/// <summary>What the interpreter says about the test networks, computed once for all engines.</summary>
internal static class Oracle
{
    private static readonly ConcurrentDictionary<(string, string, int), Lazy<(TestCase, ModuleRun)>> Known = [];

    /// <summary>A network of <see cref="Networks.All"/> with the interpreter's run of it.</summary>
    public static (TestCase Test, ModuleRun Run) Of(string network, string arithmetic, int seed) => Known.GetOrAdd(
        (network, arithmetic, seed),
        key => new(() =>
        {
            var test = Networks.All[key.Item1](Parse(key.Item2), key.Item3);
            return (test, new ModuleInterpreter(test.Module).Run(test.Inputs, record: true));
        })).Value;

    /// <summary>The generated module of a seed with the interpreter's run of it.</summary>
    public static (TestCase Test, ModuleRun Run) OfGenerated(int seed, ArithmeticKind kind) => Known.GetOrAdd(
        ("generated", kind.ToString(), seed),
        _ => new(() =>
        {
            var module = ModuleGenerator.Generate(seed, kind);
            var test = new TestCase(module, ModuleGenerator.Inputs(module, seed).ToImmutableDictionary());
            return (test, new ModuleInterpreter(module).Run(test.Inputs, record: true));
        })).Value;

    private static Arithmetic Parse(string name) => name switch
    {
        "int8" => Networks.Int8,
        "int16 in 16" => Networks.Int16Narrow,
        _ => Arithmetic.Float32,
    };
}

/// <summary>The networks themselves.</summary>
public sealed class NetworksTests
{
    /// <summary>A network that never spikes would prove nothing.</summary>
    [Fact]
    public void All_but_the_silent_one_spike()
    {
        var silent =
            from name in Networks.All.Keys
            from arithmetic in new[] { "float32", "int8", "int16 in 16" }
            let last = Oracle.Of(name, arithmetic, 1).Run.Emissions[^1]
            where !Enumerable.Range(0, last.Length).Any(i => last.At(i) != 0)
            select $"{name} in {arithmetic}";
        Assert.Equal(["dense silent in float32", "dense silent in int8", "dense silent in int16 in 16"], silent);
    }
}
