using System.CommandLine;
using NeuroChip.Cli.Terminal;
using NeuroChip.Ir.Images;

namespace NeuroChip.Cli.Verbs;

/// <summary><c>disasm IMAGE</c>: the image as text.</summary>
internal static class DisasmVerb
{
    public static Command Create()
    {
        var image = new Argument<string>("IMAGE") { Description = "A compiled image (.ncimg)" };
        var command = new Command("disasm", "The image as text") { image };
        command.SetAction(parsed =>
        {
            Disassembler.Write(ChipImageReader.Load(parsed.GetRequiredValue(image)), Console.Out);
            return ExitCode.Fine;
        });
        return command;
    }
}
