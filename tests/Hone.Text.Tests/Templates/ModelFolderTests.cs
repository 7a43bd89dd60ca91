using Hone.Testing;
using Hone.Text.Templates;

namespace Hone.Text.Tests.Templates;

public sealed class ModelFolderTests
{
    [Fact]
    public void A_template_file_wins_over_the_configuration()
    {
        using var folder = new TemporaryFolder();
        folder.Write("chat_template.jinja", "file");
        folder.Write("tokenizer_config.json", """{"chat_template": "configuration"}""");
        Assert.Equal("file", ChatTemplate.FromModelFolder(folder.Path)!.Source);
    }

    [Theory]
    [InlineData("""{"chat_template": "A"}""")]
    [InlineData("""{"chat_template": [{"name": "tool_use", "template": "B"}, {"name": "default", "template": "A"}]}""")]
    public void The_configuration_holds_one_template_or_a_default_one(string configuration)
    {
        using var folder = new TemporaryFolder();
        folder.Write("tokenizer_config.json", configuration);
        Assert.Equal("A", ChatTemplate.FromModelFolder(folder.Path)!.Source);
    }

    [Theory]
    [InlineData("""{"bos_token": "<s>"}""")]
    [InlineData("""{"chat_template": null}""")]
    public void A_folder_without_a_template_gives_null(string configuration)
    {
        using var folder = new TemporaryFolder();
        Assert.Null(ChatTemplate.FromModelFolder(folder.Path));
        folder.Write("tokenizer_config.json", configuration);
        Assert.Null(ChatTemplate.FromModelFolder(folder.Path));
    }

    [Fact]
    public void Special_tokens_are_texts_or_objects()
    {
        using var folder = new TemporaryFolder();
        folder.Write("tokenizer_config.json", """{"chat_template": "x", "bos_token": "<s>", "eos_token": {"content": "</s>", "lstrip": false}, "pad_token": null, "additional_special_tokens": ["<a>", {"content": "<b>"}]}""");
        var variables = ChatTemplate.FromModelFolder(folder.Path)!.DefaultVariables;
        Assert.Equal(["additional_special_tokens", "bos_token", "eos_token"], variables.Keys.Order(StringComparer.Ordinal));
        Assert.Equal("<s>", (string?)variables["bos_token"]);
        Assert.Equal("</s>", (string?)variables["eos_token"]);
        Assert.Equal("""["\u003Ca\u003E","\u003Cb\u003E"]""", variables["additional_special_tokens"]!.ToJsonString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{\"chat_template\": ")]
    [InlineData("{\"chat_template\": 5}")]
    [InlineData("{\"chat_template\": []}")]
    [InlineData("{\"chat_template\": [{\"name\": \"tool_use\", \"template\": \"B\"}]}")]
    [InlineData("{\"chat_template\": \"a\", \"chat_template\": \"b\"}")]
    [InlineData("{\"chat_template\": \"{% if %}\"}")]
    public void A_malformed_configuration_is_an_error_that_names_the_file(string configuration)
    {
        using var folder = new TemporaryFolder();
        folder.Write("tokenizer_config.json", configuration);
        var error = Assert.Throws<HoneException>(() => ChatTemplate.FromModelFolder(folder.Path));
        Assert.Equal(ExitCode.Model, error.ExitCode);
        Assert.Contains("tokenizer_config.json", error.Where);
    }
}
