using System.Collections.Immutable;
using FsCheck;
using FsCheck.Fluent;
using NeuroChip.Ir.Tensors;
using NeuroChip.Runtime.Arrays;

namespace NeuroChip.Runtime.Tests;

/// <summary>Do arrays come in and go out as NumPy means them?</summary>
public sealed class ArrayFileTests
{
    private static string At(string file) => Path.Combine(Golden.Root, "tests", "NeuroChip.Runtime.Tests", "files", file);

    [Theory]
    [InlineData("f2", DType.Float32, 0, 0.25, 1.25)]
    [InlineData("f4", DType.Float32, 0, (float)(1 / 3.0), (float)(5 / 3.0))]
    [InlineData("f8", DType.Float64, 0, 1 / 3.0, 5 / 3.0)]
    [InlineData("i1", DType.Int8, 0, -1, -5)]
    [InlineData("i2", DType.Int16, 0, -1, -5)]
    [InlineData("i4", DType.Int32, 0, -1, -5)]
    [InlineData("i8", DType.Int64, 0, -1, -5)]
    [InlineData("u1", DType.UInt8, 0, 1, 5)]
    [InlineData("u2", DType.Int32, 65530, 65531, 65535)]
    [InlineData("u4", DType.Int64, 4294967290, 4294967291, 4294967295)]
    [InlineData("b", DType.Bool, 1, 0, 0)]
    public void ReadsWhatNumPyWrote(string name, DType type, double first, double second, double last)
    {
        var array = ArrayFile.Read(At("numpy-deflated.npz"))[name];
        Assert.Equal(type, array.Type);
        Assert.Equal([2, 3], array.Shape.ToArray());
        Assert.Equal((first, second, last), (array.At(0), array.At(1), array.At(5)));
    }

    [Fact]
    public void ReadsScalarsAndEmptyArrays()
    {
        var arrays = ArrayFile.Read(At("numpy-deflated.npz"));
        Assert.Empty(arrays["scalar"].Shape);
        Assert.Equal(7.5, arrays["scalar"].At(0));
        Assert.Equal([0, 3], arrays["empty"].Shape.ToArray());
    }

    [Fact]
    public void BringsFortranOrderToCOrder()
    {
        var array = ArrayFile.Read(At("numpy-stored.npz"))["fortran"];
        Assert.Equal([2, 3, 4], array.Shape.ToArray());
        Assert.Equal(Enumerable.Range(0, 24), array.Span<int>().ToArray());
    }

    [Fact]
    public void LoneArrayHasTheNameAskedFor()
    {
        var arrays = ArrayFile.Read(At("lone.npy"), "x");
        Assert.Equal([1, 4], arrays["x"].Shape.ToArray());
    }

    [Fact]
    public void WhatIsWrittenReadsBackAndIsEqualToTheByte() => Prop.ForAll(
        ArbMap.Default.ArbFor<(float[] Floats, sbyte[] Bytes, long[] Longs, bool[] Flags)>(),
        given =>
        {
            var arrays = new Dictionary<string, Tensor>
            {
                ["b"] = Tensor.Vector(given.Bytes),
                ["f"] = Tensor.Of([1, given.Floats.Length], given.Floats),
                ["l"] = Tensor.Vector(given.Longs),
                ["flags"] = Tensor.Vector(given.Flags),
            };
            var bytes = Written(arrays);
            var back = ArrayFile.Read(new MemoryStream(bytes), "memory");
            return arrays.Keys.Order(StringComparer.Ordinal).SequenceEqual(back.Keys)
                && arrays.All(a => a.Value.Shape.SequenceEqual(back[a.Key].Shape) && a.Value.Type == back[a.Key].Type
                    && Enumerable.Range(0, a.Value.Length).All(i => a.Value.At(i).Equals(back[a.Key].At(i))))
                && bytes.SequenceEqual(Written(arrays.Reverse().ToDictionary()));
        }).QuickCheckThrowOnFailure();

    private static byte[] Written(IReadOnlyDictionary<string, Tensor> arrays)
    {
        using var stream = new MemoryStream();
        ArrayFile.Write(stream, arrays);
        return stream.ToArray();
    }
}
