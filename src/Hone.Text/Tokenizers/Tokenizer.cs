using Hone.Text.Tokenizers.Loading;

namespace Hone.Text.Tokenizers;

/// <summary>
/// Text to token ids and back. Instances never change after loading, so several threads may use one at once.
/// </summary>
public abstract class Tokenizer
{
    private protected Tokenizer(TokenizerSettings settings)
    {
        BeginId = settings.BeginId;
        EndId = settings.EndId;
        PadId = settings.PadId;
        UnknownId = settings.UnknownId;
        SpecialTokens = settings.SpecialTokens;
    }

    /// <summary>The highest id + 1, added tokens included.</summary>
    public abstract int VocabularySize { get; }

    /// <summary>The token that begins a text (<c>bos_token</c>), when the model names one.</summary>
    public int? BeginId { get; }

    /// <summary>The token that ends a text (<c>eos_token</c>), when the model names one.</summary>
    public int? EndId { get; }

    /// <summary>The token that fills rows up (<c>pad_token</c>), when the model names one.</summary>
    public int? PadId { get; }

    /// <summary>The token for what the vocabulary lacks (<c>unk_token</c>), when the model names one.</summary>
    public int? UnknownId { get; }

    /// <summary>Text and id of the special (control) added tokens.</summary>
    public IReadOnlyDictionary<string, int> SpecialTokens { get; }

    /// <summary>The ids of a text. Special and added tokens that are spelt out become their id.</summary>
    /// <param name="text">Any text; lone surrogates count as U+FFFD.</param>
    /// <param name="addSpecialTokens">Puts the tokenizer's own beginning and end tokens around it.</param>
    public abstract int[] Encode(string text, bool addSpecialTokens = false);

    /// <summary>Appends the ids of a text to a list, without beginning and end tokens.</summary>
    /// <param name="text">Any text; lone surrogates count as U+FFFD.</param>
    /// <param name="output">Receives the ids after what it holds already.</param>
    public abstract void Encode(ReadOnlySpan<char> text, List<int> output);

    /// <summary>The text of ids. Ids outside the vocabulary yield nothing; broken UTF-8 becomes U+FFFD.</summary>
    /// <param name="ids">Token ids.</param>
    /// <param name="skipSpecialTokens">Leaves special tokens out.</param>
    public abstract string Decode(ReadOnlySpan<int> ids, bool skipSpecialTokens = false);

    /// <summary>The id of a token as the vocabulary spells it, or null.</summary>
    public abstract int? IdOf(string token);

    /// <summary>The vocabulary's spelling of an id, or null when there is no such id.</summary>
    public abstract string? TokenOf(int id);

    /// <summary>
    /// The UTF-8 bytes of text that a token stands for, white space that its vocabulary marks as a space; not always whole
    /// characters. Empty outside the vocabulary.
    /// </summary>
    public abstract ReadOnlySpan<byte> SpellingOf(int id);

    /// <summary>A decoder for ids that arrive one by one.</summary>
    /// <param name="skipSpecialTokens">Leaves special tokens out.</param>
    public StreamingDecoder CreateStreamingDecoder(bool skipSpecialTokens = false) =>
        new(CreateDecoding(skipSpecialTokens));

    /// <summary>
    /// Loads the tokenizer of a model folder: <c>tokenizer.json</c>, else <c>vocab.json</c> with <c>merges.txt</c>, else
    /// <c>tokenizer.model</c> (SentencePiece or tiktoken, told apart by content), else llama2.c's <c>tok*.bin</c>.
    /// A SentencePiece model's special tokens are found in text as Hugging Face's LlamaTokenizer finds them.
    /// </summary>
    /// <exception cref="HoneException">Nothing fits, or a file is broken or asks for what is not supported.</exception>
    public static Tokenizer Load(string folder) => TokenizerLoader.Load(folder);

    /// <summary>
    /// The same, but a SentencePiece model encodes text as SentencePiece itself does: control pieces that are spelt out stay text, and
    /// only tokens that were added behind the model's pieces are found as a whole. For texts of which none is a rendered chat template.
    /// </summary>
    /// <exception cref="HoneException">Nothing fits, or a file is broken or asks for what is not supported.</exception>
    public static Tokenizer LoadPlain(string folder) => TokenizerLoader.Load(folder, plain: true);

    /// <summary>The tokenizer of a model folder, or null when the folder has none.</summary>
    /// <exception cref="HoneException">A file is broken or asks for what is not supported.</exception>
    public static Tokenizer? LoadIfPresent(string folder) => TokenizerLoader.HasFiles(folder) ? TokenizerLoader.Load(folder) : null;

    /// <summary>Every file of a model folder that a tokenizer may be made of.</summary>
    public static IReadOnlyList<string> FilesIn(string folder) => TokenizerLoader.FilesIn(folder);

    /// <summary>Ids that end an answer, ascending: those that the model's configuration names, and <see cref="EndId"/>.</summary>
    public IReadOnlyList<int> StopIds(IEnumerable<int> configured)
    {
        var ids = new SortedSet<int>(configured);
        if (EndId is { } end) ids.Add(end);
        return [.. ids];
    }

    /// <summary>Refuses a model that has no row for some of the ids.</summary>
    /// <param name="modelVocabulary">Rows of the model's embedding.</param>
    /// <param name="folder">Shown in the message.</param>
    /// <exception cref="HoneException">The tokenizer is larger than the model (exit code 4).</exception>
    public void RequireFits(int modelVocabulary, string folder)
    {
        if (VocabularySize > modelVocabulary)
        {
            throw new HoneException(ExitCode.Model, $"The tokenizer has {VocabularySize} tokens and the model {modelVocabulary}: they do not belong together.",
                folder, "Put the tokenizer files of this model into its folder.");
        }
    }

    /// <summary>Starts the decoding of a sequence of ids.</summary>
    private protected abstract TokenDecoding CreateDecoding(bool skipSpecialTokens);
}
