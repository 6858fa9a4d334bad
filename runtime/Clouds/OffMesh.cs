using System.Text;
using NeuroChip.Ir.Diagnostics;

namespace NeuroChip.Runtime.Clouds;

/// <summary>
/// A mesh in the Object File Format (Geomview): <c>OFF</c>, the numbers of vertices, faces and edges, a line per vertex, a line per face. Many files of ModelNet40 have the
/// numbers on the line of the keyword with no space between (<c>OFF490 518 0</c>); that is read too. Polygons are cut into fans, colours of faces passed over.
/// </summary>
internal static class OffMesh
{
    private const byte Comment = (byte)'#';

    public static PointCloud Read(byte[] bytes, string path, CloudReadOptions options)
    {
        var text = new CloudText(bytes, path);
        var keyword = Encoding.UTF8.GetString(text.Word(Comment));
        if (!keyword.StartsWith("OFF", StringComparison.Ordinal))
            throw text.Error($"a mesh in OFF begins with 'OFF', this file with '{(keyword.Length > 20 ? keyword[..20] + "..." : keyword)}'", "COFF, NOFF and the binary forms are not read");
        // Every vertex and face takes more than a byte of the file: a count that is greater is no count, and is refused before memory is asked for it.
        var glued = keyword[3..];
        var vertexCount = glued.Length == 0 ? text.Whole("the number of vertices", bytes.Length, Comment)
            : int.TryParse(glued, out var count) && count >= 0 && count <= bytes.Length ? count : throw text.Error($"'{glued}' is not a number of vertices");
        var faceCount = text.Whole("the number of faces", bytes.Length, Comment);
        text.Word(Comment); // The number of edges, which nothing needs.

        var vertices = new Vertex[vertexCount];
        for (var v = 0; v < vertexCount; v++)
            vertices[v] = new(text.Number($"x of vertex {v}", Comment), text.Number($"y of vertex {v}", Comment), text.Number($"z of vertex {v}", Comment));

        var triangles = new List<(int A, int B, int C)>(faceCount);
        for (var f = 0; f < faceCount; f++)
        {
            var corners = text.Whole($"the number of corners of face {f}", vertexCount, Comment);
            var (first, last) = (-1, -1);
            for (var c = 0; c < corners; c++)
            {
                var corner = text.Whole($"a corner of face {f}", vertexCount - 1, Comment);
                if (c == 0) first = corner;
                if (c >= 2) triangles.Add((first, last, corner));
                last = corner;
            }

            text.SkipLine();
        }

        return MeshSurface.Sample(path, vertices, triangles, options);
    }
}
