using System.Runtime.CompilerServices;
using NeuroChip.Ir.Diagnostics;
using NeuroChip.Ir.Images;
using NeuroChip.Ir.Ncir;
using NeuroChip.Ir.Tensors;
using NeuroChip.Runtime.Reports;

namespace NeuroChip.Runtime;

/// <summary>How much memory the results of a run take, known before it starts.</summary>
public static class MemoryPlan
{
    /// <summary>
    /// Bytes of the outputs and recorded emissions of all samples, once as results and once joined for the file, and of what a trace needs of the first sample.
    /// </summary>
    public static long BytesOfResults(ChipImage image, int samples, RunRecording recording)
    {
        var bytes = image.Readouts.Sum(r => 4L * Tensor.Count(r.FrameworkShape.AsSpan()));
        foreach (var population in image.Populations.Where(recording.Keeps))
        {
            bytes += (long)image.Steps * population.Size * (population.Domain is SpikeDomain.Binary or SpikeDomain.Signed ? 1 : 4);
        }

        // Twice: while they are copied out of the counters of the device.
        var ticks = 1L + ((image.Steps - 1L) * image.TicksPerStep) + image.Populations.Select(p => p.Stage).DefaultIfEmpty(0).Max();
        var trace = recording.CoreTicks ? 2 * ticks * image.Cores.Length * (Unsafe.SizeOf<CoreActivity>() + Unsafe.SizeOf<CoreTiming>()) : 0;
        return (2 * bytes * samples) + trace;
    }

    /// <summary>Stops with NC5015 if the results would not fit into <paramref name="available"/> bytes (by default what this process may use).</summary>
    public static void RequireEnough(ChipImage image, int samples, RunRecording recording, long? available = null)
    {
        var needed = BytesOfResults(image, samples, recording);
        var there = available ?? GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        if (needed <= there) return;
        throw new DiagnosticException(Diagnostic.Error("NC5015",
            $"the results of {samples} samples need {ReportText.Bytes(needed)} of memory; {ReportText.Bytes(there)} are there", null,
            $"one sample needs {ReportText.Bytes(BytesOfResults(image, 1, recording with { CoreTicks = false }))}: run a part with --samples, or record fewer populations"));
    }
}
