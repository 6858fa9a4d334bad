namespace NeuroChip.EndToEnd.Tests;

/// <summary>A folder that is gone after the test.</summary>
public abstract class Scratch : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("neurochip-");

    protected string Folder => folder.FullName;

    protected string At(string name) => Path.Combine(Folder, name);

    public void Dispose()
    {
        folder.Delete(recursive: true);
        GC.SuppressFinalize(this);
    }
}
