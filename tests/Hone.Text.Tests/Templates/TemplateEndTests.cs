using System.Text.Json.Nodes;
using Hone.Testing;
using Hone.Text.Templates;
using Hone.Text.Tokenizers;

namespace Hone.Text.Tests.Templates;

/// <summary>The token that ends an answer, found with real tokenizers, and kept with the weights.</summary>
public sealed class TemplateEndTests
{
    [Theory]
    [InlineData("qwen2.5", "chatml", "<|im_end|>")]
    [InlineData("qwen2.5", "qwen3", "<|im_end|>")]
    [InlineData("qwen2.5", "sus", "<|endoftext|>")]
    [InlineData("llama3", "llama3", "<|eot_id|>")]
    [InlineData("llama3", "default", "<|eot_id|>")] // eos_token of that folder
    [InlineData("llama2", "llama", "</s>")]
    [InlineData("mistral-v0.1", "mistral", "</s>")]
    [InlineData("yi", "yi", "<|im_end|>")]
    [InlineData("gpt2", "gemma", null)] // it has no such token: the text of one is no token of its own
    [InlineData("gpt2", "alpaca", "<|endoftext|>")]
    public void The_end_token_is_the_one_behind_an_answer(string tokenizer, string template, string? expected)
    {
        var folder = SharedData.PathOf("tokenizers/" + tokenizer);
        var loaded = Tokenizer.Load(folder);
        var id = TemplateEnd.IdOf(ChatTemplate.FromName(template, folder), loaded);
        Assert.Equal(expected, id is { } found ? loaded.TokenOf(found) : null);
    }

    [Fact]
    public void It_stops_generation_beside_those_that_the_model_names()
    {
        var folder = SharedData.PathOf("tokenizers/qwen2.5");
        var tokenizer = Tokenizer.Load(folder);
        Assert.Equal([151643, 151645], tokenizer.StopIds([151643], ChatTemplate.FromName("chatml", folder)));
    }

    [Fact]
    public void A_template_is_put_into_every_file_that_readers_look_into()
    {
        using var folder = new TemporaryFolder();
        folder.Write("tokenizer_config.json", """{"eos_token": "<|endoftext|>", "chat_template": "old", "你": 1}""");
        folder.Write("generation_config.json", """{"eos_token_id": 7, "top_k": 5}""");
        folder.Write("chat_template.json", """{"chat_template": "older"}""");
        var template = ChatTemplate.FromName("chatml", null);
        SavedTemplate.WriteToModel(folder.Path, template, [3, 7]);

        Assert.Equal(template.Source, File.ReadAllText(folder.PathOf("chat_template.jinja")));
        var tokenizer = JsonNode.Parse(File.ReadAllText(folder.PathOf("tokenizer_config.json")))!;
        Assert.Equal(template.Source, (string?)tokenizer["chat_template"]);
        Assert.Equal(1, (int)tokenizer["你"]!);
        Assert.Equal("""{"eos_token_id":[7,3],"top_k":5}""", JsonNode.Parse(File.ReadAllText(folder.PathOf("generation_config.json")))!.ToJsonString());
        Assert.False(File.Exists(folder.PathOf("chat_template.json")));
        Assert.Equal(template.Source, ChatTemplate.FromModelFolder(folder.Path)!.Source);
    }

    [Fact]
    public void A_setting_wins_over_the_adapter_and_the_adapter_over_the_model()
    {
        using var model = new TemporaryFolder();
        using var adapter = new TemporaryFolder();
        model.Write("tokenizer_config.json", """{"chat_template": "model", "bos_token": "<s>"}""");
        Assert.Equal(TemplateOrigin.Model, TemplateChoice.Find(null, model.Path, adapter.Path)!.Origin);
        adapter.Write("chat_template.jinja", "adapter");
        var saved = TemplateChoice.Find("auto", model.Path, adapter.Path)!;
        Assert.Equal((TemplateOrigin.Adapter, "adapter", "<s>"), (saved.Origin, saved.Template.Source, (string?)saved.Template.DefaultVariables["bos_token"]));
        Assert.Equal((TemplateOrigin.Named, "chatml"), (TemplateChoice.Find("ChatML", model.Path, adapter.Path)!.Origin, TemplateChoice.Find("ChatML", model.Path, adapter.Path)!.Template.Name));
        adapter.Write("chat_template.jinja", "model"); // many tools save the model's own beside an adapter
        Assert.Equal(TemplateOrigin.Model, TemplateChoice.Find(null, model.Path, adapter.Path)!.Origin);
    }
}
