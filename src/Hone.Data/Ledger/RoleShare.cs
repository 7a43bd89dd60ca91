using Hone.Data.Rendering;

namespace Hone.Data.Ledger;

/// <summary>What samples hold of one role.</summary>
/// <param name="Role">The role.</param>
/// <param name="Tokens">Its tokens.</param>
/// <param name="LearnedTokens">Those of them that are learned.</param>
public readonly record struct RoleShare(SegmentRole Role, long Tokens, long LearnedTokens);
