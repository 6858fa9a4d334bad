using System.Runtime.InteropServices;
using NeuroChip.Ir.Diagnostics;

namespace NeuroChip.Runtime.Clouds;

/// <summary>
/// A scan as the KITTI and SemanticKITTI data sets store it: rows of four little-endian float32, x, y, z in metres and the intensity of the reflection, with no header
/// (Geiger et al., "Vision meets Robotics: The KITTI Dataset", IJRR 2013).
/// </summary>
internal static class KittiCloud
{
    private const int BytesOfPoint = 4 * sizeof(float);

    public static PointCloud Read(byte[] bytes, string path, CloudReadOptions options)
    {
        if (bytes.Length % BytesOfPoint != 0)
            throw CloudFiles.Damaged(new Place(path), $"{bytes.Length} bytes are not a whole number of points of {BytesOfPoint} bytes", "a KITTI scan holds x, y, z and intensity in float32 for each point; others can be saved from NumPy as .npy");
        return PointCloud.OfRows(path, MemoryMarshal.Cast<byte, float>(bytes), ["x", "y", "z", "intensity"]);
    }
}
