using System.Runtime.CompilerServices;

namespace NeuroChip.Ir.Tests;

/// <summary>Files under tests/golden, found from the place of this source file.</summary>
internal static class Golden
{
    /// <summary>A folder of goldens.</summary>
    public static string Folder(string name) => Path.Combine(Root(), "golden", name);

    /// <summary>The root of the repository.</summary>
    public static string Repository() => Path.GetFullPath(Path.Combine(Root(), ".."));

    /// <summary>Compares with the file, or writes it where the environment variable NEUROCHIP_UPDATE_GOLDENS is set.</summary>
    public static void Check(string expectFile, string actual)
    {
        actual = actual.ReplaceLineEndings("\n").TrimEnd() + "\n";
        if (Environment.GetEnvironmentVariable("NEUROCHIP_UPDATE_GOLDENS") is "1") File.WriteAllText(expectFile, actual);
        Assert.True(File.Exists(expectFile), $"no {expectFile}; run the test with NEUROCHIP_UPDATE_GOLDENS=1 and read what it wrote");
        Assert.Equal(File.ReadAllText(expectFile).ReplaceLineEndings("\n"), actual);
    }

    private static string Root([CallerFilePath] string here = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, ".."));
}
