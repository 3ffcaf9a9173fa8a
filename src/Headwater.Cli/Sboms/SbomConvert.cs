using Headwater.Cli.Shell;
using Headwater.Core.Sboms;

namespace Headwater.Cli.Sboms;

/// <summary><c>headwater sbom convert</c>.</summary>
internal static class SbomConvert
{
    private const int ErrorsShown = 10;

    public static int Run(string file, string target, string? output, CancellationToken cancellationToken)
    {
        SbomReadResult result;
        SbomDocument document;
        using (var stream = SbomFiles.Open(file)) result = SbomDocument.Read(stream, out document, cancellationToken: cancellationToken);
        if (!result.Valid)
        {
            Terminal.Error($"'{file}' is not a valid document, so it is not converted.");
            foreach (var error in result.Errors.Take(ErrorsShown)) Console.Error.WriteLine(Terminal.Safe($"  {error.At}: {error.Message}"));
            return CommandLine.Failed;
        }

        IReadOnlyList<SbomError> losses = [];
        OutputFile.Write(output, stream => losses = SbomWriter.Write(document, target, stream));
        foreach (var loss in losses) Terminal.Note($"Left out, {target} cannot say it: {loss.At}: {loss.Message}");
        return CommandLine.Ok;
    }
}
