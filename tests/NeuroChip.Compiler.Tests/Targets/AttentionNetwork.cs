using NeuroChip.Compiler.Tests.Mapping;
using NeuroChip.Ir.Ncir;
using NeuroChip.Ir.Ncir.AddressFunctions;
using NeuroChip.Ir.Neurons;

namespace NeuroChip.Compiler.Tests.Targets;

/// <summary>A block of spike-driven attention as tests need it: Q, K and V from one input, K^T V per head, Q (K^T V), a neuron, a head.</summary>
internal static class AttentionNetwork
{
    /// <summary>The block.</summary>
    /// <param name="tokens">Tokens n.</param>
    /// <param name="heads">Heads h.</param>
    /// <param name="width">Channels d of a head.</param>
    /// <param name="arithmetic">Numbers; null for float32.</param>
    public static Networks Build(int tokens = 6, int heads = 2, int width = 3, Arithmetic? arithmetic = null)
    {
        var net = new Networks("attention", arithmetic);
        var channels = heads * width;
        var x = net.Input("x", 1, 4, tokens, 1);
        PopulationId Branch(string name)
        {
            var to = net.Neurons(name, 1, channels, tokens, 1);
            net.Connect(x, to, Networks.ConvOf(net.LayoutOf(x), channels, 1) with { X = Window.Single });
            return to;
        }

        var (q, k, v) = (Branch("q"), Branch("k"), Branch("v"));
        // Address (n, h, d) = n * channels + h * width + d; the product has (h, i, j).
        var products = net.Add("kv", new([1, heads, width, width], false), new RelayNeuron(net.One), SpikeDomain.Count);
        net.Product(k, v, products, new(
            tokens * channels, heads * width * width, tokens * channels, 0, 0, 0,
            [new(heads, width, width * width, width), new(tokens, channels, 0, channels), new(width, 1, width, 0), new(width, 0, 1, 1)]));
        var attention = net.Neurons("attn", 1, channels, tokens, 1);
        net.Product(q, products, attention, new(
            tokens * channels, tokens * channels, heads * width * width, 0, 0, 0,
            [new(heads, width, width, width * width), new(tokens, channels, channels, 0), new(width, 1, 0, width), new(width, 0, 1, 1)]));
        net.Dense("head", attention, 5);
        return net;
    }
}
