namespace Hone.Text.Tokenizers;

/// <summary>Chooses the tokenizer file of a folder.</summary>
internal static class TokenizerLoader
{
    public static Tokenizer Load(string folder) =>
        throw new HoneException(ExitCode.Model, "No tokenizer found.", folder, "Put tokenizer.json or tokenizer.model into the folder.");
}
