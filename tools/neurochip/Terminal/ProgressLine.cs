namespace NeuroChip.Cli.Terminal;

/// <summary>One line on standard error that says what is being done; only on a terminal, and gone when done.</summary>
internal sealed class ProgressLine : IProgress<string>, IDisposable
{
    private const long MillisecondsBetween = 100;

    private readonly bool shown = !Console.IsErrorRedirected;
    private long lastShown = long.MinValue / 2;
    private int width;

    /// <inheritdoc/>
    public void Report(string value)
    {
        if (!shown || Environment.TickCount64 - lastShown < MillisecondsBetween) return;
        lastShown = Environment.TickCount64;
        var text = value.Length > 78 ? value[..78] : value;
        Console.Error.Write("\r" + text.PadRight(width));
        width = text.Length;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (shown && width > 0) Console.Error.Write("\r" + new string(' ', width) + "\r");
    }
}
