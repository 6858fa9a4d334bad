using NeuroChip.HwModels.Fields;
using NeuroChip.Ir.Diagnostics;

namespace NeuroChip.HwModels;

/// <summary>Reads chip models. All problems of a file are reported in one run, as a <see cref="DiagnosticException"/>.</summary>
public static class ChipModelReader
{
    /// <summary>Reads a built-in chip by name, or a file by path.</summary>
    /// <param name="nameOrPath">A name of <see cref="ChipModels.Names"/>, or the path of a YAML file.</param>
    public static ChipModel Load(string nameOrPath)
    {
        if (ChipModels.Text(nameOrPath) is { } text) return Parse(text, ChipModels.FileOf(nameOrPath));
        if (File.Exists(nameOrPath)) return Parse(ReadFile(nameOrPath), nameOrPath);
        throw new DiagnosticException(LooksLikePath(nameOrPath)
            ? Diagnostic.Error("NC6002", $"there is no chip file '{nameOrPath}'", null, $"built-in chips: {string.Join(", ", ChipModels.Names)}")
            : Diagnostic.Error(
                "NC6001",
                $"there is no chip '{nameOrPath}'",
                null,
                [.. Suggestion.Notes("built-in chips", nameOrPath, ChipModels.Names), "a chip of your own is given as the path of its YAML file"]));
    }

    /// <summary>Reads a chip of one family; NC6034 if it is of another.</summary>
    /// <param name="nameOrPath">A name of <see cref="ChipModels.Names"/>, or the path of a YAML file.</param>
    public static TChip Load<TChip>(string nameOrPath) where TChip : ChipModel => Load(nameOrPath).As<TChip>();

    /// <summary>A chip as one of a family; NC6034 if it is of another.</summary>
    public static TChip As<TChip>(this ChipModel chip) where TChip : ChipModel => chip as TChip ?? throw new DiagnosticException(Diagnostic.Error(
        "NC6034",
        $"chip '{chip.Name}' is of family '{FieldNames.Of(chip.Family)}', which cannot be used here",
        null,
        $"built-in chips that can: {string.Join(", ", ChipModels.Names.Where(n => Load(n) is TChip))}"));

    /// <summary>Reads a chip from text.</summary>
    /// <param name="text">YAML.</param>
    /// <param name="fileName">Its name, for diagnostics; what <c>extends</c> names as a path is relative to its folder.</param>
    public static ChipModel Parse(string text, string fileName)
    {
        var bag = new DiagnosticBag();
        var root = Resolve(ChipText.Of(fileName, text), bag, [fileName]);
        if (root is null) throw Stop(bag);
        var chip = ChipFieldReader.Read(root, bag);
        if (chip is null || bag.HasErrors) throw Stop(bag);
        ChipModelChecks.Run(chip, root, bag);
        return bag.HasErrors ? throw Stop(bag) : chip;
    }

    /// <summary>All problems, in the order of the lines of each file.</summary>
    private static DiagnosticException Stop(DiagnosticBag bag) =>
        new([.. bag.Diagnostics.OrderBy(d => d.Place?.File, StringComparer.Ordinal).ThenBy(d => d.Place?.Line).ThenBy(d => d.Place?.Column)]);

    private static ChipNode? Resolve(ChipText text, DiagnosticBag bag, List<string> chain)
    {
        if (ChipNodeParser.Parse(text, bag) is not { } root) return null;
        if (root.Field("extends") is not { } extends) return root;
        var own = root.Without("extends");
        if (BaseOf(extends, text, bag, chain) is not { } basis) return null;
        chain.Add(basis.File);
        if (Resolve(basis, bag, chain) is not { } inherited) return null;
        if (own.Field("family") is { Value: { } named } family && FieldNames.All<ChipFamily>().Contains(named) && named != FamilyOf(inherited))
        {
            bag.Add(family.Error("NC6030", $"a chip of family '{named}' cannot extend '{extends.Value}', which is of family '{FamilyOf(inherited)}'", "leave 'family' out to keep that of the chip it extends, or extend none"));
            return null;
        }

        return inherited.Under(own);
    }

    private static string FamilyOf(ChipNode root) => root.Field("family")?.Value ?? FieldNames.Of(ChipFamily.ManyCore);

    private static ChipText? BaseOf(ChipNode extends, ChipText text, DiagnosticBag bag, List<string> chain)
    {
        var name = extends.Value;
        if (string.IsNullOrWhiteSpace(name))
        {
            bag.Add(extends.Error("NC6006", "'extends' is the name of a chip or the path of its file", Suggestion.Notes("built-in chips", "", ChipModels.Names)));
            return null;
        }
        var builtIn = ChipModels.Text(name);
        var file = builtIn is not null ? ChipModels.FileOf(name) : Path.Combine(Path.GetDirectoryName(text.File) ?? "", name);
        if (builtIn is null && !File.Exists(file))
        {
            bag.Add(extends.Error("NC6012", $"there is no chip '{name}' to extend", Suggestion.Notes("built-in chips", name, ChipModels.Names)));
            return null;
        }
        if (chain.Exists(f => Path.GetFullPath(f) == Path.GetFullPath(file)))
        {
            bag.Add(extends.Error("NC6013", "chips extend each other in a circle", $"{string.Join(" extends ", chain)} extends {file}"));
            return null;
        }
        return ChipText.Of(file, builtIn ?? ReadFile(file));
    }

    private static bool LooksLikePath(string text) =>
        text.Contains('/', StringComparison.Ordinal) || text.Contains('\\', StringComparison.Ordinal) || text.EndsWith(".yaml", StringComparison.Ordinal) || text.EndsWith(".yml", StringComparison.Ordinal);

    private static string ReadFile(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DiagnosticException(Diagnostic.Error("NC6002", $"the chip file '{path}' cannot be read: {e.Message}"));
        }
    }
}
