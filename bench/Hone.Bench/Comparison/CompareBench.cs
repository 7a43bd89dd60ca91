namespace Hone.Bench.Comparison;
internal static class CompareBench { public static int Run(string[] args) => args.Length; }
