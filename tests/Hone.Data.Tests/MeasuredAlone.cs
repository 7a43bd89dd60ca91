namespace Hone.Data.Tests;

/// <summary>Tests that measure what the whole process allocates: no others run beside them.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class MeasuredAlone
{
    public const string Name = "measured alone";
}
