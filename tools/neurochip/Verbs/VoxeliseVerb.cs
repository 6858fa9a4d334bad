using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using NeuroChip.Cli.Terminal;
using NeuroChip.Ir.Diagnostics;
using NeuroChip.Ir.Tensors;
using NeuroChip.Runtime;
using NeuroChip.Runtime.Arrays;
using NeuroChip.Runtime.Clouds;
using NeuroChip.Runtime.Reports;
using Spectre.Console;

namespace NeuroChip.Cli.Verbs;

/// <summary><c>voxelise FILE...</c>: point clouds as the input of a sparse network.</summary>
internal static class VoxeliseVerb
{
    public static Command Create()
    {
        var files = new Argument<string[]>("FILE") { Description = "Point clouds, or folders of them: " + string.Join(", ", CloudFiles.Formats.Select(f => f.Extension)), Arity = ArgumentArity.OneOrMore };
        var grid = new VoxelGridOptions();
        var points = new Option<int>("--points") { Description = "Points sampled on a mesh", DefaultValueFactory = _ => new CloudReadOptions().MeshPoints };
        var seed = new Option<long>("--seed") { Description = "Seed of the points sampled on a mesh", DefaultValueFactory = _ => new CloudReadOptions().Seed };
        var name = new Option<string>("--name") { Description = "Name of the features: that of the model's input", DefaultValueFactory = _ => "voxel_features" };
        var output = new Option<string>("--output", "-o") { Description = "Where to write the voxels (.npz)", Required = true };
        var json = new Option<bool>("--json") { Description = "Print JSON" };
        points.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is < 1 or > MostPoints) result.AddError($"--points must be from 1 to {MostPoints}");
        });
        name.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<string>() is VoxelBatch.CoordinatesName or VoxelBatch.ShapeName or "") result.AddError($"--name must not be empty, {VoxelBatch.CoordinatesName} or {VoxelBatch.ShapeName}: these are arrays of their own");
        });
        var command = new Command("voxelise", "Point clouds as the input of a sparse network") { files };
        grid.AddTo(command);
        foreach (var option in (Option[])[points, seed, name, output, json]) command.Add(option);
        command.SetAction(parsed =>
        {
            var path = parsed.GetRequiredValue(output);
            OutputFile.RequireWritable([path]);
            var plan = grid.Read(parsed);
            var warnings = new DiagnosticBag();
            VoxelBatch voxels;
            using (var line = new ProgressLine())
            {
                var clouds = CloudFiles.Read(parsed.GetRequiredValue(files), new CloudReadOptions(parsed.GetValue(points), parsed.GetValue(seed)));
                voxels = Voxeliser.Run(clouds.Select(cloud => Told(line, cloud)), plan, warnings);
            }

            ExitCode.Print(warnings.Diagnostics);
            OutputFile.Write(path, stream => ArrayFile.Write(stream, voxels.Arrays(parsed.GetRequiredValue(name))));
            if (parsed.GetValue(json)) Console.WriteLine(Json(voxels).ToJsonString());
            else Print(voxels, plan, parsed.GetRequiredValue(name), path);
            return ExitCode.Fine;
        });
        return command;
    }

    // Six columns of float32 in one array of at most 2^31 elements.
    private const int MostPoints = 100_000_000;

    private static PointCloud Told(ProgressLine line, PointCloud cloud)
    {
        line.Report($"voxelising {cloud.Name}");
        return cloud;
    }

    private static void Print(VoxelBatch batch, VoxelGrid grid, string name, string path)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumn("cloud");
        foreach (var column in (string[])["points", "not finite", "outside", "voxels", "points/voxel", "of the cells", "time"]) table.AddColumn(new TableColumn(column).RightAligned().NoWrap());
        foreach (var cloud in batch.Clouds)
        {
            var counts = cloud.Counts;
            table.AddRow(
                Markup.Escape(Path.GetFileName(cloud.Name)), ReportText.Count(counts.Points), ReportText.Count(counts.NonFinite), ReportText.Count(counts.OutOfRange), ReportText.Count(counts.Voxels),
                ReportText.Factor((double)counts.Placed / counts.Voxels), ReportText.Percent(Density(batch, cloud)), ReportText.Si(cloud.Elapsed.TotalSeconds, "s"));
        }

        Screen.Out.Write(table);
        Console.WriteLine($"cells {string.Join(" x ", grid.Cell.Select(c => c.ToString(CultureInfo.InvariantCulture)))} along x, y, z; coordinates {grid.Order.ToString().ToLowerInvariant()}, spatial shape {Tensor.FormatShape(batch.Extent)}");
        Console.WriteLine($"features '{name}': {string.Join(", ", batch.Columns)} ({(grid.Feature == VoxelFeature.First ? "of the first point" : grid.MaxPoints is { } most ? $"mean of at most {ReportText.Plural(most, "point")}" : "mean")})");
        Console.WriteLine($"voxels {path}");
    }

    private static JsonObject Json(VoxelBatch batch) => new()
    {
        ["spatialShape"] = new JsonArray([.. batch.Extent.Select(e => (JsonNode)e)]),
        ["features"] = new JsonArray([.. batch.Columns.Select(c => (JsonNode)c)]),
        ["clouds"] = new JsonArray([.. batch.Clouds.Select(c => (JsonNode)new JsonObject
        {
            ["name"] = c.Name, ["points"] = c.Counts.Points, ["notFinite"] = c.Counts.NonFinite, ["outOfRange"] = c.Counts.OutOfRange, ["voxels"] = c.Counts.Voxels,
            ["density"] = Density(batch, c), ["milliseconds"] = c.Elapsed.TotalMilliseconds,
        })]),
    };

    private static double Density(VoxelBatch batch, VoxelCloud cloud) => cloud.Counts.Voxels / batch.Extent.Aggregate(1.0, (cells, extent) => cells * extent);
}
