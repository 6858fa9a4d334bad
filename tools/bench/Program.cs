using NeuroChip.Bench;

return args switch
{
    ["kernels", ..] => KernelTable.Print(),
    _ => 1,
};
