using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.Runtime.InteropServices;

namespace Headwater.Cli.Shell;

/// <summary>Parses, runs, and turns whatever happens into an exit code: 0 done, 1 done but something is wrong with what was looked at, 2 not done.</summary>
internal static class CommandLine
{
    public const int Ok = 0;
    public const int Found = 1;
    public const int Failed = 2;

    /// <summary>So long a command that was told to stop may clear up. Some wait in the system for a pipe that nobody writes to, and notice nothing.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(1);

    /// <summary>The number of the signal that told the program to end; 0 for none.</summary>
    private static int s_signal;

    public static int Run(RootCommand root, string[] args)
    {
        root.Options.Remove(root.Options.First(option => option is HelpOption));
        var help = new HelpOption("--help", "-h");
        help.Action = new HelpWithExamples((HelpAction)help.Action!);
        root.Options.Add(help);
        var quiet = new Option<bool>("--quiet", "-q") { Recursive = true, Description = "Say nothing on standard error but errors." };
        root.Options.Add(quiet);

        // A package URL may begin with '@' for all the parser knows, so that is not taken for the name of a response file.
        var configuration = new ParserConfiguration { ResponseFileTokenReplacer = null, EnablePosixBundling = false };
        try
        {
            if (args.Length == 0) args = ["--help"];
            var result = root.Parse(args, configuration);
            if (result.Action is ParseErrorAction error)
            {
                error.ShowHelp = false;
                result.Invoke(new InvocationConfiguration { Output = Console.Error });
                Terminal.Note($"Type '{Path(result.CommandResult.Command)} --help' to see how it is used.");
                return Failed;
            }

            Terminal.Quiet = result.GetValue(quiet);
            // The parser's own handler lets the command end by itself; what it says then is the same as when it has to be ended.
            using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, _ => Volatile.Write(ref s_signal, 2));
            using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, _ => Volatile.Write(ref s_signal, 15));
            return result.Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = s_patience });
        }
        catch (BrokenPipeException)
        {
            // Whoever read our output has seen enough.
            return Ok;
        }
        catch (Exception exception) when (exception is CommandException or IOException or UnauthorizedAccessException)
        {
            Terminal.Error(exception.Message);
            return Failed;
        }
        catch (OperationCanceledException)
        {
            // Nothing else cancels; the handler of the signal may be a moment behind.
            SpinWait.SpinUntil(() => Volatile.Read(ref s_signal) != 0, s_patience);
            return Volatile.Read(ref s_signal) is var signal and > 0 ? 128 + signal : Failed;
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            Terminal.Error($"Headwater itself failed, please report it: {exception}");
            return Failed;
        }
    }

    /// <summary>The words that call a command, for example <c>headwater sbom check</c>.</summary>
    public static string Path(Command command)
    {
        if (command is RootCommand) return "headwater";
        foreach (var parent in command.Parents)
        {
            if (parent is Command above) return $"{Path(above)} {command.Name}";
        }

        return command.Name;
    }

    private sealed class HelpWithExamples(HelpAction inner) : SynchronousCommandLineAction
    {
        public override int Invoke(ParseResult parseResult)
        {
            inner.Invoke(parseResult);
            var output = parseResult.InvocationConfiguration.Output;
            if (Examples.For(parseResult.CommandResult.Command) is { } examples)
            {
                output.WriteLine("Examples:");
                foreach (var line in examples.Split('\n')) output.WriteLine(line.Length == 0 ? line : "  " + line.TrimEnd('\r'));
                output.WriteLine();
            }

            return Ok;
        }
    }
}

/// <summary>Something that keeps a command from doing its work; the message is a sentence for the person at the terminal.</summary>
internal sealed class CommandException(string message) : Exception(message);

/// <summary>The reader of our output went away.</summary>
internal sealed class BrokenPipeException : Exception;
