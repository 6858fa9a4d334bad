using System.Buffers;
using Google.Protobuf;
using NeuroChip.Compiler.Onnx.Proto;
using NeuroChip.Ir.Diagnostics;

namespace NeuroChip.Compiler.Onnx;

/// <summary>
/// Reads an <c>.onnx</c> file (operator sets 9 to 21) into a <see cref="FlatModel"/>. What later stages may rely on:
/// <list type="bullet">
/// <item>Every shape is known; functions, <c>If</c>, <c>Loop</c> and <c>Scan</c> are inlined and unrolled; what does not depend on an input is a constant
/// (except expansions over 64 MB).</item>
/// <item>Half and bfloat16 values are float32; unsigned 16-, 32- and 64-bit integers are int32, int64 and int64.</item>
/// <item>Gone: <c>Constant</c>, <c>Identity</c>, <c>Dropout</c>, <c>Shape</c>, <c>Size</c>, a <c>Cast</c> to the same type, and every Reshape, Expand, Tile, Slice, Pad,
/// Transpose, Concat, Squeeze, Unsqueeze, Sum, Max, Min or Mean that changes nothing.</item>
/// <item>Rewritten: <c>Split</c> to one <c>Slice</c> per output; <c>Flatten</c> and the shape of every <c>Reshape</c> and <c>Expand</c> to full explicit extents; <c>Upsample</c> to <c>Resize</c>;
/// <c>Scatter</c> to <c>ScatterElements</c>; <c>CastLike</c> to <c>Cast</c>; <c>ReduceX</c>, <c>Squeeze</c>, <c>Unsqueeze</c>, <c>Slice</c>, <c>Pad</c>, <c>Clip</c> with axes, bounds and limits as inputs;
/// <c>Softmax</c> of opset 9 to 12 to its opset 13 form between Reshapes; batch normalisation with more than one output to <c>training_mode</c> = 1.</item>
/// <item>Sparse convolutions of either dialect (<see cref="Sparse.SparseForms"/>) to the operators of <see cref="Sparse.SiteOperators"/>: rulebooks and coordinates are gone, the tables of active
/// sites are in <see cref="FlatModel.Sites"/> with the room that the plan gives them, and a value at sites has as many rows as there is room for.</item>
/// <item>Axes in <c>axis</c> attributes and constant <c>axes</c> inputs and constant <c>Gather</c> indices count from the front.</item>
/// <item>A chain of <c>ScatterND</c> that writes every row of a buffer is one <c>Concat</c> of the rows along axis 0; reading a row back gives the row.</item>
/// <item>A Reshape of a Reshape is one Reshape; Squeeze undoes Unsqueeze; two Transposes are one. Unused outputs of a node are -1.</item>
/// </list>
/// </summary>
public static class OnnxLoader
{
    /// <summary>Lowest and highest supported version of the standard operator set.</summary>
    public const int FirstOpset = 9, LastOpset = 21;

    /// <summary>Reads a model; throws <see cref="DiagnosticException"/> with everything that is wrong with it.</summary>
    public static FlatModel Load(string path, FlattenOptions? options = null)
    {
        var model = Parse(path);
        var problems = new DiagnosticBag();
        var flattener = new GraphFlattener(path, model, options ?? FlattenOptions.Default, problems);
        var result = flattener.Run();
        problems.ThrowIfErrors();
        return result!;
    }

    private static ModelProto Parse(string path)
    {
        if (!File.Exists(path)) throw new DiagnosticException(Diagnostic.Error("NC1001", Directory.Exists(path) ? "this is a folder, not a file" : "there is no such file", new Place(path)));
        ModelProto model;
        var head = 0;
        try
        {
            if (MappedFile.LengthOf(path) == 0) throw NotOnnx(path, "it is empty");
            using IMemoryOwner<byte> file = new MappedFile(path);
            head = file.Memory.Span[0];
            model = ModelProto.Parser.ParseFrom(new ReadOnlySequence<byte>(file.Memory));
        }
        catch (InvalidProtocolBufferException) when (head == 0x08)
        {
            // Every exporter writes ir_version (field 1, a number: byte 0x08) first; what starts like that and then breaks off was a model once.
            throw new DiagnosticException(Diagnostic.Error("NC1003", $"the file breaks off or is damaged ({MappedFile.LengthOf(path)} bytes)", new Place(path), "copy or export it again"));
        }
        catch (InvalidProtocolBufferException)
        {
            throw NotOnnx(path, "it is not a protobuf message of an ONNX model");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DiagnosticException(Diagnostic.Error("NC1001", $"the file cannot be read: {e.Message}", new Place(path)));
        }

        if (model.Graph is null || (model.Graph.Node.Count == 0 && model.Graph.Output.Count == 0)) throw NotOnnx(path, "it holds no graph");
        return model;
    }

    private static DiagnosticException NotOnnx(string path, string why) => new(Diagnostic.Error("NC1002", $"this is not an ONNX model: {why}", new Place(path), "give the .onnx file that the framework exported; a file kept by Git LFS must be pulled first"));
}
