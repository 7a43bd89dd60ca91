namespace Hone.Data.Registration;

/// <summary>
/// What a plug-in assembly implements: a public class with a public constructor without parameters. Its code runs in the process of
/// Hone with all rights of the user; it is loaded only where the user names the assembly.
/// </summary>
public interface IHonePlugin
{
    /// <summary>Registers templates, data sets and models.</summary>
    /// <param name="registry">Takes them.</param>
    void Register(IRegistry registry);
}
