using System.CommandLine;
using Headwater.Cli.Shell;

namespace Headwater.Cli.Lines;

/// <summary>
/// A command that answers each line of standard input with one line, in order, until the input ends; or the arguments, when there
/// are any. A blank line is answered too, so that the n-th answer belongs to the n-th line.
/// </summary>
internal static class LineCommand
{
    private const string ExitCodes = "\n\nExit code 0 when the input was read to its end, whatever the answers; with arguments, 1 when an answer is an error.";

    /// <summary>Each argument is one line.</summary>
    public static Command Create(string name, string description, string argument, string examples, Action<string, LineOutput> answer) =>
        Create(name, description, argument, fields: 1, examples, answer);

    /// <summary>The arguments are the fields of one line.</summary>
    public static Command Create(string name, string description, string argument, int fields, string examples, Action<string, LineOutput> answer,
        Action<string, LineOutput>? answerError = null)
    {
        var lines = new Argument<string[]>(argument)
        {
            Arity = ArgumentArity.ZeroOrMore,
            Description = fields == 1 ? "Instead of lines of standard input." : "Instead of tab-separated lines of standard input.",
        };
        var command = new Command(name, description) { lines }.With(examples + ExitCodes);
        command.SetAction(result =>
        {
            var arguments = result.GetValue(lines) ?? [];
            if (arguments.Length == 0) return Stream(answer, answerError);
            if (arguments.Length % fields != 0)
            {
                throw new CommandException($"'{CommandLine.Path(command)}' takes {fields} arguments ({argument}), not {arguments.Length}.");
            }

            return Each(arguments.Chunk(fields).Select(chunk => string.Join('\t', chunk)), answer);
        });
        return command;
    }

    /// <summary>Answers standard input.</summary>
    public static int Stream(Action<string, LineOutput> answer, Action<string, LineOutput>? answerError = null)
    {
        if (!Console.IsInputRedirected) Terminal.Note("Reading lines from the terminal; Ctrl-D ends.");
        using var input = Terminal.OpenInput();
        var output = LineOutput.Open();
        var reader = new LineReader(input) { BeforeWait = output.Flush };
        while (reader.Next(out var line, out var error))
        {
            if (line is { Length: > 0 }) Answer(line, output, answer, answerError);
            else if (answerError is not null) answerError(error ?? "The line is blank.", output);
            else output.Error(error ?? "The line is blank.");
        }

        output.Flush();
        return CommandLine.Ok;
    }

    /// <summary>Answers the arguments.</summary>
    public static int Each(IEnumerable<string> lines, Action<string, LineOutput> answer)
    {
        var output = LineOutput.Open();
        foreach (var line in lines) Answer(line, output, answer, null);
        output.Flush();
        return output.Errors == 0 ? CommandLine.Ok : CommandLine.Found;
    }

    /// <summary>One line that finds a mistake of ours must not cost the lines after it.</summary>
    private static void Answer(string line, LineOutput output, Action<string, LineOutput> answer, Action<string, LineOutput>? answerError)
    {
        try
        {
            answer(line, output);
        }
        catch (Exception exception) when (exception is not (BrokenPipeException or OutOfMemoryException))
        {
            var message = $"Headwater itself failed on this ({exception.GetType().Name}: {exception.Message}); please report it.";
            if (answerError is null) output.Error(message);
            else answerError(message, output);
        }
    }
}
