using NeuroChip.Ir.Tensors;

namespace NeuroChip.Ir.Tests;

public class TensorTests
{
    [Fact]
    public void BytesAreReadWithTheirSign()
    {
        Assert.Equal([200f, 255f], Tensor.Vector<byte>(200, 255).ToFloats());
        Assert.Equal([-56f, 127f], Tensor.Vector<sbyte>(-56, 127).ToFloats());
        Assert.Equal(1, Tensor.Vector(true).At(0));
    }

    [Fact]
    public void BytesAreThoseOfTheElements()
    {
        Assert.Equal([200, 7], Tensor.Vector<byte>(200, 7).Bytes.ToArray());
        Assert.Equal(BitConverter.GetBytes(1.5f), Tensor.Scalar(1.5f).Bytes.ToArray());
    }
}
