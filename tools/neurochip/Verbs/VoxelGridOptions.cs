using System.Collections.Immutable;
using System.CommandLine;
using System.Globalization;
using NeuroChip.Ir.Diagnostics;
using NeuroChip.Runtime.Clouds;

namespace NeuroChip.Cli.Verbs;

/// <summary>The options that say how points become voxels. What is not given is as the preset has it.</summary>
internal sealed class VoxelGridOptions
{
    private readonly Option<string?> preset = new Option<string?>("--preset") { Description = "Numbers of a known pipeline, which the other options change" }.AcceptOnlyFromAmong([.. VoxelGrid.Presets.Keys]);
    private readonly Option<string?> grid = new("--grid") { Description = "Size of a cell in the unit of the points: one number, or three for x,y,z" };
    private readonly Option<string?> range = new("--range") { Description = "Box that is looked at: x0,y0,z0,x1,y1,z1" };
    private readonly Option<string?> features = new("--features") { Description = "Columns that become features, in this order: x,y,z,intensity; all if not given" };
    private readonly Option<string?> voxel = new Option<string?>("--per-voxel") { Description = "What a voxel takes over of its points (mean if no preset says otherwise)" }.AcceptOnlyFromAmong("first", "mean");
    private readonly Option<int?> maxPoints = new("--max-points") { Description = "Of a mean: how many points of a voxel count, the first ones" };
    private readonly Option<string?> order = new Option<string?>("--order") { Description = "Order of the coordinates (xyz if no preset says otherwise)" }.AcceptOnlyFromAmong("xyz", "zyx");
    private readonly Option<string?> shape = new("--shape") { Description = "Spatial shape, three extents in the order of the coordinates; else it follows from range or points" };
    private readonly Option<string?> pad = new("--pad") { Description = "Cells added behind the extents that range or points give: one number, or three in the order of the coordinates" };
    private readonly Option<bool?> normalise = new("--normalise") { Description = "Centre each cloud and scale it to radius 1 first" };
    private readonly Option<bool> skipNan = new("--skip-nan") { Description = "Drop and count points with NaN or infinity" };

    public void AddTo(Command command)
    {
        foreach (var option in (Option[])[preset, grid, range, features, voxel, maxPoints, order, shape, pad, normalise, skipNan]) command.Add(option);
    }

    public VoxelGrid Read(ParseResult parsed)
    {
        var start = parsed.GetValue(preset) is { } name ? VoxelGrid.Presets[name] : null;
        var cell = Numbers(parsed.GetValue(grid), "--grid", 1, 3) ?? start?.Cell
            ?? throw new DiagnosticException(Diagnostic.Error("NC5067", "no size of a cell is given", null, "--grid 0.05, in the unit of the points, or one of --preset " + string.Join(", ", VoxelGrid.Presets.Keys)));
        var read = (start ?? new VoxelGrid { Cell = cell }) with { Cell = cell, SkipNonFinite = parsed.GetValue(skipNan) };
        if (Numbers(parsed.GetValue(range), "--range", 6) is { } box) read = read with { Range = new(box[..3], box[3..]) };
        if (parsed.GetValue(features) is { } columns) read = read with { Columns = [.. columns.Split(',', StringSplitOptions.TrimEntries)] };
        if (parsed.GetValue(voxel) is { } kept) read = read with { Feature = kept == "first" ? VoxelFeature.First : VoxelFeature.Mean };
        if (parsed.GetValue(maxPoints) is { } most) read = read with { MaxPoints = most };
        if (parsed.GetValue(order) is { } axes) read = read with { Order = axes == "xyz" ? AxisOrder.Xyz : AxisOrder.Zyx };
        if (Whole(parsed.GetValue(shape), "--shape", 3) is { } extents) read = read with { Shape = extents };
        if (Whole(parsed.GetValue(pad), "--pad", 1, 3) is { } padding) read = read with { Padding = padding };
        if (parsed.GetValue(normalise) is { } centre) read = read with { Normalise = centre };
        read.Require();
        return read;
    }

    /// <summary>As many numbers as one of <paramref name="counts"/>; a single number stands for three where both are possible.</summary>
    private static ImmutableArray<float>? Numbers(string? text, string option, params int[] counts)
    {
        if (text is null) return null;
        var numbers = ImmutableArray.CreateBuilder<float>();
        foreach (var part in text.Split(','))
        {
            if (!float.TryParse(part, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)) throw Unfit(option, text, $"'{part}' is not a number");
            numbers.Add(number);
        }

        if (!counts.Contains(numbers.Count)) throw Unfit(option, text, $"{string.Join(" or ", counts)} numbers with commas between are needed");
        return numbers.Count == 1 ? [numbers[0], numbers[0], numbers[0]] : numbers.ToImmutable();
    }

    private static ImmutableArray<int>? Whole(string? text, string option, params int[] counts) => Numbers(text, option, counts) is not { } numbers ? null
        : [.. numbers.Select(n => n is >= 0 and <= VoxelGrid.MaxCells && n == MathF.Floor(n) ? (int)n : throw Unfit(option, text!, $"whole numbers from 0 to {VoxelGrid.MaxCells} are needed"))];

    private static DiagnosticException Unfit(string option, string text, string what) => new(Diagnostic.Error("NC5067", $"{option} {text}: {what}"));
}
