using System.CommandLine;
using NeuroChip.Cli.Terminal;
using NeuroChip.Ir.Diagnostics;

namespace NeuroChip.Cli.Verbs;

/// <summary><c>explain NC2104</c>: what a diagnostic means and what to do; without a code, all of them in a line each.</summary>
internal static class ExplainVerb
{
    public static Command Create()
    {
        var code = new Argument<string?>("CODE") { Description = "A code such as NC5006; all are listed without one", Arity = ArgumentArity.ZeroOrOne };
        var command = new Command("explain", "What a diagnostic means and what to do") { code };
        command.SetAction(parsed => parsed.GetValue(code) is { } asked ? Explain(asked) : List());
        return command;
    }

    private static int Explain(string asked)
    {
        if (!DiagnosticCatalog.Entries.TryGetValue(asked.ToUpperInvariant(), out var entry))
        {
            Console.Error.WriteLine($"There is no diagnostic '{asked}'; 'neurochip explain' lists all codes.");
            return ExitCode.UserError;
        }

        Console.WriteLine($"{entry.Code}: {entry.Title}\n\n{entry.Explanation}\n\nWhat to do: {entry.Remedy}");
        return ExitCode.Fine;
    }

    private static int List()
    {
        foreach (var entry in DiagnosticCatalog.Entries.Values) Console.WriteLine($"{entry.Code}  {entry.Title}");
        return ExitCode.Fine;
    }
}
