using Hone;
using Hone.TinyModel;
using Hone.TinyModel.Generation;
using Hone.TinyModel.Scoring;
using Hone.TinyModel.Talk;

const string Usage = """
    hone-tiny-data pretrain --out FILE --seed S --rows N   plain texts for pre-training
    hone-tiny-data chat     --out FILE --seed S --rows N   conversations for fine-tuning
    hone-tiny-data heldout  --out FILE --seed S --rows N   questions kept out of both, with answer keys
    hone-tiny-data init     --texts FILE --out FOLDER      tokenizer, config.json and template of a model without weights
    hone-tiny-data score    --replies FILE [--json]        counts right replies
    """;

try
{
    Run(args);
    return (int)ExitCode.Done;
}
catch (HoneException error)
{
    Report(error.Message, error.Where, error.Fix);
    return (int)error.ExitCode;
}
catch (Exception error) when (error is IOException or UnauthorizedAccessException)
{
    Report(error.Message, null, null);
    return (int)ExitCode.Other;
}

static void Run(string[] arguments)
{
    var command = arguments.Length == 0 ? "" : arguments[0];
    switch (command)
    {
        case "pretrain" or "chat" or "heldout": Generate(command, new CommandOptions(arguments.AsSpan(1), "--out", "--seed", "--rows")); break;
        case "init": Initialize(new CommandOptions(arguments.AsSpan(1), "--texts", "--out")); break;
        case "score": Score(new CommandOptions(arguments.AsSpan(1), "--replies", "--json")); break;
        default: throw new HoneException(ExitCode.Usage, command.Length == 0 ? "No command." : $"Unknown command {command}.", null, "\n" + Usage);
    }
}

static void Generate(string command, CommandOptions options)
{
    var (path, seed, rows) = (options.Text("--out"), (ulong)options.Number("--seed"), options.Number("--rows"));
    var book = new TalkBook();
    var texts = new PretrainingTexts(book, seed);
    var conversations = new ConversationMaker(book, seed);
    using var heldOut = conversations.HeldOut().GetEnumerator();
    JsonLines.Write(path, rows, (json, row) =>
    {
        if (command == "pretrain") JsonLines.Text(json, texts.Row(row));
        else if (command == "chat") JsonLines.Chat(json, conversations.Training(row));
        else if (heldOut.MoveNext()) JsonLines.Question(json, heldOut.Current);
    });
}

static void Initialize(CommandOptions options) => ModelShape.Write(options.Text("--texts"), options.Text("--out"));

static void Score(CommandOptions options)
{
    var board = Scoreboard.Read(options.Text("--replies"));
    Console.Out.WriteLine(options.Has("--json") ? board.ToJson() : board.ToTable().TrimEnd());
}

static void Report(string what, string? where, string? fix)
{
    Console.Error.WriteLine($"error: {what}");
    if (where is not null) Console.Error.WriteLine($"  at: {where}");
    if (fix is not null) Console.Error.WriteLine($"  fix: {fix}");
}
