using System.Globalization;
using System.Text.Json.Nodes;
using Hone.Hub;
using Hone.Settings;
using Hone.Tensors;
using Hone.Text.Templates;

namespace Hone.Cli;

/// <summary><c>hone merge-lora</c>: adds an adapter into its model, writes a model folder, and measures what that changed.</summary>
internal sealed class MergeLoraVerb : Verb<MergeLoraSettings>
{
    public override string Name => "merge-lora";

    public override string Summary => "Merge an adapter into its model, and certify the result.";

    public override string Example => "merge-lora --adapters output/hone-tiny/v0-20261121-093000/checkpoint-90";

    protected override ExitCode Run(MergeLoraSettings settings, CliConsole console, CancellationToken cancellation)
    {
        var output = settings.OutputDir ?? (Directory.Exists(settings.Adapters) ? Path.TrimEndingDirectorySeparator(settings.Adapters) : ModelFolders.NameOf(settings.Adapters!)) + "-merged";
        var target = new MergeFolder(output, settings.ExistOk);
        using var model = LoadedModel.Describe(settings, null, console, cancellation: cancellation);
        if (Path.GetFullPath(output) == Path.GetFullPath(model.Folder))
            throw new HoneException(ExitCode.Usage, "The merged model would overwrite the model it is made from.", output, "Choose another --output_dir.");
        model.LoadWeights(settings.Threads, console, cancellation);
        var stored = model.Decoder.Parameters[0].Value.Type;
        var type = TypeOf(settings.TorchDtype) ?? stored;
        using var written = target.Begin();

        console.Status("measuring the model with its adapter…");
        var certificate = MergeCertificate.Begin(model.Decoder, model.Folder, model.AdapterFolder!);
        console.Status("merging…");
        model.Decoder.MergeAdapter();
        console.Status("writing…");
        model.Decoder.Save(written.Folder, type, model.Folder, settings.MaxShardSize.Bytes);
        // The model must be talked to with the template that the adapter was trained with.
        if (model.Template is { IsTheModels: false } template) SavedTemplate.WriteToModel(written.Folder, template.Template, model.StopIds);
        if (type != stored) AnnounceType(Path.Combine(written.Folder, "config.json"), type);
        console.Status("reading it again and measuring…");
        certificate.Finish(written.Folder, type, settings.Threads ?? 0);
        written.Place();
        console.Status(null);
        Report(console, certificate, output, type);
        return ExitCode.Done;
    }

    private static void Report(CliConsole console, MergeCertificate certificate, string output, DType type)
    {
        var folder = Paths.Relative(output);
        console.Facts(
        [
            ("merged model", folder),
            ("stored as", type.ToString()),
            ("largest change of a logit", string.Create(CultureInfo.InvariantCulture,
                $"{certificate.LargestDifference:G3}, where the largest logit is {certificate.LargestLogit:G3} ({MergeCertificate.PromptTokens} tokens)")),
            ("same likeliest token", string.Create(CultureInfo.InvariantCulture, $"{certificate.SameChoices} of {certificate.Positions} positions")),
            ("certificate", Path.Combine(folder, MergeCertificate.FileName)),
        ]);
        console.Line();
        console.Heading("Next");
        console.Line($"  ./hone infer --model {Paths.Typed(output)}");
        console.JsonLine(JsonText.Line(json =>
        {
            json.WriteString("output_dir", output);
            certificate.Write(json);
        }));
    }

    private static DType? TypeOf(SaveDtype? dtype) => dtype switch
    {
        SaveDtype.BFloat16 => DType.BF16,
        SaveDtype.Float16 => DType.F16,
        SaveDtype.Float32 => DType.F32,
        _ => null,
    };

    /// <summary>The configuration was copied from the base model; it must name the format that was asked for.</summary>
    private static void AnnounceType(string path, DType type)
    {
        var config = JsonNode.Parse(File.ReadAllText(path))!.AsObject();
        var name = type switch { DType.BF16 => "bfloat16", DType.F16 => "float16", _ => "float32" };
        config[config.ContainsKey("dtype") ? "dtype" : "torch_dtype"] = name;
        File.WriteAllText(path, JsonText.File(json =>
        {
            foreach (var (key, value) in config)
            {
                json.WritePropertyName(key);
                if (value is null) json.WriteNullValue();
                else value.WriteTo(json);
            }
        }));
    }
}
