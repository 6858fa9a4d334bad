namespace NeuroChip.Ir.Diagnostics;

public static partial class DiagnosticCatalog
{
    private static DiagnosticEntry[] Sites =>
    [
        new("NC2080", "no unit that looks up sites", "Layers over active sites find their targets in a table of the sites of the sample. The chip has nothing that does so: no kind of tile with an address unit that does the layer's work, or no cycles for lookups in its core software.",
            "Take a chip that does; neurochip chips lists them. In a chip file: an address_unit for tiles, cycles.site_offset and cycles.site_probe for cores."),
        new("NC2081", "too many sites for the table memory", "The tables of active sites and their coordinates are planned for a number of sites, and the address units of the tiles do not hold tables of that size.",
            "Plan for fewer sites (--sites, --site-margin), voxelise more coarsely, or take a chip with more table_memory."),
        new("NC5080", "no active site", "The cloud has no voxel, or no window of a strided convolution reaches one of its grid.", "Check range and grid size of the voxelisation."),
        new("NC5081", "voxels outside the grid", "Coordinates lie outside the grid the network was compiled for.", "Voxelise with the grid and range of the model, or compile for a larger grid."),
        new("NC5082", "a voxel is given twice", "Every voxel of a cloud is one site; two rows name the same one.", "Merge the points of a voxel first; neurochip voxelise does."),
        new("NC5083", "more active sites than planned", "The chip's buffers and tables are sized for so many sites; this sample has more. Nothing is dropped.",
            "Compile with this cloud in the calibration set, a greater margin, or a fixed plan."),
    ];
}
