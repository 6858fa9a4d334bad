using NeuroChip.Compiler.Onnx;
using NeuroChip.Ir.Diagnostics;

namespace NeuroChip.Compiler.Tests.Onnx;

/// <summary>Whatever bytes a file holds, the reader answers with a model or with coded problems, never with another exception.</summary>
public class DamagedFileTests
{
    public static TheoryData<string> Models() => [.. Directory.GetFiles(OperatorGoldenTests.Golden("graphs"), "*.onnx").Select(p => Path.GetFileName(p)).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Models))]
    public void DamageIsReportedWithACode(string name) => Assert.InRange(Refused(Path.Combine(OperatorGoldenTests.Golden("graphs"), name), 100), 50, 100);

    [Fact]
    public void DamagedOperatorIsReportedWithACode()
    {
        var models = Directory.GetFiles(OperatorGoldenTests.Golden("operators"), "*.onnx").Order(StringComparer.Ordinal).ToArray();
        Assert.InRange(models.Sum(m => Refused(m, 10)), 5 * models.Length, 10 * models.Length);
    }

    [Fact]
    public void ALinkToAModelIsReadAsTheModel()
    {
        var model = Directory.GetFiles(OperatorGoldenTests.Golden("graphs"), "*.onnx").Order(StringComparer.Ordinal).First();
        var link = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.onnx");
        File.CreateSymbolicLink(link, model);
        try
        {
            Assert.Equal(OnnxLoader.Load(model).Nodes.Length, OnnxLoader.Load(link).Nodes.Length);
        }
        finally
        {
            File.Delete(link);
        }
    }

    private static int Refused(string model, int rounds)
    {
        var good = File.ReadAllBytes(model);
        var path = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.onnx");
        var random = new Random(1);
        var refused = 0;
        try
        {
            for (var round = 0; round < rounds; round++)
            {
                var bytes = (byte[])good.Clone();
                if (round % 3 == 0) bytes = bytes[..random.Next(bytes.Length)];
                for (var change = random.Next(1, 4); change > 0 && bytes.Length > 0; change--) bytes[random.Next(bytes.Length)] = (byte)random.Next(random.Next(2) == 0 ? 8 : 256);
                File.WriteAllBytes(path, bytes);
                try
                {
                    OnnxLoader.Load(path);
                }
                catch (DiagnosticException e)
                {
                    Assert.All(e.Diagnostics, d => Assert.Contains(d.Code, DiagnosticCatalog.Entries.Keys));
                    refused++;
                }
                catch (Exception e)
                {
                    Assert.Fail($"round {round}: {e}");
                }
            }
        }
        finally
        {
            File.Delete(path);
        }

        return refused;
    }
}
