using System.Xml.Linq;

namespace NeuroChip.EndToEnd.Tests;

/// <summary>Who may use whom.</summary>
public sealed class HouseTests
{
    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["ir"] = [],
        ["hw-models"] = ["ir"],
        ["compiler"] = ["ir", "hw-models"],
        ["runtime"] = ["ir", "hw-models"],
        ["simulator"] = ["ir", "hw-models", "runtime"],
        ["simulator/gpu"] = ["ir", "runtime", "simulator"],
    };

    public static TheoryData<string> Projects => [.. Allowed.Keys];

    [Theory]
    [MemberData(nameof(Projects))]
    public void LibrariesUseOnlyWhatTheyMay(string folder)
    {
        var project = Assert.Single(Directory.GetFiles(Path.Combine(CommandLine.Root, folder), "*.csproj"));
        var used = XDocument.Load(project).Descendants("ProjectReference")
            .Select(r => Path.GetFileName(Path.GetDirectoryName(Path.GetFullPath(Path.Combine(Path.GetDirectoryName(project)!, r.Attribute("Include")!.Value))))!);
        Assert.Subset(Allowed[folder].ToHashSet(), used.ToHashSet());
    }

    [Fact]
    public void NothingUsesTools()
    {
        var projects = Directory.GetFiles(CommandLine.Root, "*.csproj", SearchOption.AllDirectories).Where(p => !p.Contains($"{Path.DirectorySeparatorChar}tools{Path.DirectorySeparatorChar}"));
        Assert.All(projects.Where(p => !p.Contains("EndToEnd")), p => Assert.DoesNotContain("tools/", File.ReadAllText(p)));
    }

    [Fact]
    public void EverySourceFileHasARoomWithAName()
    {
        var vague = new HashSet<string> { "Common", "Core", "Utils", "Helpers", "Manager", "Misc" };
        var folders = Allowed.Keys.SelectMany(f => Directory.GetDirectories(Path.Combine(CommandLine.Root, f), "*", SearchOption.AllDirectories)).Select(Path.GetFileName);
        Assert.DoesNotContain(folders, f => vague.Contains(f!));
    }
}
