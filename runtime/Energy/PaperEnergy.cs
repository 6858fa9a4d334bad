using System.Collections.Immutable;
using NeuroChip.Ir.Images;
using NeuroChip.Ir.Ncir;
using NeuroChip.Ir.Neurons;
using NeuroChip.Runtime.Reports;

namespace NeuroChip.Runtime.Energy;

/// <summary>
/// The energy the papers on spiking transformers state, so that a run can be set beside their tables:
/// <code>E = 4.6 pJ * MACs of the first layer + 0.9 pJ * sum over layers of T * firing rate * MACs of the layer</code>
/// (Yao et al., Spike-driven Transformer and Meta-SpikeFormer; prices of a 32-bit float addition and multiply-accumulate in 45 nm, Horowitz, ISSCC 2014). The MACs of a
/// layer are those of the form that was compiled: re-parameterised or merged convolutions have others than the layers they were made of. Pooling, shortcuts and neurons
/// are not in the formula. Real values that are not the input have no place in it and are stated apart.
/// </summary>
public static class PaperEnergy
{
    /// <summary>Picojoules of a multiply-accumulate.</summary>
    public const double Mac = 4.6;

    /// <summary>Picojoules of an addition.</summary>
    public const double Ac = 0.9;

    /// <summary>Where formula and prices come from.</summary>
    public const string Source =
        "4.6 pJ and 0.9 pJ: 32-bit float in 45 nm, Horowitz, ISSCC 2014, as in the op counter of SpikingJelly (vendor code); the formula: appendix of Yao et al., NeurIPS 2023 and ICLR 2024 (secondary source)";

    /// <summary>The formula for a run.</summary>
    public static ReportPaper Of(ChipImage image, SessionResult run)
    {
        var layers = ImmutableArray.CreateBuilder<ReportPaperLayer>();
        foreach (var target in image.Populations)
        {
            long slots = 0;
            double first = 0, operations = 0, other = 0;
            foreach (var (index, p) in image.Projections.Index())
            {
                // Of sites, the mean of the samples.
                var did = run.Activity.Projections[index];
                var perStep = did.DenseSlots / ((long)image.Steps * run.Samples.Length);
                if (p.Target != target.Id || perStep == 0) continue;
                slots += perStep;
                var source = image.Populations[p.Source.Index];
                var dense = (double)perStep * image.Steps;
                if (p.Kind != ProjectionKind.Sparse && source.Neuron is SourceNeuron input)
                {
                    // The same input in every step gives the same result: the formula counts it once.
                    first += input.Static ? perStep : dense;
                    continue;
                }

                var events = (double)did.Events / run.Samples.Length;
                var active = events / ((double)run.Activity.Populations[p.Source.Index].NeuronSteps / run.Samples.Length) * dense;
                // Products of real values stay products to the papers, even where the chip adds them digit by digit.
                if (p.Kind != ProjectionKind.Sparse) other += active;
                else operations += active;
            }

            if (slots > 0) layers.Add(new(target.Name, slots, first, operations, other, Joules(first, operations)));
        }

        var (macs, acs, apart) = (layers.Sum(l => l.FirstLayerMacs), layers.Sum(l => l.SynapticOperations), layers.Sum(l => l.OtherMacs));
        return new(Mac, Ac, Source, macs, acs, apart, Joules(macs, acs), Joules(apart, 0), layers.Sum(l => l.DenseSlotsPerStep), layers.ToImmutable());
    }

    private static double Joules(double macs, double acs) => ((Mac * macs) + (Ac * acs)) * 1e-12;
}
