using System.Reflection;
using System.Runtime.Loader;

namespace Hone.Data.Registration;

/// <summary>Loads an assembly that the user names, beside what it needs, and lets its <see cref="IHonePlugin"/> classes register.</summary>
internal static class PluginAssembly
{
    /// <exception cref="HoneException">The file is no assembly, has no plug-in, or the plug-in fails (exit code 2).</exception>
    public static void Load(string path, Registry registry)
    {
        var full = Path.GetFullPath(path);
        var types = Guarded(full, "can't be loaded", () => PluginTypes(new PluginContext(full).LoadFromAssemblyPath(full)));
        if (types.Count == 0)
        {
            throw new HoneException(ExitCode.Usage, "The assembly has no plug-in.", path,
                $"It needs a public class with a constructor without parameters that implements {typeof(IHonePlugin).FullName}.");
        }

        foreach (var type in types)
        {
            Guarded(full, $"failed in {type.Name}", () =>
            {
                ((IHonePlugin)Activator.CreateInstance(type)!).Register(registry);
                return true;
            });
        }
    }

    private static List<Type> PluginTypes(Assembly assembly) =>
        [.. assembly.GetExportedTypes().Where(t => !t.IsAbstract && typeof(IHonePlugin).IsAssignableFrom(t) && t.GetConstructor(Type.EmptyTypes) is not null)];

    private static T Guarded<T>(string path, string what, Func<T> action)
    {
        try
        {
            return action();
        }
        catch (HoneException e)
        {
            throw new HoneException(e.ExitCode, e.Message, e.Where ?? path, e.Fix, e);
        }
        catch (BadImageFormatException e)
        {
            throw new HoneException(ExitCode.Usage, "The plug-in is no .NET assembly.", path, "Build it as a class library and name its .dll.", e);
        }
        catch (Exception e) when (e is TypeLoadException or MissingMethodException or FileNotFoundException or FileLoadException)
        {
            throw new HoneException(ExitCode.Usage, $"The plug-in {what}: {e.Message}", path, "Build it against this version of Hone, with its own dependencies beside it.", e);
        }
        catch (Exception e)
        {
            // What a plug-in throws is anything; it must not end as a fault of Hone.
            var cause = e is TargetInvocationException { InnerException: { } inner } ? inner : e;
            if (cause is HoneException own) throw own;
            throw new HoneException(ExitCode.Usage, $"The plug-in {what}: {cause.GetType().Name}: {cause.Message}", path, "Mend the plug-in, or leave it out.", cause);
        }
    }

    /// <summary>A plug-in brings its own dependencies; Hone's assemblies are those of the running program, or its types would be others.</summary>
    private sealed class PluginContext(string path) : AssemblyLoadContext(Path.GetFileNameWithoutExtension(path))
    {
        private readonly AssemblyDependencyResolver resolver = new(path);

        protected override Assembly? Load(AssemblyName assemblyName) =>
            assemblyName.Name!.StartsWith("Hone.", StringComparison.Ordinal) && IsOfProgram(assemblyName) ? null
                : resolver.ResolveAssemblyToPath(assemblyName) is { } file ? LoadFromAssemblyPath(file) : null;

        protected override IntPtr LoadUnmanagedDll(string unmanagedDllName) =>
            resolver.ResolveUnmanagedDllToPath(unmanagedDllName) is { } file ? LoadUnmanagedDllFromPath(file) : IntPtr.Zero;

        private static bool IsOfProgram(AssemblyName name)
        {
            try
            {
                return Default.LoadFromAssemblyName(new AssemblyName(name.Name!)) is not null;
            }
            catch (Exception e) when (e is FileNotFoundException or FileLoadException)
            {
                return false;
            }
        }
    }
}
