using Hone.Models.Adapters;

namespace Hone.Models.Tests.Adapters;

public class TargetModulesTests
{
    private static readonly DecoderSpec Spec = DecoderSpec.Parse(Configs.Llama(), "config.json");

    [Fact]
    public void A_list_matches_whole_paths_and_ends_after_a_dot()
    {
        Assert.Equal(["model.layers.0.self_attn.q_proj", "model.layers.1.self_attn.q_proj", "model.layers.2.self_attn.q_proj"],
            TargetModules.Resolve(Spec, TargetModules.List("q_proj")));
        Assert.Equal(["model.layers.1.self_attn.q_proj"], TargetModules.Resolve(Spec, TargetModules.List("layers.1.self_attn.q_proj")));
        Assert.Equal(["model.layers.1.mlp.up_proj"], TargetModules.Resolve(Spec, TargetModules.List("model.layers.1.mlp.up_proj")));
        Refused(TargetModules.List("proj"), "proj");
        Refused(TargetModules.List("q_proj", "rq_proj"), "rq_proj");
    }

    [Fact]
    public void A_text_is_a_regular_expression_over_the_whole_path()
    {
        Assert.Equal(6, TargetModules.Resolve(Spec, TargetModules.Text(@".*\.(q|v)_proj")).Count);
        Assert.Equal(6, TargetModules.Resolve(Spec, TargetModules.Text(@"model\.layers\.\d+\.self_attn\.q_proj|.*v_proj")).Count);
        Assert.Equal(9, TargetModules.Resolve(Spec, TargetModules.Text(@"(?!.*self_attn)model.*_proj")).Count);
        Refused(TargetModules.Text("q_proj"), "q_proj");
        Refused(TargetModules.Text("(q_proj"), "regular expression");
        Refused(TargetModules.Text(".*"), "model.embed_tokens");
        Refused(TargetModules.Text(@"(([a-z._0-9]+)+)+!"), "too long");
    }

    [Fact]
    public void All_linear_means_every_linear_layer_but_the_head()
    {
        var modules = TargetModules.Resolve(Spec, TargetModules.AllLinear);
        Assert.Equal(3 * 7, modules.Count);
        Assert.DoesNotContain("lm_head", modules);
        Assert.Equal("model.layers.0.self_attn.q_proj", modules[0]);
    }

    [Fact]
    public void A_typing_error_is_answered_with_the_nearest_name()
    {
        var error = Refused(TargetModules.List("q_porj"), "q_porj");
        Assert.StartsWith("The model has q_proj,", error.Fix, StringComparison.Ordinal);
        Refused(TargetModules.List(), "empty");
        Refused(TargetModules.List("lm_head"), "lm_head");
        Refused(TargetModules.List("embed_tokens"), "embed_tokens");
    }

    [Fact]
    public void Layers_and_exclusions_narrow_the_list()
    {
        var config = new PeftConfig { Target = TargetModules.List("q_proj", "up_proj"), LayersToTransform = [2] };
        Assert.Equal(["model.layers.2.self_attn.q_proj", "model.layers.2.mlp.up_proj"], TargetModules.Resolve(Spec, config));
        Assert.Equal(2, TargetModules.Resolve(Spec, config with { LayersPattern = ["h", "layers"] }).Count);
        Refused(config with { LayersPattern = ["h"] }, "q_proj");
        Refused(config with { LayersToTransform = [3] }, "layer 3");
        Refused(config with { LayersToTransform = [-1] }, "layer -1");
        Refused(config with { Target = TargetModules.AllLinear }, "all-linear");
        Refused(config with { LayersToTransform = [], LayersPattern = ["layers"] }, "layers_pattern");

        var whole = config with { Target = TargetModules.List("q_proj", "model.layers.0.mlp.up_proj") };
        Assert.Equal(["model.layers.0.mlp.up_proj", "model.layers.2.self_attn.q_proj"], TargetModules.Resolve(Spec, whole));

        var excluded = new PeftConfig { Target = TargetModules.AllLinear, Exclude = TargetModules.Text(@".*layers\.[01]\..*") };
        Assert.Equal(7, TargetModules.Resolve(Spec, excluded).Count);
        Assert.Equal(18, TargetModules.Resolve(Spec, excluded with { Exclude = TargetModules.List("o_proj") }).Count);
    }

    private static HoneException Refused(TargetModules target, string named) => Refused(new PeftConfig { Target = target }, named);

    private static HoneException Refused(PeftConfig config, string named)
    {
        var error = Assert.Throws<HoneException>(() => TargetModules.Resolve(Spec, config));
        Assert.Equal(ExitCode.Usage, error.ExitCode);
        Assert.Contains(named, error.Message, StringComparison.Ordinal);
        return error;
    }
}
