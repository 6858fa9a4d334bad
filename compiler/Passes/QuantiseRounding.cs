using NeuroChip.Ir.Ncir;
using NeuroChip.Ir.Ncir.AddressFunctions;
using NeuroChip.Ir.Ncir.Sites;

namespace NeuroChip.Compiler.Passes;

/// <summary>
/// Rounds the weights of a dense or convolutional projection so that the errors of one neuron's weights cancel on what its inputs do together: weights are rounded one
/// after the other, and the error of each is given to those still to come, by how their inputs go together on the calibration samples (least squares; the method of
/// optimal brain quantisation: Frantar and Alistarh 2022, in the order of the inputs as in GPTQ, Frantar et al. 2023). The weights stay on the same scale.
/// </summary>
internal static class QuantiseRounding
{
    /// <summary>Most inputs of a neuron: the matrix of how they go together is inverted, which takes this to the third power.</summary>
    private const int MostInputs = 1024;

    /// <summary>Most products of the whole projection; a second or two.</summary>
    private const long MostWork = 2_000_000_000;

    /// <summary>Observations of the inputs that are looked at; more would not change the second digit.</summary>
    private const int MostObservations = 20_000;

    /// <summary>
    /// The weights, moved by what others' errors ask for, such that rounding each of them to its scale is the wanted rounding; null where that is not applicable.
    /// </summary>
    /// <param name="module">The float32 module.</param>
    /// <param name="samples">Recorded runs of it on the calibration samples.</param>
    /// <param name="projection">The projection.</param>
    /// <param name="scale">Value of 1 of each weight's code, in units of the weight, by weight.</param>
    /// <param name="most">Largest code.</param>
    /// <param name="centred">Whether the mean error is taken out elsewhere, so that only deviations count.</param>
    public static float[]? Weights(Module module, QuantiseSamples samples, Projection projection, Func<int, double> scale, int most, bool centred)
    {
        var outputs = projection.Map switch
        {
            DenseMap m => m.Targets,
            ConvMap { Groups: 1 } m => m.OutChannels,
            SiteConvMap { Groups: 1 } m => m.OutChannels,
            _ => 0,
        };
        if (outputs == 0 || samples.Runs.Count == 0 || projection.Reduction != Reduction.Sum) return null;

        // In both, the weight of input j and output o is number j * outputs + o.
        var inputs = projection.Map.RowCount / outputs;
        if (inputs is < 2 or > MostInputs || (long)inputs * inputs * (outputs + inputs) > MostWork) return null;
        var (moments, observations) = Moments(module, samples, projection, outputs, inputs, centred);
        if (observations == 0 || Factor(moments, inputs, observations) is not { } factor) return null;

        var result = projection.Rows.ToFloats().ToArray();
        var moved = new double[inputs];
        for (var o = 0; o < outputs; o++)
        {
            for (var j = 0; j < inputs; j++) moved[j] = result[(j * outputs) + o];
            for (var j = 0; j < inputs; j++)
            {
                var unit = scale((j * outputs) + o);
                var rounded = unit * Math.Clamp(Math.Round(moved[j] / unit), -most, most);
                var error = (moved[j] - rounded) / factor[j][j];
                result[(j * outputs) + o] = (float)rounded;
                if (error == 0) continue;
                var row = factor[j];
                for (var i = j + 1; i < inputs; i++) moved[i] -= error * row[i];
            }
        }

        return result;
    }

    private static (double[][] Moments, int Observations) Moments(Module module, QuantiseSamples samples, Projection projection, int outputs, int inputs, bool centred)
    {
        var moments = new double[inputs][];
        for (var j = 0; j < inputs; j++) moments[j] = new double[inputs];
        var means = new double[inputs];
        // Of pixels that are sites, those that are there.
        var pixels = samples.Sites.Select(s => s.Present(module[projection.Target]) / outputs).ToArray();
        var total = pixels.Sum(p => (long)module.Steps * p);
        var stride = (int)Math.Max(1, total / MostObservations);
        var size = module[projection.Source].Size;
        var (observations, index) = (0, 0);
        var afferents = new List<Afferent>();
        var active = new List<(int Input, double Payload)>();
        foreach (var (r, run) in samples.Runs.Index())
        {
            var map = samples.Sites[r].Bind(projection.Map);
            var emissions = run.Emissions[projection.Source.Index].Array<float>();
            for (var step = 0; step < module.Steps; step++)
            {
                for (var pixel = 0; pixel < pixels[r]; pixel++)
                {
                    if (index++ % stride != 0) continue;
                    observations++;
                    afferents.Clear();
                    active.Clear();
                    map.Invert(pixel * outputs, afferents);
                    foreach (var (source, row) in afferents)
                        if (emissions[(step * size) + source] is var payload && payload != 0) active.Add((row / outputs, payload));
                    foreach (var (j, a) in active)
                    {
                        means[j] += a;
                        foreach (var (i, b) in active) moments[j][i] += a * b;
                    }
                }
            }
        }

        for (var j = 0; centred && j < inputs; j++)
            for (var i = 0; i < inputs; i++) moments[j][i] -= means[j] * means[i] / Math.Max(1, observations);
        return (moments, observations);
    }

    /// <summary>The upper triangle U with <c>U'U = (moments + damping)^-1</c>; null where the moments are all 0.</summary>
    private static double[][]? Factor(double[][] moments, int n, int observations)
    {
        var mean = 0.0;
        for (var j = 0; j < n; j++) mean += moments[j][j] / n;
        if (!(mean > 0)) return null;

        // The fewer observations there are for each input, the less their products are believed.
        var damping = mean * Math.Clamp(0.25 * n / observations, 0.01, 1);
        for (var j = 0; j < n; j++) moments[j][j] += damping;
        if (Lower(moments, n) is not { } lower) return null;

        // The inverse, from the inverse of the lower triangle: A^-1 = L^-T L^-1.
        var inverse = new double[n][];
        for (var j = 0; j < n; j++)
        {
            inverse[j] = new double[n];
            inverse[j][j] = 1 / lower[j][j];
        }

        for (var r = 0; r < n; r++)
        {
            for (var k = 0; k < r; k++)
            {
                var factor = lower[r][k] / lower[r][r];
                for (var c = 0; factor != 0 && c <= k; c++) inverse[r][c] -= factor * inverse[k][c];
            }
        }

        var product = new double[n][];
        for (var j = 0; j < n; j++) product[j] = new double[n];
        for (var k = 0; k < n; k++)
            for (var j = 0; j <= k; j++)
                for (var i = 0; i <= j; i++) product[j][i] += inverse[k][j] * inverse[k][i];
        for (var j = 0; j < n; j++)
            for (var i = 0; i < j; i++) product[i][j] = product[j][i];
        if (Lower(product, n) is not { } second) return null;
        for (var j = 0; j < n; j++)
        {
            for (var i = 0; i < j; i++)
            {
                second[i][j] = second[j][i];
                second[j][i] = 0;
            }
        }

        return second;
    }

    /// <summary>The lower triangle L with <c>LL' = matrix</c>; null where the matrix is not positive definite.</summary>
    private static double[][]? Lower(double[][] matrix, int n)
    {
        var lower = new double[n][];
        for (var r = 0; r < n; r++)
        {
            lower[r] = new double[n];
            for (var c = 0; c <= r; c++)
            {
                var sum = matrix[r][c];
                var (a, b) = (lower[r], lower[c]);
                for (var k = 0; k < c; k++) sum -= a[k] * b[k];
                if (r == c && !(sum > 0)) return null;
                a[c] = r == c ? Math.Sqrt(sum) : sum / b[c];
            }
        }

        return lower;
    }
}
