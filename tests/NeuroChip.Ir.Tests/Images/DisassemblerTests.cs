using NeuroChip.Ir.Images;

namespace NeuroChip.Ir.Tests.Images;

public sealed class DisassemblerTests
{
    [Fact]
    public void The_whole_image_as_text() => Golden("tiny.disasm", ImageSamples.Text(ImageSamples.Tiny()));

    [Fact]
    public void Every_kind_of_layer_as_text() => Golden("everything.disasm", ImageSamples.Text(ImageSamples.Everything()));

    [Fact]
    public void Tables_of_sites_as_text() => Golden("sites.disasm", ImageSamples.Text(ImageSamples.AtSites()));

    [Fact]
    public void Which_neurons_sit_where()
    {
        var text = new StringWriter();
        Disassembler.Inspect(ImageSamples.Tiny(), text, new Dictionary<string, long> { ["DTCM"] = 64 });
        Golden("tiny.inspect", text.ToString());
    }

    /// <summary>Set NEUROCHIP_UPDATE_GOLDENS=1 to write what came out instead of comparing; then read the difference.</summary>
    private static void Golden(string name, string actual)
    {
        var root = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(root, "NeuroChip.sln")))
            root = Path.GetDirectoryName(root) ?? throw new InvalidOperationException("the tests run outside the repository");
        var path = Path.Combine(root, "tests", "golden", "images", name);
        if (Environment.GetEnvironmentVariable("NEUROCHIP_UPDATE_GOLDENS") == "1") File.WriteAllText(path, actual);
        Assert.True(File.Exists(path), $"{path} is missing; this came out:\n{actual}");
        Assert.Equal(File.ReadAllText(path).ReplaceLineEndings("\n"), actual);
    }
}
