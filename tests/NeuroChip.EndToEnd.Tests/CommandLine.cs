using System.Diagnostics;

namespace NeuroChip.EndToEnd.Tests;

/// <summary>Runs the command line as a user does: as a process of its own.</summary>
internal static class CommandLine
{
    private static readonly string Cli = Path.Combine(AppContext.BaseDirectory, "NeuroChip.Cli.dll");

    public static string Root { get; } = FindRoot();

    public static string DemoModel { get; } = Path.Combine(Root, "tools", "neurochip", "demo", "digits-csnn.onnx");

    public static string DemoInput { get; } = Path.Combine(Root, "tools", "neurochip", "demo", "digits.npz");

    public static Result Run(params IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        start.ArgumentList.Add(Cli);
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return new Result(process.ExitCode, output.ReplaceLineEndings("\n"), error.Result.ReplaceLineEndings("\n"));
    }

    public static Result RunWell(params IEnumerable<string> arguments)
    {
        var result = Run(arguments);
        Assert.True(result.ExitCode == 0, $"exit code {result.ExitCode}\n{result.Error}\n{result.Output}");
        return result;
    }

    private static string FindRoot()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "NeuroChip.sln")))
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("the tests run outside the repository");
        return folder;
    }

    public readonly record struct Result(int ExitCode, string Output, string Error);
}
