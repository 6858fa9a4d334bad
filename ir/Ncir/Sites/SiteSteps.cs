namespace NeuroChip.Ir.Ncir.Sites;

/// <summary>Where a window leads from a site if no table is asked.</summary>
public sealed class SiteSteps
{
    private readonly AxisSteps zs;
    private readonly AxisSteps ys;
    private readonly AxisSteps xs;
    private readonly SiteWindow window;
    private readonly int height;
    private readonly int width;

    /// <summary>Of a window walked in a direction.</summary>
    public SiteSteps(SiteWindow window, SiteDirection direction)
    {
        this.window = window;
        (zs, ys, xs) = (new(window.Z, direction), new(window.Y, direction), new(window.X, direction));
        (height, width) = direction == SiteDirection.Forward ? (window.Y.Output, window.X.Output) : (window.Y.Input, window.X.Input);
    }

    /// <summary>Writes taps and linear indices of the targets inside the target grid, ascending in the latter, and returns their number. Both arrays have room for all taps.</summary>
    public int From((int Z, int Y, int X) site, int[] taps, long[] places)
    {
        var count = 0;
        foreach (var (kz, z) in zs.From(site.Z))
        {
            foreach (var (ky, y) in ys.From(site.Y))
            {
                foreach (var (kx, x) in xs.From(site.X))
                {
                    (taps[count], places[count]) = ((((kz * window.Y.Kernel) + ky) * window.X.Kernel) + kx, ((((long)z * height) + y) * width) + x);
                    count++;
                }
            }
        }

        return count;
    }
}
