using System.CommandLine;
using NeuroChip.Cli.Terminal;
using NeuroChip.Cli.Verbs;

var root = new RootCommand("NeuroChip compiles trained spiking neural networks to a neuromorphic chip and simulates the chip.")
{
    DisasmVerb.Create(),
    InspectVerb.Create(),
    ChipsVerb.Create(),
    ExplainVerb.Create(),
    ReportVerb.Create(),
};

// Exceptions are turned into exit codes in one place, below, not by the parser's own handler.
return ExitCode.Of(() => root.Parse(args).Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false }));
