using System.CommandLine;
using NeuroChip.Compiler.Passes;

namespace NeuroChip.Cli.Verbs;

/// <summary>Which form chains of convolutions without neurons take; <c>compile</c>, <c>simulate</c> and <c>opt</c> share them.</summary>
internal sealed class FormOptions
{
    private readonly Option<string> repConv = Choice(
        "--repconv", "1x1, depthwise and 1x1 convolution without neurons between them: one merged convolution, three kept ones, or the cheapest", "auto", "merged", "kept");

    private readonly Option<string> sepConv = Choice(
        "--sepconv", "Depthwise and 1x1 convolution without a neuron between them: merged, kept (products), kept and added digit by digit (integers only), or the cheapest", "auto", "merged", "kept", "digits");

    public void AddTo(Command command)
    {
        command.Add(repConv);
        command.Add(sepConv);
    }

    public ConvolutionFormOptions Read(ParseResult parsed) => new()
    {
        RepConv = Enum.Parse<FormChoice>(parsed.GetValue(repConv) ?? "auto", ignoreCase: true),
        SepConv = Enum.Parse<FormChoice>(parsed.GetValue(sepConv) ?? "auto", ignoreCase: true),
    };

    private static Option<string> Choice(string name, string description, params string[] choices) =>
        new Option<string>(name) { Description = description, DefaultValueFactory = _ => choices[0] }.AcceptOnlyFromAmong(choices);
}
