using Hone.Cli;

using var console = CliConsole.OfProcess();
using var interruption = new Interruption(console);
return new Application(VerbList.All, console, Application.ProcessEnvironment(), interruption).Run(args);
