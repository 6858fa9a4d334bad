using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using NeuroChip.Cli.Terminal;
using NeuroChip.Cli.Verbs;

// Not a RootCommand: that one is named after the assembly, and help should show the name people type.
var root = new Command("neurochip", "NeuroChip compiles trained spiking neural networks to a neuromorphic chip and simulates the chip.")
{
    new HelpOption(),
    new VersionOption(),
    DemoVerb.Create(),
    ImportVerb.Create(),
    CompileVerb.Create(),
    RunVerb.Create(),
    SimulateVerb.Create(),
    OptVerb.Create(),
    DisasmVerb.Create(),
    InspectVerb.Create(),
    ChipsVerb.Create(),
    EnginesVerb.Create(),
    NocVerb.Create(),
    ExplainVerb.Create(),
    ReportVerb.Create(),
    VoxeliseVerb.Create(),
    SanaFeVerb.Create(),
};

var parsed = root.Parse(args.Length == 0 ? ["--help"] : args);

// The parser takes what looks like a misspelt option for an argument.
var misspelt = parsed.Tokens.Where(t => t.Type == TokenType.Argument && t.Value.StartsWith("--", StringComparison.Ordinal)).ToArray();
if (misspelt.Length > 0 && parsed.Errors.Count == 0)
{
    foreach (var token in misspelt) Console.Error.WriteLine($"Unrecognized option '{token.Value}'.");
    return ExitCode.UserError;
}

// Exceptions are turned into exit codes in one place, not by the parser's own handler.
var configuration = new InvocationConfiguration { EnableDefaultExceptionHandler = false };
if (parsed.Action is ParseErrorAction errors)
{
    errors.ShowHelp = false;
    configuration.Output = Console.Error;
}

return ExitCode.Of(() => parsed.Invoke(configuration));
