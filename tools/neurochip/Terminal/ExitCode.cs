using NeuroChip.Ir.Diagnostics;

namespace NeuroChip.Cli.Terminal;

/// <summary>Exit codes: 0 fine; 1 the user's input, with diagnostics on standard error; 2 a bug of ours.</summary>
internal static class ExitCode
{
    public const int Fine = 0;
    public const int UserError = 1;
    public const int Bug = 2;

    /// <summary>The exit code of <paramref name="work"/>, with what went wrong on standard error.</summary>
    public static int Of(Func<int> work)
    {
        try
        {
            return work();
        }
        catch (DiagnosticException e)
        {
            Print(e.Diagnostics);
            return UserError;
        }
        catch (Exception e)
        {
            Console.Error.WriteLine($"This is a bug in neurochip, not in your input: {e.GetType().Name}: {e.Message}");
            Console.Error.WriteLine("Please report it with the command line and, if you can share it, the model. Where it happened:");
            Console.Error.WriteLine(e.StackTrace);
            return Bug;
        }
    }

    /// <summary>Diagnostics in full, on standard error.</summary>
    public static void Print(IEnumerable<Diagnostic> diagnostics)
    {
        foreach (var diagnostic in diagnostics) Console.Error.WriteLine(diagnostic);
    }
}
