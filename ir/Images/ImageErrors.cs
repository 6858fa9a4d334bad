using NeuroChip.Ir.Diagnostics;

namespace NeuroChip.Ir.Images;

/// <summary>The errors NC4xxx, each worded in one place.</summary>
internal static class ImageErrors
{
    private const string CopyAgain = "copy the file again from where it was made, or compile the model again with 'neurochip compile'";

    public static Diagnostic NotAnImage(string file, string found) => Diagnostic.Error(
        "NC4001", $"this is not a chip image: {found}", new Place(file),
        $"an image starts with the 8 bytes {Convert.ToHexString(ImageFormat.Magic)} and is made by 'neurochip compile MODEL.onnx -o OUT{ImageFormat.Extension}'");

    public static Diagnostic OtherVersion(string file, uint version) => Diagnostic.Error(
        "NC4002", $"the image has format version {version}; this build reads version {ImageFormat.Version}", new Place(file),
        version > ImageFormat.Version ? "use the newer NeuroChip that wrote it, or compile the model again with this one" : "compile the model again with this NeuroChip");

    public static Diagnostic CutShort(string file, long has, long needs, string what) => Diagnostic.Error(
        "NC4003", $"the image is cut short: {what} takes {needs} bytes, the file has {has}", new Place(file), CopyAgain);

    public static Diagnostic Checksum(string file, string part, ReadOnlySpan<byte> stored, ReadOnlySpan<byte> computed) => Diagnostic.Error(
        "NC4004", $"{part} is damaged: its SHA-256 starts with {Convert.ToHexStringLower(computed[..8])}, the image says {Convert.ToHexStringLower(stored[..8])}", new Place(file), CopyAgain);

    public static Diagnostic Damaged(string file, string padding) => Diagnostic.Error(
        "NC4004", $"{padding} is damaged: it holds something else than zeros", new Place(file), CopyAgain);

    public static Diagnostic Inconsistent(string file, string item, string message) => Diagnostic.Error(
        "NC4005", $"the image contradicts itself: {message}", new Place(file, item),
        "its checksums are right, so it was written this way: compile the model again, and report the program that wrote it");

    public static Diagnostic TooLong(string file, long has, long needs) => Diagnostic.Error(
        "NC4006", $"{has - needs} bytes follow the end of the image: it takes {needs} bytes, the file has {has}", new Place(file), CopyAgain);

    public static Diagnostic Unreadable(string file, Exception cause) => Diagnostic.Error(
        "NC4007", $"the image cannot be read: {cause.Message}", new Place(file), "check the path and that you may read it");

    public static Diagnostic Unwritable(string file, Exception cause) => Diagnostic.Error(
        "NC4008", $"the image cannot be written: {cause.Message}", new Place(file), "check that the folder exists, that you may write to it and that the disk has room; nothing was left there");
}
