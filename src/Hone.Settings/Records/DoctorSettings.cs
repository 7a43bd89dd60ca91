#pragma warning disable CS1591 // A setting is documented once, by the Help of its attribute.
namespace Hone.Settings;

/// <summary>Settings of <c>hone doctor</c>.</summary>
public sealed record DoctorSettings : VerbSettings
{
    [Setting("quick", Group = "Checks", Help = "Describe the machine only: no measurement, no self-tests.")]
    public bool Quick { get; init; }
}
