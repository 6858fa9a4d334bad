using System.CommandLine;
using NeuroChip.Cli.Terminal;
using NeuroChip.Ir.Images;

namespace NeuroChip.Cli.Verbs;

/// <summary><c>run IMAGE --input X.npz</c>: simulates the chip.</summary>
internal static class RunVerb
{
    public static Command Create()
    {
        var image = new Argument<string>("IMAGE") { Description = "A compiled image (.ncimg)" };
        var threads = new ThreadsOption();
        var options = new RunOptions();
        var command = new Command("run", "Simulates the chip on an image") { image, threads };
        options.AddTo(command);
        command.SetAction(parsed =>
        {
            var request = options.Read(parsed, parsed.GetValue(threads));
            new Simulation(request).Run(ChipImageReader.Load(parsed.GetRequiredValue(image)));
            return ExitCode.Fine;
        });
        return command;
    }
}
