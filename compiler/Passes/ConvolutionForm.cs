using System.Collections.Immutable;
using NeuroChip.Ir.Ncir;
using NeuroChip.Ir.Ncir.AddressFunctions;

namespace NeuroChip.Compiler.Passes;

/// <summary>Links of a chain that become one convolution, or one link that stays.</summary>
/// <param name="First">Index of its first link.</param>
/// <param name="Count">Number of links.</param>
/// <param name="Map">Its address function.</param>
internal readonly record struct ChainSegment(int First, int Count, ConvMap Map);

/// <summary>One way to compute a chain: which of its relays stay.</summary>
/// <param name="Name">For people; "kept" and "merged" are the two ends.</param>
/// <param name="Segments">The convolutions that are left.</param>
/// <param name="Digits">Whether real payloads are sent as signed digits.</param>
/// <param name="Cost">Expected energy of its operations in a step, in pJ.</param>
internal sealed record ConvolutionForm(string Name, ImmutableArray<ChainSegment> Segments, bool Digits, double Cost)
{
    /// <summary>All relays stay.</summary>
    public const string Kept = "kept";

    /// <summary>No relay stays.</summary>
    public const string Merged = "merged";

    /// <summary>All relays stay and real payloads are sent as signed digits.</summary>
    public const string InDigits = "digits";

    /// <summary>Chains longer than this are kept or merged as a whole: the forms double with each link.</summary>
    private const int MostLinks = 5;

    /// <summary>All forms of a chain that compute the same, and why others are missing.</summary>
    /// <param name="module">The module the chain is in.</param>
    /// <param name="chain">The chain.</param>
    /// <param name="rates">How much is sent.</param>
    /// <param name="prices">What operations cost.</param>
    /// <param name="payloadBits">Bits of real payloads with their sign, in integer arithmetic: a third of their signed digits are not 0. Null in float32, which has no digits.</param>
    public static (ImmutableArray<ConvolutionForm> Forms, ImmutableArray<string> Missing) Of(Module module, ConvolutionChain chain, FiringRates rates, OperationPrices prices, int? payloadBits)
    {
        var forms = ImmutableArray.CreateBuilder<ConvolutionForm>();
        var missing = new List<string>();
        var all = (1 << chain.Relays.Length) - 1;
        var masks = chain.Links.Length <= MostLinks ? Enumerable.Range(0, all + 1) : [0, all];
        foreach (var merged in masks)
        {
            if (Split(chain, merged, missing) is not { } segments) continue;
            forms.Add(new(NameOf(chain, segments), segments, false, Cost(null)));
            if (merged == 0 && payloadBits is { } bits && chain.Kind != ChainKind.RepConv) forms.Add(new(InDigits, segments, true, Cost(bits)));

            double Cost(int? digits) => Math.Round(segments.Sum(s =>
            {
                var source = chain.Links[s.First].Source;
                var price = module[source].Domain != SpikeDomain.Real ? prices.Addition : digits is { } b ? prices.Addition * b / 3 : prices.Mac;
                return price * rates.Of(module[source]) * s.Map.Total;
            }), 1);
        }

        return (forms.ToImmutable(), [.. missing.Distinct()]);
    }

    /// <summary>The segments where the relays of the bits of <paramref name="merged"/> go; null where one of them cannot.</summary>
    private static ImmutableArray<ChainSegment>? Split(ConvolutionChain chain, int merged, List<string> missing)
    {
        var segments = ImmutableArray.CreateBuilder<ChainSegment>();
        for (var first = 0; first < chain.Links.Length;)
        {
            var (count, map) = (1, chain.Maps[first]);
            while (first + count < chain.Links.Length && (merged >> (first + count - 1) & 1) == 1)
            {
                var next = first + count;
                var titles = $"{chain.Title(first + count - 1)} and {chain.Title(next)}";
                if (chain.Relays[first..next].Any(r => r.Bias[0] is not null) && chain.Links[next].Delay > 0)
                {
                    missing.Add($"{titles} are not one, because the bias between them is not there in the first steps (delay {chain.Links[next].Delay})");
                    return null;
                }

                if (ConvolutionProduct.Map(map, chain.Maps[next], out var why) is not { } together)
                {
                    missing.Add($"{titles} are not one, because {why}");
                    return null;
                }

                map = together;
                count++;
            }

            segments.Add(new(first, count, map));
            first += count;
        }

        return segments.ToImmutable();
    }

    private static string NameOf(ConvolutionChain chain, ImmutableArray<ChainSegment> segments) =>
        segments.Length == 1 ? Merged
        : segments.Length == chain.Links.Length ? Kept
        : string.Join(", then ", segments.Select(s => string.Join(" with ", Enumerable.Range(s.First, s.Count).Select(chain.Title))));
}
