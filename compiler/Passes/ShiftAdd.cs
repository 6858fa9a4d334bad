using NeuroChip.Ir.Ncir;
using NeuroChip.Ir.Neurons;

namespace NeuroChip.Compiler.Passes;

/// <summary>
/// Where <see cref="ConvolutionForms"/> chose digits: products of integer payloads of the chain's relays become additions of shifted weights. Changes no result.
/// </summary>
public sealed class ShiftAdd : IPass
{
    /// <inheritdoc/>
    public string Name => "shift-add";

    /// <inheritdoc/>
    public string Reason => "after quantisation: only integers have digits";

    /// <inheritdoc/>
    public Module Run(Module module, PassContext context)
    {
        if (module.Arithmetic.Kind != ArithmeticKind.Integer) return module;
        var subjects = module.Decisions.Where(d => d.Topic == ConvolutionForms.Topic && d.Chosen == ConvolutionForm.InDigits).Select(d => d.Subject).ToHashSet();
        var outgoing = module.Projections.ToLookup(p => p.Source);
        var digits = new HashSet<string>();
        foreach (var population in module.Populations.Where(p => subjects.Contains(p.Name)))
        {
            // The chain goes on as long as relays with one way in and one way out follow.
            for (var at = population; outgoing[at.Id].ToArray() is [{ Kind: ProjectionKind.Analog, RowsFrom: null } only] && digits.Add(only.Name);)
            {
                at = module[only.Target];
                if (at.Neuron is not RelayNeuron || module.Projections.Count(p => p.Target == at.Id) != 1) break;
            }
        }

        return digits.Count == 0 ? module : module with
        {
            Projections = [.. module.Projections.Select(p => digits.Contains(p.Name) ? p with { Kind = ProjectionKind.ShiftAdd } : p)],
        };
    }
}
