using NeuroChip.Validation;

// Compares everything that has a figure of somebody else's to compare with, and writes the tables of docs/validation.md:
//
//     dotnet run --project tools/validation -c Release [-- --check]
//
// With --check nothing is written; the exit code is 1 if a figure is farther off than its row allows, or if the page is not what this run gives.
var root = AppContext.BaseDirectory;
while (!File.Exists(Path.Combine(root, "NeuroChip.sln"))) root = Path.GetDirectoryName(root) ?? throw new FileNotFoundException("run this inside the repository");

(string Section, IEnumerable<ValidationRow> Rows)[] sections =
[
    ("tile machines", TileMachines.Rows(root)),
    ("networks of routers", RouterNetworks.Rows()),
    ("active sites", SiteCounts.Rows()),
    ("SANA-FE", PipelineChips.Rows(root)),
];

var page = Path.Combine(root, "docs", "validation.md");
var before = File.ReadAllText(page);
var after = before;
var far = 0;
foreach (var (section, lazy) in sections)
{
    var rows = lazy.ToArray();
    foreach (var row in rows.Where(r => !r.Agrees)) Console.Error.WriteLine($"too far off (allowed {row.Allowed:0.#e-0}): {row}");
    far += rows.Count(r => !r.Agrees);
    Console.WriteLine($"{section}: {rows.Length} figures, the farthest {rows.Max(r => Math.Abs(r.Difference)):0.## %} off");
    after = Replace(after, section, rows);
}

if (args.Contains("--check"))
{
    if (after != before) Console.Error.WriteLine("docs/validation.md is not what this run gives: run without --check");
    return far > 0 || after != before ? 1 : 0;
}

File.WriteAllText(page + ".partial", after);
File.Move(page + ".partial", page, overwrite: true);
return far > 0 ? 1 : 0;

static string Replace(string page, string section, ValidationRow[] rows)
{
    var (open, close) = ($"<!-- table: {section} -->\n", "<!-- end -->");
    var start = page.IndexOf(open, StringComparison.Ordinal);
    var end = start < 0 ? -1 : page.IndexOf(close, start, StringComparison.Ordinal);
    if (end < 0) throw new InvalidDataException($"docs/validation.md has no table '{section}'");
    var table = "| what | source | grade | ours | theirs | difference |\n|---|---|---|---|---|---|\n" + string.Concat(rows.Select(r => $"{r}\n"));
    return string.Concat(page.AsSpan(0, start + open.Length), table, page.AsSpan(end));
}
