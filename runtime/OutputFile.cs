using System.Text;
using NeuroChip.Ir.Diagnostics;

namespace NeuroChip.Runtime;

/// <summary>Writes result files so that nothing half-written ever stands under the final name.</summary>
public static class OutputFile
{
    /// <summary>Writes to a temporary file beside <paramref name="path"/> and renames it when <paramref name="content"/> is through.</summary>
    public static void Write(string path, Action<Stream> content)
    {
        var full = Path.GetFullPath(path);
        var temporary = TemporaryBeside(full);
        try
        {
            using (var stream = new FileStream(temporary, FileMode.CreateNew, FileAccess.ReadWrite)) content(stream);
            File.Move(temporary, full, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw NotWritable(path, e);
        }
        finally
        {
            DeleteIfThere(temporary);
        }
    }

    /// <summary>Writes text in UTF-8 without a byte order mark.</summary>
    public static void WriteText(string path, string text) => Write(path, stream => stream.Write(new UTF8Encoding(false).GetBytes(text)));

    /// <summary>
    /// Stops with every file that could not be written to, so that a long run does not fail at its end. Nulls are skipped. <paramref name="folder"/> is made,
    /// with the folders above it, if it is not there; <paramref name="inFolder"/> are names of files in it.
    /// </summary>
    public static void RequireWritable(IEnumerable<string?> files, string? folder = null, IEnumerable<string>? inFolder = null)
    {
        var bag = new DiagnosticBag();
        foreach (var file in files.OfType<string>()) Try(file, bag, () => Touch(file));
        if (folder is not null && Try(folder, bag, () => MakeFolder(folder)))
        {
            foreach (var file in (inFolder ?? []).Select(f => Path.Combine(folder, f))) Try(file, bag, () => Touch(file));
        }

        bag.ThrowIfErrors();
    }

    private static bool Try(string path, DiagnosticBag bag, Action work)
    {
        try
        {
            work();
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            foreach (var diagnostic in NotWritable(path, e).Diagnostics) bag.Add(diagnostic);
            return false;
        }
    }

    private static void Touch(string path)
    {
        var full = Path.GetFullPath(path);
        if (Directory.Exists(full)) throw new IOException("it is a folder");
        var temporary = TemporaryBeside(full);
        using (new FileStream(temporary, FileMode.CreateNew)) { }
        File.Delete(temporary);
    }

    private static void MakeFolder(string path)
    {
        if (File.Exists(path)) throw new IOException("it is a file, not a folder");
        Directory.CreateDirectory(path);
    }

    private static string TemporaryBeside(string full) => $"{full}.{Environment.ProcessId}.part";

    private static void DeleteIfThere(string temporary)
    {
        try
        {
            File.Delete(temporary);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // What could not be made cannot be deleted either; the error that matters is already on its way.
        }
    }

    private static DiagnosticException NotWritable(string path, Exception e) =>
        new(Diagnostic.Error("NC5013", $"'{path}' cannot be written: {Reason(path, e)}", new Place(path), "name a file in an existing folder you may write to"));

    // The framework's messages name the temporary file, which the user never asked for.
    private static string Reason(string path, Exception e)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(path));
        if (e is UnauthorizedAccessException) return "access is denied";
        if (File.Exists(folder)) return $"'{folder}' is a file, not a folder";
        if (!Directory.Exists(folder)) return $"the folder '{folder}' does not exist";
        return e.Message;
    }
}
