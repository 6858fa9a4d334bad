namespace NeuroChip.Ir.Diagnostics;

public static partial class DiagnosticCatalog
{
    private static DiagnosticEntry[] Sites =>
    [
        new("NC1150", "number of active sites not given", "A model over a point cloud works for any number of voxels; a chip has buffers and tables for a number that is fixed when it is compiled.",
            "Give clouds like those that will come with --calibrate (simulate takes its input) and a --site-margin, or a number with --sites."),
        new("NC1151", "no grid", "A network over active sites needs the extents of its voxel grid, one to three axes of at least one voxel, and every strided convolution must leave at least one voxel of it.", "Give the grid with --site-extent a,b,c."),
        new("NC1152", "setting of a sparse convolution not supported", "An operator over active sites is used with a setting that this compiler does not know; the message lists the ones it knows.", "Change the setting in the network and export again."),
        new("NC1153", "rulebook used before it is made", "An inverse convolution names the rulebook of a strided convolution that comes later in the file.", "Export the nodes in order, or correct the indice_key."),
        new("NC1154", "inverse convolution without partner", "An inverse convolution replays the pairs of a strided convolution with the same key, and there is none.", "Give both layers the same indice_key."),
        new("NC1155", "inverse convolution does not fit its partner", "An inverse convolution has the kernel of its partner and starts at the sites where that ended.", "Correct the indice_key or the kernel."),
        new("NC1156", "rulebook made for another convolution", "Layers with the same indice_key share one rulebook, so kernel, stride, padding, dilation and sites must be the same.", "Give layers that differ keys of their own."),
        new("NC1157", "values at different sites meet", "An operator takes values at the sites of two tables: row by row they mean different voxels.", "Bring one of them to the sites of the other with a strided or inverse convolution."),
        new("NC1158", "operator mixes active sites", "An operator sums over, moves or reshapes the rows of a value at active sites. How many rows there are is known per sample only.", "Leave it to the host, or go through ScatterDense into a dense grid first."),
        new("NC1159", "rulebook or coordinates as data", "Coordinates and rulebooks come from the input or a rulebook operator of the same graph, and only convolutions read them.", "Export the rulebook operators with the convolutions; leave coordinates out of the outputs."),
        new("NC1160", "features or grid do not fit", "The features of a sparse convolution are not at the sites its rulebook starts from, or the grid that a node names is not that of its sites.", "Export the network again; a grid of another size is given with --site-extent, for the whole network."),
        new("NC1161", "several clouds", "A sample is one cloud; the model takes coordinates from several inputs.", "Export a network of one cloud."),
        new("NC2080", "no unit that looks up sites", "Layers over active sites find their targets in a table of the sites of the sample. The chip has nothing that does so: no kind of tile with an address unit that does the layer's work, or no cycles for lookups in its core software.",
            "Take a chip that does; neurochip chips lists them. In a chip file: an address_unit for tiles, cycles.site_offset and cycles.site_probe for cores."),
        new("NC2081", "too many sites for the table memory", "The tables of active sites and their coordinates are planned for a number of sites, and the address units of the tiles do not hold tables of that size.",
            "Plan for fewer sites (--sites, --site-margin), voxelise more coarsely, or take a chip with more table_memory."),
        new("NC5080", "no active site", "The cloud has no voxel, or no window of a strided convolution reaches one of its grid.", "Check range and grid size of the voxelisation."),
        new("NC5081", "voxels outside the grid", "Coordinates lie outside the grid the network was compiled for.", "Voxelise with the grid and range of the model, or compile for a larger grid."),
        new("NC5082", "a voxel is given twice", "Every voxel of a cloud is one site; two rows name the same one.", "Merge the points of a voxel first; neurochip voxelise does."),
        new("NC5083", "more active sites than planned", "The chip's buffers and tables are sized for so many sites; this sample has more. Nothing is dropped.",
            "Compile with this cloud in the calibration set, a greater margin, or a fixed plan."),
        new("NC5084", "coordinates missing", "A network over active sites needs the coordinates of the voxels beside their features.", "Add the array, under the name in the message, to the input file."),
        new("NC5085", "coordinates not well formed", "Coordinates are integers, a row for each voxel: batch index and three axes, or three axes alone for a single cloud. They count from 0.", "Correct the array; neurochip voxelise writes it."),
        new("NC5086", "features do not fit the coordinates", "Every voxel has one row of features and one row of coordinates.", "Write both arrays from the same voxelisation."),
        new("NC5087", "the file's grid is larger", "The file says on which grid its voxels are (spatial_shape), and the network was compiled for a smaller one. A smaller grid than that of the network is fine.",
            "Compile with --site-extent and the grid of the file."),
        new("NC5088", "recorded spikes at active sites", "A trace can stand in for populations with a fixed number of neurons; those at active sites have others in every sample.", "Run the network on its input."),
    ];
}
