using NeuroChip.Ir.Ncir.AddressFunctions;

namespace NeuroChip.Ir.Ncir.Sites;

/// <summary>Along one axis, where a window leads from every place: (tap, place it leads to), ascending in the latter.</summary>
internal sealed class AxisSteps
{
    private readonly int[] starts;
    private readonly (int Tap, int To)[] steps;

    public AxisSteps(Window window, SiteDirection direction)
    {
        var places = direction == SiteDirection.Forward ? window.Input : window.Output;
        starts = new int[places + 1];
        var all = new List<(int, int)>();
        for (var place = 0; place < places; place++)
        {
            // Convolution: the higher the tap, the lower the output. The inverse: the higher the tap, the higher the input.
            for (var i = 0; i < window.Kernel; i++)
            {
                var tap = direction == SiteDirection.Forward ? window.Kernel - 1 - i : i;
                var to = direction == SiteDirection.Forward ? window.OutputOf(place, tap) : window.InputOf(place, tap);
                if (to >= 0 && (direction == SiteDirection.Forward || to < window.Input)) all.Add((tap, to));
            }

            starts[place + 1] = all.Count;
        }

        steps = [.. all];
    }

    public ReadOnlySpan<(int Tap, int To)> From(int place) => steps.AsSpan(starts[place], starts[place + 1] - starts[place]);
}
