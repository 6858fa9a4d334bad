using NeuroChip.Ir.Diagnostics;
using NeuroChip.Ir.Yaml;

namespace NeuroChip.Ir.Tests;

/// <summary>What <see cref="YamlTree"/> reads, shown as one line of flow style; and that nothing else does more than give an error.</summary>
public sealed class YamlTests
{
    [Theory]
    [InlineData("", "~")]
    [InlineData("a: 1", "{a: 1}")]
    [InlineData("--- \n# only a comment\na: 1 # one\n...\n", "{a: 1}")]
    [InlineData("a:\n  b: 1\n  c:\nd: x y  z\n", "{a: {b: 1, c: ~}, d: x y  z}")]
    [InlineData("- 1\n- - 2\n  - 3\n-\n  - 4\n- x: 5\n  y: 6\n", "[1, [2, 3], [4], {x: 5, y: 6}]")]
    [InlineData("a:\n- 1\n- 2\nb: 3", "{a: [1, 2], b: 3}")]
    [InlineData("a: [1, -2.5e-3, [x, y], {p: 1, q}, ]", "{a: [1, -2.5e-3, [x, y], {p: 1, q: ~}]}")]
    [InlineData("a: [b: 1, c: {d: 2}]", "{a: [{b: 1}, {c: {d: 2}}]}")]
    [InlineData("a: [1,\n   2, # two\n  3\n]\nb: {x: 1,\n y: 2}", "{a: [1, 2, 3], b: {x: 1, y: 2}}")]
    [InlineData("- {'5.0': {core: '0.0'}}\n- {\"k\":\"a\\tb\\u0041\"}", "[{5.0: {core: 0.0}}, {k: a\tbA}]")]
    [InlineData("a.0 -> b.1: {w: 1}\nt[0..3]: it's#1:2\n'don''t': ''", "{a.0 -> b.1: {w: 1}, t[0..3]: it's#1:2, don't: ~}")]
    [InlineData("a:\r\n  - 1\r\n  - 2\r\n", "{a: [1, 2]}")]
    public void ReadsData(string text, string expected) => Assert.Equal(expected, Show(YamlTree.Parse(text, "t", "NC1200").Root));

    [Theory]
    [InlineData("a: [1, 2", 1, 9)]
    [InlineData("a: [1,", 1, 4)]
    [InlineData("a: 1\n b: 2", 2, 2)]
    [InlineData("a:\n  b: 1\n c: 2", 3, 2)]
    [InlineData("a: 'x", 1, 4)]
    [InlineData("a: |\n  x", 1, 4)]
    [InlineData("a: *b", 1, 4)]
    [InlineData("- a\nb: 1", 2, 1)]
    [InlineData("a: - 1", 1, 4)]
    [InlineData("a: [1] 2", 1, 8)]
    [InlineData("[a]: 2", 1, 4)]
    [InlineData("a: \"\\q\"", 1, 5)]
    [InlineData("---\na: 1\n---\nb: 2", 3, 1)]
    [InlineData("a: {b: 1]", 1, 9)]
    public void RefusesTheRestAtItsPlace(string text, int line, int column)
    {
        var found = Assert.Throws<DiagnosticException>(() => YamlTree.Parse(text, "t", "NC1200")).Diagnostics.Single();
        Assert.Equal(("NC1200", line, column), (found.Code, found.Place!.Line, found.Place.Column));
    }

    [Fact]
    public void DeepTextsAreRefused() =>
        Assert.Contains("nested too deeply", Assert.Throws<DiagnosticException>(() => YamlTree.Parse(new string('[', 100_000), "t", "NC1200")).Message);

    /// <summary>Any text is read or refused, never anything else.</summary>
    [Fact]
    public void DamagedTextsAreReadOrRefused()
    {
        const string alphabet = "a1 .:-[]{},'\"#\n\n  \t&>?\\";
        const string text = "network:\n  groups:\n    - {name: a, neurons: [0..3: {bias: 1}]} # all\n  edges:\n  - 'a.0 -> a.1': [weight: -2]\n";
        var random = new Random(7);
        for (var round = 0; round < 20_000; round++)
        {
            var characters = text.ToCharArray();
            for (var n = random.Next(1, 6); n > 0; n--) characters[random.Next(characters.Length)] = alphabet[random.Next(alphabet.Length)];
            var damaged = new string(characters, 0, random.Next(characters.Length));
            try
            {
                Show(YamlTree.Parse(damaged, "t", "NC1200").Root);
            }
            catch (DiagnosticException e)
            {
                Assert.InRange(e.Diagnostics.Single().Place!.Line, 1, damaged.Split('\n').Length);
            }
        }
    }

    private static string Show(YamlNode node)
    {
        List<string> children = [];
        foreach (var child in node.Children) children.Add(node.Kind == YamlKind.Mapping ? $"{child.Name}: {Show(child)}" : Show(child));
        Assert.Equal(node.Count, children.Count);
        return node.Kind switch
        {
            YamlKind.Sequence => $"[{string.Join(", ", children)}]",
            YamlKind.Mapping => $"{{{string.Join(", ", children)}}}",
            _ => node.Text.Length == 0 ? "~" : node.Text.ToString(),
        };
    }
}
