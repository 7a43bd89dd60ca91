using Hone.Data;
using Hone.Data.Rendering;
using Hone.Data.Sources;

namespace Hone.Training;

/// <content>The proof that the template is trained on as it is talked to.</content>
public sealed partial class TrainingSession
{
    /// <summary>Conversations of each data set that are looked at. What a template does wrong, it does wrong in the first ones.</summary>
    private const int ProvenConversations = 16;

    /// <summary>Rows that are read to find them: data of plain text has none.</summary>
    private const int RowsLookedAt = 256;

    /// <summary>Refuses a template with which training would see other tokens than inference, unless that was accepted.</summary>
    /// <param name="rows">The data sets.</param>
    /// <param name="options">How rows are understood.</param>
    /// <param name="cancellation">Stops.</param>
    /// <exception cref="HoneException">The proof fails for a row (exit code 3).</exception>
    private void RequireProof(RowSources rows, DatasetOptions options, CancellationToken cancellation)
    {
        if (Settings.AcceptUnprovenTemplate || Tokenizer is null || Settings.LossScale.Scope == LossScope.Everything) return;
        var check = new TemplateCheck(Template.Template, Tokenizer, EndIds) { Scope = Settings.LossScale.Scope };
        foreach (var (location, proof) in rows.Sources.SelectMany(s => Proven(check, s, options, cancellation).Take(ProvenConversations)))
        {
            if (proof.Fault is not { } fault) continue;
            throw new HoneException(ExitCode.Data, $"With this template ({Template.Explanation}) training would not see what inference sees: {fault}.", location.ToString(),
                "Use another --template, or rows as it asks for them; --loss_scale last_round learns last answers only. hone template check tells more. "
                + "To train all the same: --accept_unproven_template true.");
        }
    }

    /// <summary>Conversations that are trained on, with what can be said of them: those left out as too long are no matter.</summary>
    private static IEnumerable<(RowLocation Location, TemplateProof Proof)> Proven(TemplateCheck check, RowSource source, DatasetOptions options, CancellationToken cancellation)
    {
        foreach (var (location, conversation) in ConversationRows.Of(source with { Count = null }, options, RowsLookedAt))
        {
            cancellation.ThrowIfCancellationRequested();
            var proof = check.Check(conversation);
            if (proof.Tokens <= options.MaxLength || options.Truncation is Truncation.Left or Truncation.Right) yield return (location, proof);
        }
    }
}
