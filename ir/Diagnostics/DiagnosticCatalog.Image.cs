namespace NeuroChip.Ir.Diagnostics;

public static partial class DiagnosticCatalog
{
    /// <summary>NC4xxx: images.</summary>
    private static DiagnosticEntry[] Image =>
    [
        new("NC4001", "not a chip image",
            "The file does not start with the eight bytes that every chip image starts with. It may be another kind of file, be empty, or have gone through a program that changes line ends.",
            "Give the .ncimg file that 'neurochip compile MODEL.onnx --chip CHIP -o OUT.ncimg' wrote."),
        new("NC4002", "chip image of another format version",
            "The image was written in another version of the format than this build reads. Versions are not converted: an image is made from the model in seconds.",
            "Compile the model again with this build, or use the build that wrote the image."),
        new("NC4003", "chip image is cut short",
            "The file ends before the image does: a copy or a download was interrupted.",
            "Copy the file again, or compile the model again."),
        new("NC4004", "chip image is damaged",
            "A checksum (SHA-256) of the header or of a section does not match its bytes. Every section that is damaged is listed.",
            "Copy the file again from where it was made, or compile the model again. If it happens again, check the disk and the memory of the machine."),
        new("NC4005", "chip image contradicts itself",
            "The checksums are right, but what the image says does not fit together: an index that points nowhere, a count that does not match, a size that is not that of its population. The program that wrote the image is at fault.",
            "Compile the model again with a current build; if the error stays, report it with the image."),
        new("NC4006", "bytes after the end of a chip image",
            "The file is longer than the image in it: something was appended, or two files were joined.",
            "Copy the file again, or compile the model again."),
        new("NC4007", "chip image cannot be read",
            "The operating system did not let the file be opened or read.",
            "Check the path, that the file exists and that you may read it."),
        new("NC4008", "chip image cannot be written",
            "The operating system did not let the file be written. An image is first written beside its place and then renamed, so an older file under that name is still whole.",
            "Check that the folder exists, that you may write to it and that the disk has room."),
    ];
}
