using System.Collections.Immutable;
using NeuroChip.Compiler.Mapping;
using NeuroChip.Compiler.Targets.TransformerCore;
using NeuroChip.HwModels;
using NeuroChip.Ir.Images;
using NeuroChip.Ir.Ncir;

namespace NeuroChip.Compiler.Emit;

/// <summary>Puts a module and its mapping together into the image that a chip loads.</summary>
public static class ImageEmitter
{
    /// <summary>The image; the same arguments give the same bytes.</summary>
    public static ChipImage Emit(Module module, ChipMapping mapping, ManyCoreChip chip)
    {
        var cores = ImmutableArray.CreateBuilder<ImageCore>(mapping.Slices.Length);
        for (var s = 0; s < mapping.Slices.Length; s++)
        {
            var slice = mapping.Slices[s];
            var (x, y) = mapping.ChipOf(s);
            var key = mapping.Keys[s];
            cores.Add(new(x, y, mapping.Placement.CoreOf[s], new(slice.Population, slice.First, slice.Count, key.Key, key.Mask), slice.Memory));
        }
        return new(
            module.Name,
            chip.ToYaml(),
            module.Arithmetic,
            module.Steps,
            module.TicksPerStep,
            module.Populations,
            module.Projections,
            module.Readouts,
            cores.MoveToImmutable(),
            mapping.Tables)
        {
            Decisions = module.Decisions,
            Sites = module.Sites,
        };
    }

    /// <summary>The image for a chip of tiles: a schedule instead of cores and routers. Delays and stages are none of its business, so a step is one tick.</summary>
    public static ChipImage Emit(Module module, TileMapping mapping, TileChip chip) => new(
        module.Name,
        chip.ToYaml(),
        module.Arithmetic,
        module.Steps,
        module.TicksPerStep,
        module.Populations,
        module.Projections,
        module.Readouts,
        [],
        [])
    {
        Decisions = module.Decisions.Add(mapping.Placement),
        Schedule = mapping.Schedule,
        Sites = module.Sites,
    };
}
