using Spectre.Console;

namespace NeuroChip.Cli.Terminal;

/// <summary>Standard output for tables.</summary>
internal static class Screen
{
    private const int WidthOfPipes = 100;

    /// <summary>The console; a pipe or file is given lines of 100 columns.</summary>
    public static IAnsiConsole Out { get; } = Create();

    private static IAnsiConsole Create()
    {
        var piped = Console.IsOutputRedirected;
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(Console.Out),
            Ansi = piped ? AnsiSupport.No : AnsiSupport.Detect,
            ColorSystem = piped ? ColorSystemSupport.NoColors : ColorSystemSupport.Detect,
        });
        if (piped) console.Profile.Width = WidthOfPipes;
        return console;
    }
}
