using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using NeuroChip.Cli.Terminal;
using NeuroChip.Cli.Verbs;

// Not a RootCommand: that one is named after the assembly, and help should show the name people type.
var root = new Command("neurochip", "NeuroChip compiles trained spiking neural networks to a neuromorphic chip and simulates the chip.")
{
    new HelpOption(),
    new VersionOption(),
    RunVerb.Create(),
    SimulateVerb.Create(),
    DisasmVerb.Create(),
    InspectVerb.Create(),
    ChipsVerb.Create(),
    ExplainVerb.Create(),
    ReportVerb.Create(),
};

var parsed = root.Parse(args.Length == 0 ? ["--help"] : args);
if (parsed.Action is ParseErrorAction errors) errors.ShowHelp = false;

// Exceptions are turned into exit codes in one place, not by the parser's own handler.
return ExitCode.Of(() => parsed.Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false }));
