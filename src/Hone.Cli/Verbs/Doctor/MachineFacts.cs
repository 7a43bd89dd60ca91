using System.Globalization;
using System.Runtime.InteropServices;

namespace Hone.Cli;

/// <summary>What the system says about the machine.</summary>
internal static class MachineFacts
{
    /// <summary>The processor's name as its maker writes it.</summary>
    public static string Processor()
    {
        try
        {
            if (OperatingSystem.IsLinux())
            {
                foreach (var line in File.ReadLines("/proc/cpuinfo"))
                {
                    if (line.StartsWith("model name", StringComparison.Ordinal)) return line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim();
                }
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Not every container shows it.
        }

        return Environment.GetEnvironmentVariable("PROCESSOR_IDENTIFIER") ?? RuntimeInformation.ProcessArchitecture.ToString();
    }

    /// <summary>Cores that this process may use.</summary>
    public static string Cores => string.Create(CultureInfo.InvariantCulture, $"{Environment.ProcessorCount} that this process may use");
}
