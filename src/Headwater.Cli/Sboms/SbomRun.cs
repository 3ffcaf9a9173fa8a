using Headwater.Cli.Lines;
using Headwater.Cli.Shell;

namespace Headwater.Cli.Sboms;

/// <summary>A command that says something of each document: which files, what costs only one of them, and the exit code.</summary>
internal static class SbomRun
{
    /// <param name="read">Null when there is nothing to say and standard error says why.</param>
    /// <param name="passes">True for what is no document and was not promised to be one.</param>
    /// <param name="good">False for what makes the exit code 1.</param>
    public static int Each<T>(IReadOnlyList<string> paths, Func<SbomFiles.Candidate, Stream, T?> read, Func<SbomFiles.Candidate, T, bool> passes, Func<T, bool> good, Action<LineOutput, string, T> write, CancellationToken cancellationToken) where T : class
    {
        var output = LineOutput.Open();
        var code = CommandLine.Ok;
        foreach (var candidate in SbomFiles.Find(paths))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (Read(candidate, read) is not { } result)
            {
                code = CommandLine.Failed;
                continue;
            }

            if (passes(candidate, result)) continue;
            if (code == CommandLine.Ok && !good(result)) code = CommandLine.Found;
            write(output, candidate.Path, result);
            output.Flush();
        }

        return code;
    }

    private static T? Read<T>(SbomFiles.Candidate candidate, Func<SbomFiles.Candidate, Stream, T?> read) where T : class
    {
        try
        {
            using var stream = SbomFiles.Open(candidate.Path);
            return read(candidate, stream);
        }
        catch (Exception exception) when (exception is CommandException or IOException)
        {
            Terminal.Error(exception.Message);
        }
        catch (Exception exception) when (exception is not (OperationCanceledException or OutOfMemoryException))
        {
            // A mistake of ours in one document must not cost the others.
            Terminal.Error($"Headwater itself failed on '{candidate.Path}', please report it: {exception}");
        }

        return null;
    }
}
