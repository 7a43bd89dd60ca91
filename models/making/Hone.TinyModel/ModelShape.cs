using System.Text.Json;
using System.Text.Json.Nodes;
using Hone.Text.Tokenizers;

namespace Hone.TinyModel;

/// <summary>Everything of the model but its weights: the tokenizer, trained on its own texts, the shape, and the chat template.</summary>
internal static class ModelShape
{
    private const int Vocabulary = 4096;
    private const int Context = 512;
    private const string EndOfText = "<|endoftext|>";
    private const string TurnStart = "<|im_start|>";
    private const string TurnEnd = "<|im_end|>";

    /// <summary>ChatML: each message between its marks, and the assistant's opening mark when it is its turn.</summary>
    private const string Template =
        "{%- for message in messages %}{{- '<|im_start|>' + message.role + '\\n' + message.content + '<|im_end|>' + '\\n' }}{%- endfor %}"
        + "{%- if add_generation_prompt %}{{- '<|im_start|>assistant\\n' }}{%- endif %}";

    /// <summary>Trains the tokenizer on the <c>text</c> rows of a JSON lines file and writes the folder.</summary>
    public static void Write(string textsFile, string folder)
    {
        Directory.CreateDirectory(folder);
        var tokenizer = ByteLevelBpeTrainer.Train(Texts(textsFile), Vocabulary, [EndOfText, TurnStart, TurnEnd]);
        tokenizer.Save(folder, Template, TurnEnd, EndOfText, Context);
        var (end, pad) = (tokenizer.VocabularySize - 1, tokenizer.VocabularySize - 3);
        Save(folder, "config.json", new JsonObject
        {
            ["architectures"] = new JsonArray("Qwen2ForCausalLM"),
            ["attention_dropout"] = 0.0,
            ["eos_token_id"] = end,
            ["hidden_act"] = "silu",
            ["hidden_size"] = 192,
            ["initializer_range"] = 0.02,
            ["intermediate_size"] = 576,
            ["max_position_embeddings"] = Context,
            ["max_window_layers"] = 6,
            ["model_type"] = "qwen2",
            ["num_attention_heads"] = 6,
            ["num_hidden_layers"] = 6,
            ["num_key_value_heads"] = 2,
            ["pad_token_id"] = pad,
            ["rms_norm_eps"] = 1e-06,
            ["rope_theta"] = 10000.0,
            ["sliding_window"] = null,
            ["tie_word_embeddings"] = true,
            ["torch_dtype"] = "bfloat16",
            ["use_cache"] = true,
            ["use_sliding_window"] = false,
            ["vocab_size"] = tokenizer.VocabularySize,
        });
        Save(folder, "generation_config.json", new JsonObject { ["do_sample"] = false, ["eos_token_id"] = new JsonArray(end, pad), ["pad_token_id"] = pad });
    }

    private static IEnumerable<string> Texts(string file) =>
        File.ReadLines(file).Select(line => JsonNode.Parse(line)?["text"]?.GetValue<string>()
            ?? throw new HoneException(ExitCode.Data, "A line has no text.", file));

    private static void Save(string folder, string name, JsonObject content) =>
        File.WriteAllText(Path.Combine(folder, name), content.ToJsonString(new JsonSerializerOptions { WriteIndented = true, NewLine = "\n" }) + "\n");
}
