using System.Numerics;
using NeuroChip.Ir.Images;
using NeuroChip.Ir.Ncir;
using NeuroChip.Ir.Ncir.Sites;
using NeuroChip.Ir.Neurons;
using NeuroChip.Simulator.Engines.Kernels;

namespace NeuroChip.Simulator.Engines;

/// <summary>
/// The fast engine: struct of arrays, one kernel per projection, layers one after the other and the targets of a layer spread over threads.
/// Kernels differ in how they find the events of a target, never in the order in which they add them, so the bits are those of the reference
/// engine for any number of threads and any width of registers.
/// </summary>
/// <typeparam name="T">float, or int for an integer image.</typeparam>
internal sealed class CpuEngine<T> : ISpikeEngine where T : unmanaged, INumber<T>
{
    private readonly CpuLayer<T>[] layers;
    private readonly CpuLayer<T>[] order;
    private readonly WorkerTeam team;
    private int step;

    public CpuEngine(ChipImage image, int threads) : this(image, threads, KernelFactory.Widest)
    {
    }

    internal CpuEngine(ChipImage image, int threads, RegisterWidth width)
    {
        var factory = new KernelFactory(width);
        var kernels = image.Projections.Select(p => factory.Create<T>(p)).ToArray();
        layers = new CpuLayer<T>[image.Populations.Length];
        foreach (var population in image.Populations)
        {
            var leaving = Enumerable.Range(0, kernels.Length).Where(i => image.Projections[i].Source == population.Id).ToArray();
            layers[population.Id.Index] = new(
                population,
                image.Arithmetic,
                1 + leaving.Select(i => image.Projections[i].Delay).DefaultIfEmpty(0).Max(),
                leaving.Select(i => kernels[i].BucketSize));
        }

        for (var i = 0; i < kernels.Length; i++)
        {
            var projection = image.Projections[i];
            layers[projection.Target.Index].Connect(projection, kernels[i], layers[projection.Source.Index], projection.RowsFrom is { } rows ? layers[rows.Index] : null);
        }

        team = new(threads);
        foreach (var layer in layers) layer.Plan(team.Threads);
        order = [.. StepOrder.Of(image.Populations, image.Projections).Select(id => layers[id.Index])];
        if (image.Sites.IsEmpty) Reset();
    }

    public void Reset(SiteBinding? sites = null)
    {
        step = 0;
        foreach (var layer in layers) layer.Reset(sites);
    }

    public void Step(SampleFeed feed)
    {
        foreach (var layer in order) layer.Step(step, feed, team);
        step++;
        GC.KeepAlive(this); // The kernels read memory that is released with them.
    }

    public unsafe ReadOnlySpan<int> Active(PopulationId population)
    {
        var events = layers[population.Index].EventsAt(step - 1);
        events.MakeList();
        return new(events.Active, events.Count);
    }

    public int EventCount(PopulationId population) => layers[population.Index].EventsAt(step - 1).Count;

    public TOut[] Numbers<TOut>(Signal signal) where TOut : unmanaged
    {
        var layer = layers[signal.Population.Index];
        return (TOut[])(object)(signal.State < 0 ? layer.EventsAt(step - 1).Payloads : layer.States[signal.State]);
    }

    public void Dispose() => team.Dispose();
}
