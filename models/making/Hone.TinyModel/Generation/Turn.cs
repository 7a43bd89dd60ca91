using Hone.TinyModel.Facts;
using Hone.TinyModel.Language;
using Hone.TinyModel.Talk;

namespace Hone.TinyModel.Generation;

/// <summary>A question with its answer.</summary>
/// <param name="User">The question as asked, before any decoration.</param>
/// <param name="Assistant">The answer.</param>
/// <param name="Key">What a right answer holds, alternatives parted by <c>|</c>.</param>
/// <param name="Category">What a score is reported under.</param>
/// <param name="Tongue">The language that the conversation goes on in.</param>
/// <param name="KeyTongue">The language of the answer.</param>
/// <param name="Identity">What decides whether the question is held out.</param>
/// <param name="Relation">The relation that was asked about.</param>
/// <param name="Fact">The fact that answers it.</param>
/// <param name="IsCheck">True for a yes-or-no question.</param>
internal sealed record Turn(
    string User, string Assistant, string Key, string Category, Tongue Tongue, Tongue KeyTongue, string Identity, Relation Relation, Fact Fact, bool IsCheck = false)
{
    /// <summary>The question with those before it that it needs to be understood; the question itself when it stands alone.</summary>
    public string InContext { get; init; } = User;

    /// <summary>True when the question may not be trained on.</summary>
    public bool IsHeldOut => HeldOut.Contains(Identity);
}
