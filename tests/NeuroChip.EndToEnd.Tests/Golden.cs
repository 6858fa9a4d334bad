namespace NeuroChip.EndToEnd.Tests;

/// <summary>Golden files of the repository. Set NEUROCHIP_UPDATE_GOLDENS=1 to write what came out instead of comparing; then read the difference.</summary>
internal static class Golden
{
    public static string Folder(string name) => Path.Combine(CommandLine.Root, "tests", "golden", name);

    public static void AssertEqual(string expectFile, string actual)
    {
        if (Environment.GetEnvironmentVariable("NEUROCHIP_UPDATE_GOLDENS") == "1") File.WriteAllText(expectFile, actual);
        Assert.True(File.Exists(expectFile), $"{expectFile} is missing; this came out:\n{actual}");
        Assert.Equal(File.ReadAllText(expectFile).ReplaceLineEndings("\n"), actual);
    }
}
