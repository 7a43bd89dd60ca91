using Hone.Tensors;

namespace Hone.Models.Tests.Decoding;

/// <summary>
/// A Llama decoder in double, written straight from its formulas and sharing nothing with the program: one sequence, every position.
/// Token t is turned by the frequencies of the length that the caller names for it.
/// </summary>
internal sealed class DoubleDecoder(Decoder model)
{
    private readonly DecoderSpec spec = model.Spec;

    /// <summary>Logits [T][V]. <paramref name="lengthOf"/>: how long the sequence was when token t came.</summary>
    public double[][] Logits(int[] ids, Func<int, int> lengthOf)
    {
        var x = ids.Select(id => Row("model.embed_tokens.weight", id)).ToArray();
        for (var layer = 0; layer < spec.LayerCount; layer++)
        {
            var prefix = $"model.layers.{layer}.";
            var normed = x.Select(r => Norm(r, prefix + "input_layernorm.weight")).ToArray();
            var q = normed.Select((r, t) => Turn(Times(r, prefix + "self_attn.q_proj.weight"), t, lengthOf(t))).ToArray();
            var k = normed.Select((r, t) => Turn(Times(r, prefix + "self_attn.k_proj.weight"), t, lengthOf(t))).ToArray();
            var v = normed.Select(r => Times(r, prefix + "self_attn.v_proj.weight")).ToArray();
            for (var t = 0; t < x.Length; t++)
            {
                x[t] = Sum(x[t], Times(Attend(q[t], k, v, t), prefix + "self_attn.o_proj.weight"));
                var middle = Norm(x[t], prefix + "post_attention_layernorm.weight");
                var gate = Times(middle, prefix + "mlp.gate_proj.weight");
                var up = Times(middle, prefix + "mlp.up_proj.weight");
                x[t] = Sum(x[t], Times([.. gate.Zip(up, (g, u) => g / (1 + Math.Exp(-g)) * u)], prefix + "mlp.down_proj.weight"));
            }
        }

        return [.. x.Select(r => Times(Norm(r, "model.norm.weight"), spec.TieWordEmbeddings ? "model.embed_tokens.weight" : "lm_head.weight"))];
    }

    private double[] Attend(double[] query, double[][] keys, double[][] values, int last)
    {
        var (d, shared) = (spec.HeadSize, spec.HeadCount / spec.KeyValueHeadCount);
        var output = new double[query.Length];
        for (var head = 0; head < spec.HeadCount; head++)
        {
            var at = head / shared * d;
            var scores = Enumerable.Range(0, last + 1)
                .Select(t => Math.Exp(Enumerable.Range(0, d).Sum(i => query[head * d + i] * keys[t][at + i]) / Math.Sqrt(d))).ToArray();
            for (var i = 0; i < d; i++) output[head * d + i] = scores.Select((s, t) => s * values[t][at + i]).Sum() / scores.Sum();
        }

        return output;
    }

    /// <summary>Dynamic NTK and LongRoPE as transformers' <c>modeling_rope_utils.py</c> has them.</summary>
    private double[] Turn(double[] heads, int position, int length)
    {
        var (d, scaling) = (spec.HeadSize, spec.RopeScaling);
        var theta = spec.RopeTheta;
        if (scaling.Kind == RopeKind.Dynamic)
        {
            var counted = Math.Max(length, spec.MaxPositions);
            theta *= Math.Pow(scaling.Factor * counted / spec.MaxPositions - (scaling.Factor - 1), d / (d - 2.0));
        }

        var divisors = length > scaling.OriginalMaxPositions ? scaling.LongFactors : scaling.ShortFactors;
        var turned = new double[heads.Length];
        for (var at = 0; at < heads.Length; at += d)
        {
            for (var i = 0; i < d / 2; i++)
            {
                var frequency = Math.Pow(theta, -2.0 * i / d) / (scaling.Kind == RopeKind.LongRope ? divisors[i] : 1);
                var (sin, cos) = Math.SinCos(position * frequency);
                var (a, b) = (heads[at + i], heads[at + i + d / 2]);
                turned[at + i] = (a * cos - b * sin) * scaling.AttentionScaling;
                turned[at + i + d / 2] = (b * cos + a * sin) * scaling.AttentionScaling;
            }
        }

        return turned;
    }

    private double[] Norm(double[] x, string weight)
    {
        var scale = 1 / Math.Sqrt(x.Sum(v => v * v) / x.Length + spec.NormEpsilon);
        var w = Row(weight, 0);
        return [.. x.Select((v, i) => v * scale * w[i])];
    }

    private double[] Times(double[] x, string weight)
    {
        var rows = model[weight].Value.Rows;
        return [.. Enumerable.Range(0, rows).Select(r => Row(weight, r).Zip(x, (w, v) => w * v).Sum())];
    }

    private static double[] Sum(double[] a, double[] b) => [.. a.Zip(b, (x, y) => x + y)];

    private double[] Row(string name, int row) => [.. model[name].Value.SliceRows(row, 1).AsSpan<float>().ToArray().Select(v => (double)v)];
}
