using Hone.Testing;

namespace Hone.Cli.Tests;

/// <summary>A folder with a copy of a small real model, a chat template, rows, and room for a run. Tests damage what they like.</summary>
internal sealed class TinyModel : IDisposable
{
    public TinyModel()
    {
        Directory.CreateDirectory(Model);
        foreach (var file in Directory.GetFiles(SharedData.PathOf("models/stories260k/hf")))
            File.WriteAllBytes(Path.Combine(Model, Path.GetFileName(file)), File.ReadAllBytes(file));
        File.WriteAllText(Template, "{% for m in messages %}{{ m.role }}: {{ m.content }}{{ eos_token }}\n{% endfor %}{% if add_generation_prompt %}assistant: {% endif %}");
        WriteRows([.. Enumerable.Range(1, 8).Select(Row)]);
    }

    public string Root { get; } = Directory.CreateTempSubdirectory("hone-test-").FullName;

    public string Model => Sub("model");

    public string Weights => Path.Combine(Model, "model.safetensors");

    public string Config => Path.Combine(Model, "config.json");

    public string Template => Sub("template.jinja");

    public string Rows => Sub("rows.jsonl");

    public string Output => Sub("out");

    /// <summary>A short run: two epochs of four steps of two micro-batches.</summary>
    public string[] Sft =>
    [
        "sft", "--model", Model, "--template", Template, "--dataset", Rows, "--output_dir", Output, "--add_version", "false", "--max_length", "96",
        "--num_train_epochs", "2", "--gradient_accumulation_steps", "2", "--save_steps", "1", "--logging_steps", "1", "--threads", "1",
        "--learning_rate", "1e-3", "--report_to", "none",
    ];

    public static string Row(int number) =>
        $$"""{"messages": [{"role": "user", "content": "Who is number {{number}}?"}, {"role": "assistant", "content": "It is cat {{number * 7}}."}]}""";

    public string Sub(string name) => Path.Combine(Root, name);

    public void WriteRows(params string[] rows) => File.WriteAllLines(Rows, rows);

    public void EditConfig(string from, string to)
    {
        var text = File.ReadAllText(Config);
        Assert.Contains(from, text, StringComparison.Ordinal);
        File.WriteAllText(Config, text.Replace(from, to, StringComparison.Ordinal));
    }

    public CommandLineRun Run(params string[] more) => new(VerbList.All, [.. Sft, .. more], width: 400);

    public void Dispose() => Directory.Delete(Root, recursive: true);
}
