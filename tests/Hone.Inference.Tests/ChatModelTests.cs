using Hone.Kernels.Cpu;
using Hone.Testing;

namespace Hone.Inference.Tests;

/// <summary>What an adapter says of its base model.</summary>
public sealed class ChatModelTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("org/name", null, true)]
    [InlineData("models/name", "models", false)]
    [InlineData("./models/name", null, false)]
    [InlineData("a/b/c", null, false)]
    public void A_base_is_an_id_unless_it_was_a_folder(string named, string? existing, bool isId)
    {
        folder.Write("adapter/adapter_config.json", $$"""{"peft_type":"LORA","r":4,"target_modules":["q_proj"],"base_model_name_or_path":"{{named}}"}""");
        if (existing is not null) Directory.CreateDirectory(folder.PathOf("adapter/" + existing));
        var adapter = folder.PathOf("adapter");
        if (isId) Assert.Equal(named, ChatModel.BaseModelOf(adapter));
        else Assert.Equal(ExitCode.Model, Assert.Throws<HoneException>(() => ChatModel.BaseModelOf(adapter)).ExitCode);
    }

    [Theory]
    [InlineData("\"v1\"", null, "org/name@v1")]
    [InlineData("\"v1\"", "v2", "org/name@v2")]
    [InlineData("null", "v2", "org/name@v2")]
    [InlineData("\"\"", null, "org/name")]
    [InlineData("\"../../v1\"", null, null)]
    public void A_base_on_a_hub_is_at_the_revision_that_is_asked_for_or_that_the_adapter_names(string named, string? asked, string? expected)
    {
        folder.Write("adapter_config.json", $$"""{"peft_type":"LORA","r":4,"target_modules":["q_proj"],"base_model_name_or_path":"org/name","revision":{{named}}}""");
        if (expected is not null) Assert.Equal(expected, ChatModel.BaseModelOf(folder.Path, asked));
        else Assert.Contains("'../../v1', which is no name of one", Assert.Throws<HoneException>(() => ChatModel.BaseModelOf(folder.Path, asked)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_id_is_not_taken_for_a_folder()
    {
        folder.Write("adapter_config.json", """{"peft_type":"LORA","r":4,"target_modules":["q_proj"],"base_model_name_or_path":"org/name"}""");
        using var kernels = new CpuKernels(1);
        var e = Assert.Throws<HoneException>(() => ChatModel.Load(null, folder.Path, kernels));
        Assert.Contains("'org/name' is not a folder here", e.Message, StringComparison.Ordinal);
    }
}
